"""Answers in the middle of a request: what is taken, what is refused, and what is a question or a command instead."""

from __future__ import annotations

import pytest

from bot.booking import form_answers as form


@pytest.mark.parametrize("text, name", [("Ann Lee", "Ann Lee"), ("my name is jose", "jose"), ("I'm Dr. O'Neil", "Dr. O'Neil"), ("Ann-Marie", "Ann-Marie")])
def test_names(text, name):
    assert form.valid_name(text) == name


@pytest.mark.parametrize("text", ["", "5", "123 456", "?", "a" * 200])
def test_what_cannot_be_a_name(text):
    assert form.valid_name(text) is None


@pytest.mark.parametrize("text, contact", [("(212) 555-0147", "+1 212-555-0147"), ("its 212.555.0147 call me", "+1 212-555-0147"), ("ann@example.com please", "ann@example.com"), ("+44 20 7946 0958", "+44 20 7946 0958")])
def test_contacts(text, contact):
    assert form.valid_contact(text) == contact


@pytest.mark.parametrize("text", ["12345", "ann@", "ask my daughter", "555-01"])
def test_what_is_no_contact(text):
    assert form.valid_contact(text) is None


@pytest.mark.parametrize("text", ["thursday", "any morning", "as soon as possible", "next week after 3pm", "2026-11-30, morning", "12/4", "tmrw"])
def test_times(text):
    assert form.valid_times(text) == text


def test_a_time_must_name_one():
    assert form.valid_times("purple") is None


@pytest.mark.parametrize(
    "slot, text, is_answer",
    [
        ("visitor_name", "Ann Lee", True),
        ("visitor_name", "how much is it", False),
        ("contact", "212 555 0147", True),
        ("contact", "do you take medicare", False),
        ("times", "thursday morning", True),
        ("times", "are you open on saturday?", False),
        ("consent", "yes", True),
        ("consent", "what happens to my data?", False),
        ("confirmed", "change the phone number", True),
    ],
)
def test_answer_or_question(slot, text, is_answer):
    assert form.looks_like_answer(slot, text) is is_answer


@pytest.mark.parametrize("text, given", [("stop", "stop"), ("never mind", "stop"), ("go back", "back"), ("why do you need that?", "why"), ("Ann Stopford", None), ("thursday", None)])
def test_commands(text, given):
    assert form.command(text) == given


@pytest.mark.parametrize("text, slot", [("change the phone number", "contact"), ("the name is wrong", "visitor_name"), ("different time", "times"), ("hm", None)])
def test_which_part_to_change(text, slot):
    assert form.field_to_change(text) == slot


def test_yes_and_no():
    assert form.valid_yes("yes please") == "yes" and form.valid_yes("no thanks") == "no" and form.valid_yes("hm") is None
