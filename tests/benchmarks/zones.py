"""What our cuts do with unseen messages, whether the certainty is true, and which topics are taken for each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from bot.language.decision import MOST_OFFERED, OFFER_SHARE, choose_cuts
from tests.benchmarks.measures import OUTSIDE, calibration_error
from tests.benchmarks.systems import Ours

BINS = 10
PAIRS = 15


def zones(system: Ours, texts: "list[str]", truth: np.ndarray) -> "dict[str, float]":
    """Answered, offered or declined, in scope and out of it, by the cuts chosen on unseen training examples."""
    cuts = choose_cuts(system.model)
    guesses = system.guesses(texts)
    predicted = np.array([guess.label for guess in guesses])
    answered = np.array([guess.sure >= cuts.answer and guess.known >= cuts.near for guess in guesses]) & (predicted != OUTSIDE)
    first = [dict([pair for pair in guess.ranking if pair[0] != OUTSIDE][:MOST_OFFERED]) for guess in guesses]
    likely = np.array([guess.known >= cuts.offer and sum(choice.values()) >= OFFER_SHARE for guess, choice in zip(guesses, first)])
    offered = ~answered & (predicted != OUTSIDE) & likely
    among = np.array([wanted in choice for choice, wanted in zip(first, truth)])
    inside = truth != OUTSIDE
    found = {
        "answered_right": (answered & (predicted == truth))[inside].mean(), "answered_wrong": (answered & (predicted != truth))[inside].mean(),
        "offered_with_it": (offered & among)[inside].mean(), "offered_without": (offered & ~among)[inside].mean(),
    }  # fmt: skip
    if not inside.all():
        found |= {"outside_answered": answered[~inside].mean(), "outside_offered": offered[~inside].mean()}
    print("   " + ", ".join(f"{name.replace('_', ' ')} {100 * value:.1f} %" for name, value in found.items()), flush=True)
    return {name: float(value) for name, value in found.items()}


def certainty(system: Ours, texts: "list[str]", truth: np.ndarray) -> "dict[str, Any]":
    """Expected calibration error and the points of a reliability diagram: mean certainty, share right."""
    guesses = system.guesses(texts)
    sure, right = np.array([guess.sure for guess in guesses]), np.array([guess.label for guess in guesses]) == truth
    parts = np.array_split(np.argsort(sure), BINS)
    points = [(float(sure[part].mean()), float(right[part].mean())) for part in parts]
    error = calibration_error(right, sure)
    print(f"   calibration error {100 * error:.1f} %; sure → right: " + ", ".join(f"{100 * one:.0f} → {100 * two:.0f}" for one, two in points), flush=True)
    return {"error": error, "points": points}


def confusions(truth: np.ndarray, predicted: np.ndarray) -> "list[tuple[str, str, int]]":
    """The pairs (right, taken for) that are confused most often."""
    pairs = Counter((str(wanted), str(found)) for wanted, found in zip(truth, predicted) if wanted != found).most_common(PAIRS)
    print("   taken for: " + ", ".join(f"{wanted} → {found} {count}" for (wanted, found), count in pairs), flush=True)
    return [(wanted, found, count) for (wanted, found), count in pairs]
