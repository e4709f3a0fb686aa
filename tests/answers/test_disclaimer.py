"""The invariant where text is made: no reply without its disclaimer, and what lacks one is repaired and marked."""

from __future__ import annotations

import dataclasses

import pytest

from bot.answers.disclaimer import KINDS, Disclaimer
from bot.answers.reply import Reply


def test_a_reply_cannot_be_built_without_one():
    with pytest.raises(TypeError):
        Reply(text="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Reply(text="x", disclaimer=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        Disclaimer(text=" ", kind="general", version="1")


def test_every_response_carries_one_in_our_wording(catalogue):
    wordings = {catalogue.disclaimers.of(kind).text for kind in KINDS}
    for name, variations in catalogue.responses.items():
        for response in variations:
            for more in (False, True):
                reply = catalogue.reply(name, slots={rule["name"]: rule["value"] for rule in response.condition}, more=more)
                assert reply.disclaimer.text in wordings, name
                assert reply.disclaimer.text in reply.plain, name


@pytest.mark.parametrize("damage", [{}, {"disclaimer": None}, {"disclaimer": {}}, {"disclaimer": {"text": "All is well.", "kind": "general"}}, {"disclaimer": "gone"}])
def test_a_reply_that_lost_it_is_repaired_and_marked(catalogue, damage):
    whole = catalogue.reply("utter_greet").as_dict()
    whole.pop("disclaimer")
    reply = Reply.from_dict({**whole, **damage}, catalogue.disclaimers)
    assert reply.fault
    assert reply.disclaimer.text == catalogue.disclaimers.of("general").text


def test_an_intact_reply_is_not_marked(catalogue):
    reply = catalogue.reply("utter_emergency_stroke")
    again = Reply.from_dict(reply.as_dict(), catalogue.disclaimers)
    assert not again.fault and again == reply


def test_a_reply_is_frozen(catalogue):
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalogue.reply("utter_greet").disclaimer = None
