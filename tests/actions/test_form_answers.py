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
    assert form.valid_contact(text, "US") == contact


@pytest.mark.parametrize("text", ["12345", "ann@", "ask my daughter", "555-01", "555-0199"])
def test_what_is_no_contact(text):
    assert form.valid_contact(text, "US") is None


@pytest.mark.parametrize(
    "region, clinic_phone, text, contact",
    [
        ("UK", "020 7946 0000", "020 7946 0958", "+44 20 7946 0958"),
        ("EU", "+49 30 23125000", "030 23125 123", "+49 30 23125123"),  # the clinic's own number says which country
        ("EU", "030 23125000", "030 23125 123", None),  # no country is guessed
        ("US", "(555) 555-0100", "212 555 0147", "+1 212-555-0147"),
    ],
)
def test_a_phone_number_is_read_as_one_of_the_clinics_country(region, clinic_phone, text, contact):
    assert form.valid_contact(text, form.phone_region(region, clinic_phone)) == contact


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
        ("confirmed", "the times", True),
    ],
)
def test_answer_or_question(slot, text, is_answer):
    assert form.looks_like_answer(slot, text) is is_answer


@pytest.mark.parametrize(
    "slot, text, given",
    [
        ("contact", "stop", "stop"),
        ("contact", "never mind", "stop"),
        ("contact", "I don't want to do this anymore", "stop"),
        ("confirmed", "ok never mind", "stop"),
        ("consent", "fine, forget it", "stop"),
        ("contact", "go back", "back"),
        ("contact", "back", "back"),
        ("contact", "why do you need that?", "why"),
        ("visitor_name", "why should I tell you my name", "why"),
        ("visitor_name", "Ann Stopford", None),
        ("times", "thursday", None),
    ],
)
def test_commands(slot, text, given):
    assert form.command(text, slot) == given


@pytest.mark.parametrize(
    "slot, text",
    [
        ("reason", "I don't want to take pills anymore"),
        ("reason", "i no longer want to live with this pain"),
        ("reason", "stop the pain"),
        ("reason", "back"),
        ("reason", "Why is my foot numb"),
        ("visitor_name", "I don't want to give my name"),
    ],
)
def test_what_visitors_tell_is_no_command(slot, text):
    """A command may throw away everything that was typed, so a sentence that only begins like one is none."""
    assert form.command(text, slot) is None


@pytest.mark.parametrize("text", ["I don't want to give my name", "rather not say"])
def test_a_refusal_is_no_name(text):
    assert form.valid_name(text) is None


@pytest.mark.parametrize(
    "text, slot",
    [
        ("change the phone number", "contact"),
        ("the name is wrong", "visitor_name"),
        ("different time", "times"),
        ("no, the reason", "reason"),
        ("the times", "times"),
        ("yes but my surname is misspelled", "visitor_name"),
        ("hm", None),
    ],
)
def test_which_part_to_change(text, slot):
    assert form.field_to_change(text) == slot


@pytest.mark.parametrize("text", ["Yes, send it. When will you call?", "yes, that's the right number", "yes please, any time works", "When then?"])
def test_a_part_that_is_only_mentioned_is_not_changed(text):
    assert form.field_to_change(text) is None


@pytest.mark.parametrize(
    "text", ["yes please", "Yes, send it. When will you call?", "ok, no problem", "Yes, cancel my appointment", "yes, I am a patient and want that"]
)
def test_yes(text):
    assert form.valid_yes(text) == "yes"


@pytest.mark.parametrize("text", ["no thanks", "don't call me", "never"])
def test_no(text):
    assert form.valid_yes(text) == "no"


@pytest.mark.parametrize(
    "text",
    ["hm", "of course not", "sure, never", "ok but don't call me", "right now I don't want that", "fine, forget it", "ok stop", "ok never mind", "ok wait",
     "yes but it's misspelled", "yes? no", "sure hope not", "yes, change the name", "ok cancel", "no problem"],
)  # fmt: skip
def test_a_yes_that_takes_itself_back_is_asked_again(text):
    """Consent and sending need a plain yes: anything else is asked again, never guessed."""
    assert form.valid_yes(text) is None
