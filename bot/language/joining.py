"""Messages with several questions, joined at random from single examples: more to tune on than people can write."""

from __future__ import annotations

from typing import Sequence

import numpy as np

JOINS = (" and ", " and ", ", ", "? ", ". ", " also ", "\n", " & ", " plus ", " ", "  ", ", and ", "? and ", ". also, ", " - ", " then ", " or ", "?? ", "... ")
SENTENCES = ("?", ".", "??", "...")  # joins after which a new sentence begins
MOST_WORDS, MOST_WORDS_OF_ALARM = 14, 22  # of an example that is joined
# Shares of messages with three examples, with one that asks nothing, and with an alarm; and of joins made one sentence.
THREE, ASIDE, ALARM, ONE_SENTENCE = 0.25, 0.2, 0.3, 0.7


class Joiner:
    """Joins examples that may stand beside each other (their label is `askable`), and sometimes an alarm, or one that asks nothing."""

    def __init__(self, texts: Sequence[str], targets: np.ndarray, askable: frozenset[int], alarms: frozenset[int]) -> None:
        self._texts, self._targets = texts, targets
        words, alarming = np.array([len(text.split()) for text in texts]), np.isin(targets, list(alarms))
        short, may_be_asked = (words <= MOST_WORDS) & ~alarming, np.isin(targets, list(askable))
        self._askable, self._aside = np.flatnonzero(short & may_be_asked), np.flatnonzero(short & ~may_be_asked)
        self._alarms = np.flatnonzero((words <= MOST_WORDS_OF_ALARM) & alarming)
        self._most = len(np.unique(targets[self._askable]))

    def message(self, random: np.random.Generator) -> tuple[str, list[int]]:
        """A message, and the numbers of the labels that it asks about."""
        asked: list[int] = []
        luck, picked = random.random(), []
        if luck < ALARM and len(self._alarms):
            picked = [int(random.choice(self._alarms))]
            asked = [int(self._targets[picked[0]])]
        elif luck < ALARM + ASIDE and len(self._aside):
            picked = [int(random.choice(self._aside))]
        three = not asked and random.random() < THREE  # beside a long alarm a third would be cut off
        wanted = min(3 if three else 2, len(picked) + self._most)
        while len(picked) < wanted:
            number = int(random.choice(self._askable))
            if self._targets[number] not in asked:
                asked.append(int(self._targets[number]))
                picked.append(number)
        first, *others = (self._texts[number] for number in random.permutation(picked))
        for text in others:
            join = JOINS[random.integers(len(JOINS))]
            if join.strip() not in SENTENCES and random.random() < ONE_SENTENCE:
                first, text = first.rstrip("?.! "), text[:1].lower() + text[1:]
            first += join + text
        return first, asked
