"""An alarm of the learned classifier reaches the reply: no component after it takes it for another language or for an answer."""

from __future__ import annotations

import pytest
from rasa.shared.core.events import ActiveLoop, SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.form_answer import FORM, FormAnswer
from bot.nlu.other_language import OtherLanguage


def read(text, kind, probability, known=-2.0):
    """A message as TopicClassifier leaves it."""
    return Message({"text": text, "decision": {"kind": kind, "confidence": 0.9}, "evidence": {"known": known, "alarm": probability}})


def in_form(slot, text, kind, probability):
    tracker = DialogueStateTracker.from_events("visitor", [ActiveLoop(FORM), SlotSet("requested_slot", slot)], [AnySlot("requested_slot", mappings=[])])
    message = read(text, kind, probability)
    FormAnswer().process([message], tracker)
    return message.get("decision")["kind"]


@pytest.mark.parametrize("kind, found", [("crisis", "crisis"), ("answer", "decline")])
def test_another_language_takes_the_place_of_anything_but_an_alarm(kind, found):
    message = read("ich will nicht mehr leben, bitte", kind, 0.9)
    OtherLanguage().process([message])
    assert message.get("decision")["kind"] == found


@pytest.mark.parametrize("text, found", [("wie viel kostet das eigentlich", "decline"), ("my chest feels like an elephant sits on it", "emergency")])
def test_an_alarm_in_words_that_the_net_cannot_read_is_chance(text, found):
    message = read(text, "emergency", 0.7, known=-9.5)
    OtherLanguage().process([message])
    assert message.get("decision")["kind"] == found


@pytest.mark.parametrize("text, probability, found", [("donde estan ubicados por favor", 0.45, "decline"), ("se le fue el habla a mi hermana", 0.55, "emergency")])
def test_an_alarm_in_spanish_must_be_sure(text, probability, found):
    message = read(text, "emergency", probability)
    OtherLanguage().process([message])
    assert message.get("decision")["kind"] == found


@pytest.mark.parametrize("slot, text", [("times", "tonight is the night i guess"), ("returning", "woke up again and wish i had not"), ("confirmed", "dont tell me there is hope")])
def test_what_looks_like_an_answer_may_be_an_alarm(slot, text):
    assert in_form(slot, text, "crisis", 0.6) == "crisis"
    assert in_form(slot, text, "clarify", 0.0) == "staff"


def test_a_reason_is_an_alarm_only_when_that_is_clear():
    assert in_form("reason", "tired of hurting", "crisis", 0.5) == "staff"
    assert in_form("reason", "i want to be gone for good", "crisis", 0.95) == "crisis"


@pytest.mark.parametrize("text", ["she couldny talk since this morning", "chwt pain help", "swole calf red and hot after flight", "no point ivin anymore"])
def test_a_repair_hides_no_alarm(visitor, text):
    """In these a letter is wrong, and what it is taken for may be harmless: what was typed is read too."""
    assert visitor.say(text)["decision"] in ("emergency", "crisis")
