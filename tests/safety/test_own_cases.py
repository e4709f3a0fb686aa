"""The screen on messages in our own words: nothing missed, hardly a false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety.screen import Screen
from bot.yaml_file import YamlFile

SCREEN = Screen.load(Path(__file__).parents[2] / "data" / "safety")
CASES = [(case["kind"], case["text"]) for path in sorted(Path(__file__).parent.glob("own_cases*.yml")) for case in YamlFile(path).data["cases"]]
ENOUGH = {"emergency": 300, "crisis": 150, "medical_advice": 100, "none": 400}


@pytest.mark.parametrize("kind", ENOUGH)
def test_there_are_enough_cases(kind: str) -> None:
    assert sum(1 for other, _ in CASES if other == kind) >= ENOUGH[kind]


@pytest.mark.parametrize("kind, text", [case for case in CASES if case[0] != "none"])
def test_nothing_is_missed(kind: str, text: str) -> None:
    assert SCREEN.check(text).kind == kind


@pytest.mark.parametrize("text", [text for kind, text in CASES if kind == "none"])
def test_no_false_alarm(text: str) -> None:
    verdict = SCREEN.check(text)
    assert verdict.kind == "", verdict


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: text.replace("'", "’"), lambda text: f"  {text} !!"])
def test_how_it_is_written_does_not_matter(change) -> None:
    urgent = [text for kind, text in CASES if kind in ("emergency", "crisis")]
    assert not [text for text in urgent if SCREEN.check(change(text)).kind not in ("emergency", "crisis")]
