"""Measures of intent detection with an out-of-scope class, and their confidence intervals."""

from __future__ import annotations

from typing import Callable

import numpy as np
from sklearn.metrics import matthews_corrcoef, roc_auc_score

OUTSIDE = "out_of_scope"


def in_scope_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    inside = truth != OUTSIDE
    return float((truth[inside] == predicted[inside]).mean())


def auroc(truth: np.ndarray, predicted: np.ndarray, scores: np.ndarray) -> float:
    """In scope against out of scope by score; nan when there is nothing out of scope."""
    inside = truth != OUTSIDE
    return float(roc_auc_score(inside, _known(predicted, scores))) if 0 < inside.sum() < len(inside) else float("nan")


def recall_outside_at(truth: np.ndarray, predicted: np.ndarray, scores: np.ndarray, kept: float = 0.95) -> float:
    """Share of out-of-scope messages refused where `kept` of the in-scope ones are kept."""
    inside = truth != OUTSIDE
    if inside.all():
        return float("nan")
    known = _known(predicted, scores)
    return float((known[~inside] < np.quantile(known[inside], 1 - kept)).mean())


def _known(predicted: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The scores; a system that was trained on out-of-scope examples and says so ranks those lowest."""
    return np.where(predicted == OUTSIDE, scores - 1000.0, scores)


def mcc_at(truth: np.ndarray, predicted: np.ndarray, scores: np.ndarray, cut: float) -> float:
    """Matthews correlation over all labels where everything below `cut` is refused."""
    return float(matthews_corrcoef(truth, np.where(scores >= cut, predicted, OUTSIDE)))


def best(measure: Callable[..., float], truth: np.ndarray, predicted: np.ndarray, scores: np.ndarray) -> float:
    """The measure at the cut that is best on the test set itself: an upper bound, for comparison with published figures."""
    return max(measure(truth, predicted, scores, cut) for cut in np.quantile(scores, np.linspace(0, 1, 101)))


def calibration_error(right: np.ndarray, sure: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size."""
    parts = np.array_split(np.argsort(sure), bins)
    return float(sum(abs(right[part].mean() - sure[part].mean()) * len(part) for part in parts) / len(sure))


def interval(measure: Callable[..., float], *rows: np.ndarray, times: int = 200, seed: int = 7) -> tuple[float, float]:
    """95 % bootstrap interval of a measure over rows."""
    random = np.random.default_rng(seed)
    found = [measure(*(row[chosen] for row in rows)) for chosen in (random.integers(0, len(rows[0]), len(rows[0])) for _ in range(times))]
    return float(np.nanpercentile(found, 2.5)), float(np.nanpercentile(found, 97.5))


def percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.1f}"
