"""Parts of a message: several questions are told apart, one is left whole, and a story is not cut to pieces."""

from __future__ import annotations

import pytest

from bot.language.clauses import make_nlp, runs


@pytest.fixture(scope="module")
def nlp():
    return make_nlp()


def parts(doc):
    return [span.text for span in doc.spans["parts"]]


@pytest.mark.parametrize(
    "text, found",
    [
        ("what is it, does it hurt and how much", ["what is it", "does it hurt", "how much"]),
        ("Does it hurt? And where are you?", ["Does it hurt?", "where are you?"]),
        ("opening hours, phone number and address", ["opening hours", "phone number", "address"]),
        ("how does it work how well does it work how fast does it work", ["how does it work", "how well does it work", "how fast does it work"]),
        ("my dr said its neuropathy what is that", ["my dr said its neuropathy", "what is that"]),
        ("does it hurt?where are you", ["does it hurt?", "where are you"]),
        ("hello\r\nhow much", ["hello", "how much"]),
        ("cost&parking", ["cost", "parking"]),
        ("ur address n phone", ["ur address", "phone"]),
        ("cost insurance parking", ["cost", "insurance", "parking"]),
        ("hurt much?", ["hurt", "much?"]),
        ("my feet hurt", ["my feet hurt"]),
        ("does it hurt", ["does it hurt"]),
        ("do you know what it costs", ["do you know what it costs"]),
        ("tell me how long it takes", ["tell me how long it takes"]),
    ],
)
def test_parts(nlp, text, found):
    assert parts(nlp(text)) == found


def test_all_runs_of_parts_but_the_whole_are_read(nlp):
    found = runs(nlp("what is it, does it hurt and how much"))
    assert [(run.first, run.last) for run in found] == [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]
    assert found[1].text == "what is it, does it hurt"


def test_a_message_of_one_part_has_no_runs(nlp):
    assert runs(nlp("does it hurt")) == []


def test_a_long_story_is_cut_into_sentences_and_a_longer_one_is_taken_whole(nlp):
    sentence = "I went out, saw a man and his dog, and then I came back."
    assert len(parts(nlp(" ".join([sentence] * 3)))) == 3
    assert runs(nlp(" ".join([sentence] * 9))) == []
