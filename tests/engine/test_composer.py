"""Buttons beside answers: what is perhaps asked too comes first, what is answered is not offered."""

from __future__ import annotations

import pytest

from bot.answers.catalogue import Catalogue
from bot.engine.composer import PERHAPS_ASKED_AT, compose
from bot.settings import Settings


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.load(Settings.load().data)


def buttons(catalogue, topic, topics, *asked):
    parse_data = {"decision": {"kind": "answer", "topics": topics}, "evidence": {"asked": asked}}
    return compose(catalogue, f"utter_faq/{topic}", parse_data, {}, [], {}, {}).buttons


def test_what_is_perhaps_asked_too_is_one_tap_away(catalogue):
    found = buttons(catalogue, "cost", ["cost"], ["cost", 0.9], ["hours", 0.4], ["book_appointment", 0.3], ["parking", 0.3], ["sleep", PERHAPS_ASKED_AT / 2])
    assert found[:2] == (catalogue.question("hours"), "Book an appointment")
    assert found[2:] == catalogue.reply("utter_faq/cost").buttons, "what no answer stands for, or hardly anything speaks for, is not offered"


def test_what_is_answered_is_not_offered_and_the_rest_once(catalogue):
    first = buttons(catalogue, "cost", ["cost", "insurance"], ["hours", 0.4])
    second = buttons(catalogue, "insurance", ["cost", "insurance"], ["hours", 0.4])
    assert not {catalogue.question("cost"), catalogue.question("insurance")} & {*first, *second}
    assert catalogue.question("hours") in first and catalogue.question("hours") not in second


@pytest.mark.parametrize("decision", [{}, {"kind": "clarify", "topics": ["cost"]}, {"kind": "answer", "topics": ["hours"]}])
def test_other_replies_keep_their_buttons(catalogue, decision):
    parse_data = {"decision": decision, "evidence": {"asked": [["sleep", 0.4]]}}
    assert compose(catalogue, "utter_faq/cost", parse_data, {}, [], {}, {}).buttons == catalogue.reply("utter_faq/cost").buttons
