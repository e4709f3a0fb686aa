"""Does a message hold an alarm? The learned net behind the rules of `data/safety/`.

A logistic regression weighs what each view, the votes of the nearest texts and the tuned view's head say of the whole
message, and the most that views and votes say of any part: an alarm told in passing hardly shows in the whole, and a part
alone often sounds worse than it is. It learns from examples that neither view nor votes have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from bot.errors import DataError
from bot.language.regression import Regression, logit
from bot.language.topic_model import ALARMS, Guess

ReadMessage = tuple[Guess, Sequence[Guess]]  # the whole and the runs of its parts


@dataclass(frozen=True)
class AlarmNet:
    """How probable an alarm is."""

    regression: Regression

    @classmethod
    def learn(cls, messages: Sequence[ReadMessage], alarms: np.ndarray) -> "AlarmNet":
        """Learn from messages that were read, and whether each holds an alarm.

        Raises:
            DataError: none of them does.
        """
        if not alarms.any():
            raise DataError(f"data/nlu:0: too few examples of {' and '.join(ALARMS)} to learn from")
        return cls(Regression.learn(np.array([_features(*message) for message in messages]), alarms))

    def probability(self, whole: Guess, parts: Sequence[Guess]) -> float:
        """That the message holds an alarm."""
        return float(self.regression.probabilities(np.array([_features(whole, parts)]))[0])


def _features(whole: Guess, parts: Sequence[Guess]) -> list[float]:
    head = max(whole.asked.get(label, 0.0) for label in ALARMS)
    most = np.max([_said(part) for part in parts or [whole]], axis=0)
    return [logit(share) for share in (*_said(whole), head, *most)]


def _said(guess: Guess) -> np.ndarray:
    """What each view, and last the votes, give to all alarms."""
    return np.sum([guess.said(label) for label in ALARMS], axis=0)
