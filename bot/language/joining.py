"""Messages with several questions, joined at random from single examples: more to tune on than people can write."""

from __future__ import annotations

from typing import Sequence

import numpy as np

JOINS = (" and ", " and ", ", ", "? ", ". ", " also ", "\n", " & ", " plus ", " ", "  ", ", and ", "? and ", ". also, ", " - ", " then ", " or ", "?? ", "... ")
SENTENCES = ("?", ".", "??", "...")  # joins after which a new sentence begins
MOST_WORDS = 14  # of an example that is joined
THREE, ASIDE, ONE_SENTENCE = 0.25, 0.2, 0.7  # share of messages with three examples, with one that asks nothing, and of joins made one sentence


class Joiner:
    """Joins examples that may stand beside each other (their label is `askable`), and sometimes one that asks nothing (`aside`)."""

    def __init__(self, texts: Sequence[str], targets: np.ndarray, askable: frozenset[int], aside: frozenset[int]) -> None:
        self._texts, self._targets = texts, targets
        short = [number for number, text in enumerate(texts) if len(text.split()) <= MOST_WORDS]
        self._askable = np.array([number for number in short if targets[number] in askable], dtype=int)
        self._aside = np.array([number for number in short if targets[number] in aside], dtype=int)

    def message(self, random: np.random.Generator) -> tuple[str, list[int]]:
        """A message, and the numbers of the labels that it asks about."""
        wanted = 3 if random.random() < THREE else 2
        picked = [int(random.choice(self._aside))] if len(self._aside) and random.random() < ASIDE else []
        asked: list[int] = []
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
