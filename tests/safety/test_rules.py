"""Every rule keeps to its own examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety.screen import Screen

SCREEN = Screen.load(Path(__file__).parents[2] / "data" / "safety")


@pytest.mark.parametrize("kind, topic, text", [(rule.kind, rule.topic, text) for rule in SCREEN.rules for text in rule.examples])
def test_example_fires(kind: str, topic: str, text: str) -> None:
    verdict = SCREEN.check(text)
    assert (verdict.kind, verdict.topic) == (kind, topic), verdict
    assert all(0 <= start < end <= len(text) for start, end in verdict.spans)


@pytest.mark.parametrize("text", [text for rule in SCREEN.rules for text in rule.silent])
def test_counterexample_stays_silent(text: str) -> None:
    verdict = SCREEN.check(text)
    assert verdict.kind == "", verdict
