"""Which topics does a message of several parts ask about, and which does it only mention?

For each topic that some run of parts, or the whole message, may be about, a logistic regression weighs what each view and
the votes of the nearest texts say of that run and of the whole, whether the tuned view thinks that it is asked about, and
how much of that run already asks about something likelier. It learns from a part of `data/several/`: messages with all topics
that they ask about, which the tuned view has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from bot.errors import DataError
from bot.language.clauses import Run
from bot.language.regression import Regression, logit
from bot.language.several import askable, name_of
from bot.language.topic_model import Guess

LIKELY_IN_RUN, LIKELY_IN_WHOLE, LIKELY_ASKED = 2, 4, 4  # how many of the likeliest labels are looked at
LEAST_ASKED = 0.05
CLEARLY_ASKED = 0.5  # by the tuned view: from here on a topic's run of parts has its question
ReadRun = tuple[Run, Guess]


@dataclass(frozen=True)
class Asked:
    """A label that the message asks about, how probably, and the part where it begins."""

    label: str
    probability: float
    first: int


@dataclass(frozen=True)
class Asking:
    """How probable it is that a label is asked about."""

    regression: Regression

    @classmethod
    def learn(cls, messages: Sequence[tuple[Guess, Sequence[ReadRun], frozenset[str]]]) -> "Asking":
        """Learn from messages that were read, each with the names of the topics that it asks about.

        Raises:
            DataError: nothing is asked in any of them, or everything that is mentioned.
        """
        rows: list[list[float]] = []
        asked: list[bool] = []
        for whole, runs, topics in messages:
            found = _candidates(whole, runs)
            rows += [_features(label, found, whole) for label in found]
            asked += [name_of(label) in topics for label in found]
        if len(set(asked)) < 2:
            raise DataError("data/several:0: too few messages to learn from what is asked and what is only mentioned")
        return cls(Regression.learn(np.array(rows), np.array(asked)))

    def asked(self, whole: Guess, runs: Sequence[ReadRun]) -> list[Asked]:
        """All labels that may be asked about, the likeliest first."""
        found = _candidates(whole, runs)
        if not found:
            return []
        features = np.array([_features(label, found, whole) for label in found])
        rated = zip(found.items(), self.regression.probabilities(features))
        return sorted((Asked(label, float(probability), run[0].first) for (label, run), probability in rated), key=lambda asked: -asked.probability)


def _candidates(whole: Guess, runs: Sequence[ReadRun]) -> dict[str, ReadRun]:
    """Each label that may be asked about, with the run that speaks for it most."""
    labels = [label for _, guess in runs for label, _ in guess.ranking[:LIKELY_IN_RUN]] + [label for label, _ in whole.ranking[:LIKELY_IN_WHOLE]]
    labels += [label for label, probability in list(whole.asked.items())[:LIKELY_ASKED] if probability > LEAST_ASKED]
    wanted = [label for label in dict.fromkeys(labels) if askable(label)]
    return {label: max(runs, key=lambda run: run[1].probability(label)) for label in wanted} if runs else {}


def _features(label: str, found: Mapping[str, ReadRun], whole: Guess) -> list[float]:
    """What views and votes say of run and whole, whether the tuned view thinks that the label is asked about, and what share of
    its run of parts asks about something that this view thinks likelier.
    """
    run, guess = found[label]
    asked = whole.asked.get(label, 0.0)
    taken = {part for other, (parts, _) in found.items() if whole.asked.get(other, 0.0) > max(asked, CLEARLY_ASKED) for part in parts.numbers}
    return [*(logit(share) for share in (*guess.said(label), *whole.said(label), asked)), len(taken & run.numbers) / len(run.numbers)]
