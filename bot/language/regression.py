"""A small logistic regression: what the classifier itself says, as features, weighed by what turned out to be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression

LEAST = 1e-5  # probabilities below are all alike


@dataclass(frozen=True)
class Regression:
    """Weights, intercept last, and mean and deviation of the features, shape (features, 2)."""

    weights: np.ndarray
    scale: np.ndarray

    @classmethod
    def learn(cls, features: np.ndarray, truth: np.ndarray) -> "Regression":
        """Learn from `features`, shape (rows, features), and whether each row is true."""
        scale = np.stack([features.mean(axis=0), features.std(axis=0) + 1e-6], axis=1)
        learned = LogisticRegression(C=1.0, max_iter=1000).fit((features - scale[:, 0]) / scale[:, 1], truth)
        return cls(np.append(learned.coef_[0], learned.intercept_[0]), scale)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Regression":
        """From what `stored` gave."""
        return cls(np.array(stored["weights"]), np.array(stored["scale"]))

    def stored(self) -> dict[str, Any]:
        """As plain lists."""
        return {"weights": self.weights.tolist(), "scale": self.scale.tolist()}

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """P(true) of each row of `features`."""
        scores = ((features - self.scale[:, 0]) / self.scale[:, 1]) @ self.weights[:-1] + self.weights[-1]
        return 1.0 / (1.0 + np.exp(-scores))


def logit(probability: float) -> float:
    """Log-odds, bounded."""
    bounded = min(max(probability, LEAST), 1 - LEAST)
    return float(np.log(bounded / (1 - bounded)))
