"""Does a message hold an alarm? The learned net behind the rules of `data/safety/`.

A logistic regression weighs what each view, the votes of the nearest texts and the tuned view's head say of the whole
message, and the most that views and votes say of any part: an alarm told in passing hardly shows in the whole, and a part
alone often sounds worse than it is. It learns from examples that neither view nor votes have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from bot.language.regression import Regression, logit
from bot.language.topic_model import ALARMS, Guess

ReadMessage = tuple[Guess, Sequence[Guess]]  # the whole and the runs of its parts


@dataclass(frozen=True)
class AlarmNet:
    """How probable an alarm is."""

    regression: Regression

    @classmethod
    def learn(cls, messages: Sequence[ReadMessage], alarms: np.ndarray) -> "AlarmNet":
        """Learn from messages that were read, and whether each holds an alarm."""
        return cls(Regression.learn(np.array([_features(*message) for message in messages]), alarms))

    def probability(self, whole: Guess, parts: Sequence[Guess]) -> float:
        """That the message holds an alarm."""
        return float(self.regression.probabilities(np.array([_features(whole, parts)]))[0])


def _features(whole: Guess, parts: Sequence[Guess]) -> list[float]:
    head = max((whole.asked.get(label, 0.0) for label in ALARMS), default=0.0)
    most = [max(shares) for shares in zip(*(part.alarm for part in parts or [whole]))]
    return [logit(share) for share in (*whole.alarm, head, *most)]
