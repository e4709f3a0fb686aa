"""Does a message hold an alarm? The learned net behind the rules of `data/safety/`.

A logistic regression weighs what each view, the votes of the nearest texts and the tuned view's head say of the whole
message, and the most that views and votes say of any part: an alarm told in passing hardly shows in the whole, and a part
alone often sounds worse than it is. It learns from examples that neither view nor votes have seen. A text that is known
word for word leaves it no say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from bot.errors import DataError
from bot.language.regression import Regression, logit
from bot.language.topic_model import ALARMS, EXACT, Guess

ReadMessage = tuple[Guess, Sequence[Guess]]  # the whole and the runs of its parts
KNOWN_WORDS = 3  # from which a part that is a known alarm, word for word, is one whatever stands around it
# What stands behind the end of what the encoder reads shows in parts only, and a part alone often sounds worse than it is.
BEHIND_THE_END_AT = 0.9


@dataclass(frozen=True)
class Alarm:
    """How probable it is that a message holds an alarm, and the most that anything in it speaks for one."""

    probability: float
    trace: float

    def or_worse(self, other: "Alarm") -> "Alarm":
        """The more alarming of two readings."""
        return Alarm(max(self.probability, other.probability), max(self.trace, other.trace))


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

    def judge(self, whole: Guess, parts: Sequence[Guess], to_the_end: bool) -> Alarm:
        """Whether the message holds an alarm; the encoder read the whole of it `to_the_end`, or not."""
        if whole.sure == EXACT or any(_known_alarm(part) for part in parts):
            known = float(whole.sure != EXACT or whole.label in ALARMS)
            return Alarm(known, known)
        found = self.probability(whole, parts)
        behind = 0.0 if to_the_end else max((self.probability(part, []) for part in parts), default=0.0)
        return Alarm(max(found, behind) if behind >= BEHIND_THE_END_AT else found, max(found, behind))

    def probability(self, whole: Guess, parts: Sequence[Guess]) -> float:
        """That the message holds an alarm, by the regression alone."""
        return float(self.regression.probabilities(np.array([_features(whole, parts)]))[0])


def _known_alarm(part: Guess) -> bool:
    return part.sure == EXACT and part.label in ALARMS and len(part.text.split()) >= KNOWN_WORDS


def _features(whole: Guess, parts: Sequence[Guess]) -> list[float]:
    head = max(whole.asked.get(label, 0.0) for label in ALARMS)
    words = [part for part in parts if " " not in part.text]
    listed = len(words) == len(whole.text.split())  # of single words the whole says more
    most = np.max([_said(part) for part in (parts if not listed else []) or [whole]], axis=0)
    return [logit(share) for share in (*_said(whole), head, *most)]


def _said(guess: Guess) -> np.ndarray:
    """What each view, and last the votes, give to all alarms."""
    return np.sum([guess.said(label) for label in ALARMS], axis=0)
