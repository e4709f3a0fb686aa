"""The last component: a certain alarm stands, a suspicion only while the classifier does not outweigh it."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.language.clauses import make_nlp, runs
from bot.nlu.safety_gate import CLOSELY, SafetyGate

NLP = make_nlp()


def judged(text, traces):
    """`traces`: whether the classifier found anything of an alarm; None where it did not read the message."""
    message = Message({"text": text, "runs": runs(NLP(text)), **({"evidence": {"traces_of_alarm": traces}} if traces is not None else {})})
    SafetyGate().process([message])
    return message.get("safety")["kind"], (message.get("decision") or {}).get("kind")


CALM = False


@pytest.mark.parametrize("traces, kind", [(CALM, ""), (True, "emergency"), (None, "emergency")])
def test_a_suspicion_counts_unless_the_classifier_outweighs_it(traces, kind):
    assert judged("my husband collapsed", traces) == (kind, kind or None)


def test_a_long_message_of_short_parts_was_read_closely():
    text = "hello I come for my feet, my wife drives me, the parking is good, we live near the lake, my husband collapsed on the sofa after the game, what does it cost"
    assert len(text.split()) > CLOSELY and judged(text, CALM)[0] == ""


LEAD = "hello I come to you for my feet the parking is good I always take the bus number nine by the river it is quick this afternoon "


def test_a_classifier_that_did_not_read_closely_outweighs_nothing():
    assert judged(LEAD + "my husband collapsed", CALM)[0] == "emergency", "one part too long to be read closely"
    pills = "gabapentin pregabalin duloxetine amitriptyline carbamazepine oxcarbazepine venlafaxine nortriptyline lamotrigine topiramate apixaban"
    assert judged(f"i take {pills} my husband collapsed", CALM)[0] == "emergency", "few words, but more than the encoder reads"


def test_nothing_outweighs_a_certain_alarm():
    assert judged("i can't breathe", CALM) == ("emergency", "emergency")


def test_a_plea_for_advice_is_still_seen_when_the_suspicion_is_gone():
    assert judged("my husband collapsed on the sofa lol. should he stop his gabapentin", CALM)[0] == "medical_advice"


@pytest.mark.parametrize("topics, kind", [(["cost", "other_medications"], "answer"), (["other_medications"], "advice"), (["other_medications", "book_appointment"], "advice")])
def test_a_plea_for_advice_hides_no_answers_to_several_questions(topics, kind):
    message = Message({"text": "what does it cost, and should I stop my gabapentin", "decision": {"kind": "answer", "topics": topics}})
    SafetyGate().process([message])
    assert (message.get("decision")["kind"], message.get("safety")["kind"]) == (kind, "medical_advice")
    assert message.get("decision")["pleads"] is (kind == "answer")


def test_a_plea_for_advice_does_not_take_the_place_of_a_learned_alarm():
    message = Message({"text": "should I stop my gabapentin", "decision": {"kind": "emergency"}})
    SafetyGate().process([message])
    assert (message.get("decision")["kind"], message.get("safety")["kind"]) == ("emergency", ""), "the verdict chooses the reply"
