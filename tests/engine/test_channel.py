"""The engine's channel: what may reach Rasa, one turn at a time, and forgetting."""

from __future__ import annotations

import asyncio

import pytest

from bot.engine import turn


@pytest.mark.parametrize("before", [*filter(str.isspace, map(chr, range(0x3001))), "/", "/ /", "\t/ \n/", " "])
def test_no_visitor_speaks_rasas_own_language(before):
    """A text that begins with a slash names an intent to Rasa, which strips white space of every kind before it looks."""
    assert turn.spoken(f"{before}/restart") == "restart"


@pytest.mark.parametrize("text", ["", "/", " / ", "\t\n"])
def test_nothing_is_said_as_a_question_mark(text):
    assert turn.spoken(text) == "?"


@pytest.mark.parametrize("text", ["\t/crisis", "\u00a0/restart", "\n/book_appointment"])
async def test_a_slash_behind_white_space_reaches_neither_rasa_nor_its_log(channel, caplog, text):
    await channel.say(text)
    assert await channel.heard() == [text.strip("\t\n\u00a0/")]
    assert not caplog.records


async def test_a_message_that_is_asked_again_meanwhile_is_one_turn(channel, actions):
    """Web asks again after a time-out, while the first turn may still run."""
    await channel.say("Talk to a person")
    actions.delay = 0.1
    first, again = await asyncio.gather(channel.say("Ann Lee", "m1"), channel.say("Ann Lee", "m1"))
    assert first == again == ["contact"]
    assert await channel.heard() == ["Talk to a person", "Ann Lee"]
    assert not channel.input._turns, "no lock is kept for a conversation that waits for nothing"


async def test_a_deleted_conversation_leaves_no_dialogue_state(channel):
    await channel.say("my name is zebrafish")
    assert await channel.heard()
    assert await channel.post("forget") == (200, {"status": "forgotten"})
    assert not await channel.heard()
    assert await channel.say("hello") == ["utter_greet"], "and may begin anew"
