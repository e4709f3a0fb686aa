"""Clauses: several questions are told apart, one is left whole."""

from __future__ import annotations

import pytest

from bot.language.clauses import clauses, make_nlp


@pytest.fixture(scope="module")
def nlp():
    return make_nlp()


@pytest.mark.parametrize(
    "text, found",
    [
        ("what is it, does it hurt and how much", ["what is it", "does it hurt", "how much"]),
        ("Does it hurt? And where are you?", ["Does it hurt?", "where are you?"]),
        ("opening hours, phone number and address", ["opening hours", "phone number", "address"]),
        ("does it hurt", []),
        ("pins and needles in my feet", []),
        ("what about arms and legs", []),
    ],
)
def test_clauses(nlp, text, found):
    assert clauses(nlp(text)) == found


def test_a_long_story_is_taken_as_a_whole(nlp):
    assert clauses(nlp("I went out. I came back. I sat down. I got up. I ate. I slept. I woke. I read.")) == []
