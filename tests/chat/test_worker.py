"""The worker when something goes wrong: every failure is counted, holds up nobody else, and leaves a trace without content."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot.chat import inbox, stream, worker
from bot.chat.engine_client import Answer, EngineUnreachable
from bot.chat.worker import Worker
from bot.store import conversations
from bot.store import requests as request_rows
from tests.chat.played_engine import Engine, settled, work

SECRET = "zebrafish"


class EngineWithoutActions(Engine):
    """Cannot finish the turns of one conversation, because its action server is away; answers all others."""

    def __init__(self, stuck, answer):
        super().__init__(answer)
        self.stuck = stuck

    async def ask(self, conversation_id, *given):
        answer = await super().ask(conversation_id, *given)
        if conversation_id == self.stuck:
            raise EngineUnreachable("status 503")
        return answer


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(worker, "WAITING_AFTER", timedelta(0))
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)


def notices(chat, conversation):
    return [message["reply_to"] for message in stream.messages_after(chat, conversation, 0) if message["response"] == "utter_waiting"]


async def test_a_conversation_that_must_wait_holds_up_no_other(chat, conversation, reply):
    other, _ = inbox.open_conversation(chat)
    inbox.receive(chat, conversation, "Yes, send it", "k1")
    inbox.receive(chat, other, "hello", "k1")
    engine = EngineWithoutActions(conversation, reply())
    await work(chat, engine, lambda: settled(chat, other)() and len(engine.asked) > 3)
    assert not settled(chat, conversation)(), "kept until the action server is back"
    engine.stuck = None
    await work(chat, engine, settled(chat, conversation))
    assert [message["response"] for message in stream.messages_after(chat, conversation, 0)][-1] == "utter_greet"


async def test_a_message_that_always_fails_goes_to_staff_and_the_later_ones_go_on(chat, conversation, reply, caplog):
    inbox.receive(chat, conversation, "hello", "k1")
    inbox.receive(chat, conversation, "hello again", "k2")
    await work(chat, Engine(ValueError(SECRET), ValueError(SECRET), reply()), settled(chat, conversation))
    answers = [(message["response"], message["reply_to"]) for message in stream.messages_after(chat, conversation, 0) if message["author"] == "assistant"]
    assert answers == [("utter_staff_will_look", 1), ("utter_greet", 2)]
    with chat.database.read() as connection:
        assert [row.kind for row in request_rows.list_requests(connection)] == ["person"]
    assert "reason=ValueError attempt=2" in caplog.text and SECRET not in caplog.text


async def test_a_reply_that_cannot_be_delivered_is_a_failure_too(chat, conversation):
    inbox.receive(chat, conversation, "hello", "k1")
    await work(chat, Engine(Answer([None], {}, "m1")), settled(chat, conversation))
    assert stream.messages_after(chat, conversation, 1)[0]["response"] == "utter_staff_will_look"


async def test_one_notice_stands_for_all_messages_that_wait(chat, conversation, monkeypatch, impatient):
    for number in range(3):
        inbox.receive(chat, conversation, f"hello {number}", f"k{number}")
    away = Engine(EngineUnreachable("away"))
    await work(chat, away, lambda: len(away.asked) > 2 and notices(chat, conversation))
    assert notices(chat, conversation) == [3]
    monkeypatch.setattr(conversations, "SAID_LATELY", timedelta(0))  # much later
    asked = len(away.asked)
    await work(chat, away, lambda: len(away.asked) > asked + 2)
    assert notices(chat, conversation) == [3], "not told twice"
    inbox.receive(chat, conversation, "are you there", "k9")
    await work(chat, away, lambda: len(notices(chat, conversation)) > 1)
    assert notices(chat, conversation) == [3, 5], "a message that nobody was told about"


async def test_a_worker_that_dies_says_of_what(chat, monkeypatch, caplog):
    def broken(*_):
        raise KeyError(SECRET)

    monkeypatch.setattr(conversations, "claim_message", broken)
    with pytest.raises(KeyError):
        await Worker(chat, Engine()).run()
    assert "worker_died kind=KeyError" in caplog.text and SECRET not in caplog.text


async def test_notices_go_on_after_a_surprise(chat, conversation, monkeypatch, caplog, impatient):
    inbox.receive(chat, conversation, "hello", "k1")
    find, calls = conversations.overdue_messages, []

    def broken_once(*given):
        calls.append(1)
        if len(calls) == 1:
            raise KeyError(SECRET)
        return find(*given)

    monkeypatch.setattr(conversations, "overdue_messages", broken_once)
    with caplog.at_level(logging.ERROR):
        await work(chat, Engine(EngineUnreachable("away")), lambda: notices(chat, conversation))
    assert "waiting_failed kind=KeyError" in caplog.text and SECRET not in caplog.text
