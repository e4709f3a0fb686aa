"""From the visitor's message to the delivered reply, on real databases; the engine is played by the test."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.chat import inbox, records, stream, worker
from bot.chat.deliver import deliver
from bot.chat.engine_client import Answer, EngineFailed, EngineUnreachable
from bot.chat.requests import create_request
from bot.chat.service import now
from bot.store import conversations, people, tables
from bot.store import requests as request_rows
from tests.chat.played_engine import Engine, settled, work

CANARY = "zebrafish-canary"


def heard(chat, conversation):
    return [(message["author"], message["response"]) for message in stream.messages_after(chat, conversation, 0)]


async def test_a_message_is_answered(chat, conversation, reply):
    assert inbox.receive(chat, conversation, "hello", "k1") == 1
    await work(chat, Engine(reply()), settled(chat, conversation))
    messages = stream.messages_after(chat, conversation, 0)
    assert [(message["seq"], message["author"], message["text"][:5]) for message in messages] == [(1, "visitor", "hello"), (2, "assistant", "Hello")]
    assert messages[1]["disclaimer"] and messages[1]["reply_to"] == 1


async def test_an_answer_brings_its_fuller_text_along(chat, conversation, reply, catalogue):
    inbox.receive(chat, conversation, "does it hurt", "k1")
    await work(chat, Engine(reply("utter_faq/does_it_hurt")), settled(chat, conversation))
    message = stream.messages_after(chat, conversation, 1)[0]
    assert message["more"] and message["fuller"] == catalogue.reply("utter_faq/does_it_hurt", more=True).text != message["text"]


def test_the_same_key_is_one_message(chat, conversation):
    assert inbox.receive(chat, conversation, "hello", "k1") == inbox.receive(chat, conversation, "hello", "k1") == 1


def test_only_the_token_opens_the_conversation(chat):
    id, token = inbox.open_conversation(chat)
    other, other_token = inbox.open_conversation(chat)
    assert inbox.may_use(chat, id, token) and not inbox.may_use(chat, id, other_token) and not inbox.may_use(chat, "nobody", token)


@pytest.mark.parametrize("text, kind", [("my face is drooping on one side", "emergency"), ("i want to kill myself", "crisis")])
@pytest.mark.parametrize("holder", ["assistant", "staff", "waiting", "closed"])
def test_safety_is_answered_at_once_whoever_has_the_conversation(chat, conversation, text, kind, holder):
    with chat.database.write() as connection:
        conversations.set_holder(connection, conversation, holder, None, 0, now())
    inbox.receive(chat, conversation, text, "k1")
    messages = stream.messages_after(chat, conversation, 0)
    assert [message["kind"] for message in messages] == ["normal", kind] and messages[1]["disclaimer"]
    with chat.database.read() as connection:
        assert conversations.get_conversation(connection, conversation).alarm == kind


def test_safety_is_answered_even_when_many_messages_wait(chat, conversation):
    for number in range(inbox.MOST_WAITING):
        inbox.receive(chat, conversation, "hello", f"k{number}")
    with pytest.raises(inbox.Refused):
        inbox.receive(chat, conversation, "hello", "one too many")
    inbox.receive(chat, conversation, "i can't breathe", "now")
    assert stream.messages_after(chat, conversation, 0)[-1]["kind"] == "emergency"


SUSPECTED = "my husband collapsed"  # a sign in data/safety, no pattern


async def test_a_suspicion_is_judged_by_the_engine(chat, conversation, reply):
    inbox.receive(chat, conversation, SUSPECTED, "k1")
    await work(chat, Engine(reply()), settled(chat, conversation))
    assert heard(chat, conversation) == [("visitor", ""), ("assistant", "utter_greet")]
    with chat.database.read() as connection:
        assert not conversations.get_conversation(connection, conversation).alarm


@pytest.mark.parametrize("failure", [EngineUnreachable("away"), EngineFailed("status 500"), ValueError("no JSON")])
async def test_a_suspicion_counts_when_the_engine_is_away_or_fails(chat, conversation, reply, failure):
    inbox.receive(chat, conversation, SUSPECTED, "k1")
    await work(chat, Engine(failure), settled(chat, conversation))
    await work(chat, Engine(reply()), settled(chat, conversation))
    assert heard(chat, conversation) == [("visitor", ""), ("assistant", "utter_emergency_fainted")]
    with chat.database.read() as connection:
        assert conversations.get_conversation(connection, conversation).alarm == "emergency"


async def test_a_suspicion_counts_when_the_engine_takes_long(chat, conversation, reply, monkeypatch):
    class Slow(Engine):
        async def ask(self, *given):
            await asyncio.sleep(0.5)
            return await super().ask(*given)

    monkeypatch.setattr(worker, "WAITING_AFTER", timedelta(0))
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)
    inbox.receive(chat, conversation, SUSPECTED, "k1")
    slow = Slow(reply())
    await work(chat, slow, lambda: len(slow.asked) == 1)
    assert heard(chat, conversation) == [("visitor", ""), ("assistant", "utter_emergency_fainted")], "the late answer is dropped"


async def test_one_suspicion_that_cannot_be_answered_holds_up_no_other(chat, conversation, reply, monkeypatch):
    class Hanging(Engine):
        async def ask(self, *given):
            await asyncio.sleep(60)

    monkeypatch.setattr(worker, "WAITING_AFTER", timedelta(0))
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)
    other, _ = inbox.open_conversation(chat)
    for id in (conversation, other):
        inbox.receive(chat, id, SUSPECTED, "k1")
    with chat.database.write() as connection:
        connection.execute(tables.message.update().where(tables.message.c.conversation_id == conversation).values(safety={"kind": "emergency", "unheard": 1}))
    await work(chat, Hanging(reply()), settled(chat, other))
    assert heard(chat, other)[-1] == ("assistant", "utter_emergency_fainted")


def test_a_suspicion_counts_at_once_when_many_messages_wait(chat, conversation):
    for number in range(inbox.MOST_WAITING):
        inbox.receive(chat, conversation, "hello", f"k{number}")
    inbox.receive(chat, conversation, SUSPECTED, "now")
    assert heard(chat, conversation)[-1] == ("assistant", "utter_emergency_fainted")


def test_a_suspicion_counts_at_once_while_staff_have_the_chat(chat, conversation):
    with chat.database.write() as connection:
        conversations.set_holder(connection, conversation, "staff", None, 0, now())
    inbox.receive(chat, conversation, SUSPECTED, "k1")
    assert heard(chat, conversation)[-1] == ("assistant", "utter_emergency_fainted")


async def test_a_removed_disclaimer_is_put_back_and_the_fault_recorded(chat, conversation, catalogue, caplog):
    whole = catalogue.reply("utter_faq/cost").as_dict()
    whole.pop("disclaimer")
    inbox.receive(chat, conversation, "how much", "k1")
    with caplog.at_level(logging.ERROR):
        await work(chat, Engine(Answer([whole], {"decision": "answer"}, "m1")), settled(chat, conversation))
    message = stream.messages_after(chat, conversation, 1)[0]
    assert message["disclaimer"] == catalogue.disclaimers.of("general").text
    with chat.database.read() as connection:
        assert "disclaimer_fault" in [row.action for row in people.list_audit(connection)]
    assert "disclaimer_fault" in caplog.text


def test_text_of_staff_gets_one_too(chat, conversation, catalogue):
    with chat.database.write() as connection:
        conversations.lock_conversation(connection, conversation)
        deliver(chat, connection, conversation, [{"text": "We call you at noon."}], now(), author="staff")
    assert stream.messages_after(chat, conversation, 0)[0]["disclaimer"] == catalogue.disclaimers.of("general").text


async def test_an_engine_that_is_away_loses_nothing(chat, conversation, reply, monkeypatch):
    monkeypatch.setattr(worker, "WAITING_AFTER", timedelta(0))
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)
    inbox.receive(chat, conversation, "hello", "k1")
    away = Engine(EngineUnreachable("away"))
    await work(chat, away, lambda: len(away.asked) > 1 and len(heard(chat, conversation)) > 1)
    await work(chat, Engine(reply()), settled(chat, conversation))
    assert heard(chat, conversation) == [("visitor", ""), ("assistant", "utter_waiting"), ("assistant", "utter_greet")]


async def test_an_engine_that_fails_twice_hands_the_message_to_staff(chat, conversation):
    inbox.receive(chat, conversation, "hello", "k1")
    await work(chat, Engine(EngineFailed("status 500")), settled(chat, conversation))
    assert heard(chat, conversation)[-1] == ("assistant", "utter_staff_will_look")
    with chat.database.read() as connection:
        assert [row.kind for row in request_rows.list_requests(connection)] == ["person"]


async def test_after_a_crash_the_message_is_asked_again_with_the_same_id(chat, conversation, reply):
    inbox.receive(chat, conversation, "hello", "k1")
    with chat.database.write() as connection:  # claimed by a process that died
        conversations.claim_message(connection, now() - timedelta(minutes=1), worker.LEASE)
    engine = Engine(reply())
    await work(chat, engine, settled(chat, conversation))
    assert engine.asked == [(f"{conversation}:1", "hello")] and heard(chat, conversation)[-1] == ("assistant", "utter_greet")


class EngineDuringTakeover(Engine):
    """Staff take the conversation over while it answers."""

    def __init__(self, chat, conversation, answer):
        super().__init__(answer)
        self._chat, self._conversation = chat, conversation

    async def ask(self, *given):
        with self._chat.database.write() as connection:
            conversations.set_holder(connection, self._conversation, "staff", None, 0, now())
        return await super().ask(*given)


async def test_a_reply_is_dropped_when_staff_took_over_meanwhile(chat, conversation, reply):
    inbox.receive(chat, conversation, "hello", "k1")
    await work(chat, EngineDuringTakeover(chat, conversation, reply()), settled(chat, conversation))
    assert heard(chat, conversation) == [("visitor", "")]


async def test_an_alarm_of_the_learned_classifier_reaches_staff(chat, conversation, catalogue):
    inbox.receive(chat, conversation, "hello", "k1")
    alarm = Answer([catalogue.reply("utter_emergency_unspecified").as_dict()], {"decision": "emergency", "topics": ["emergency"]}, "m1")
    await work(chat, Engine(alarm), settled(chat, conversation))
    with chat.database.read() as connection:
        assert conversations.get_conversation(connection, conversation).alarm == "emergency"


async def test_an_alarm_is_answered_although_staff_took_over_meanwhile(chat, conversation, catalogue):
    inbox.receive(chat, conversation, "hello", "k1")
    alarm = Answer([catalogue.reply("utter_emergency_unspecified").as_dict()], {"decision": "emergency", "topics": ["emergency"]}, "m1")
    await work(chat, EngineDuringTakeover(chat, conversation, alarm), settled(chat, conversation))
    assert heard(chat, conversation)[-1] == ("assistant", "utter_emergency_unspecified")


async def test_answers_keep_their_order_and_none_is_doubled(chat, conversation, reply):
    for number in range(5):
        inbox.receive(chat, conversation, f"hello {number}", f"k{number}")
    await work(chat, Engine(reply()), settled(chat, conversation))
    messages = stream.messages_after(chat, conversation, 0)
    assert [message["reply_to"] for message in messages if message["author"] == "assistant"] == [1, 2, 3, 4, 5]
    assert [message["seq"] for message in messages] == list(range(1, 11))


def test_a_request_is_stored_once_and_has_a_number_and_a_promise(chat, conversation):
    body = {"key": "k", "conversation": conversation, "kind": "book", "name": "Ann Lee", "contact": "+1 212-555-0147", "times": "thursday"}
    first, again = create_request(chat, body), create_request(chat, body)
    assert first == again and first["promise"].startswith("Our staff get back to you by")
    with chat.database.read() as connection:
        row = request_rows.get_request(connection, first["number"])
    assert b"Ann Lee" not in row.details_sealed and "Ann" not in row.summary_masked


def test_reading_a_conversation_is_written_down(chat, conversation):
    inbox.receive(chat, conversation, "my name is Ann Lee", "k1")
    with chat.database.write() as connection:
        staff = people.save_staff(connection, email="s@example.com", name="S", role="staff", password_hash="x", at=now())
    assert "Lee" not in records.read_conversation(chat, staff, conversation)["messages"][0]["text"]
    assert "Lee" in records.read_conversation(chat, staff, conversation, "the visitor called")["messages"][0]["text"]
    with chat.database.read() as connection:
        assert [(row.action, row.reason) for row in people.list_audit(connection)][:2] == [("conversation_opened", "the visitor called"), ("conversation_viewed", "")]


def test_staff_read_a_long_conversation_to_its_end(chat, conversation, catalogue):
    with chat.database.write() as connection:
        conversations.lock_conversation(connection, conversation)
        deliver(chat, connection, conversation, [catalogue.reply("utter_greet")] * 600, now())
        staff = people.save_staff(connection, email="s@example.com", name="S", role="staff", password_hash="x", at=now())
    inbox.receive(chat, conversation, "i can't breathe", "k1")
    assert records.read_conversation(chat, staff, conversation)["messages"][-1]["row"].kind == "emergency"


def test_a_deleted_conversation_is_gone(chat):
    id, token = inbox.open_conversation(chat)
    inbox.receive(chat, id, CANARY, "k1")
    receipt, _ = inbox.erase(chat, id)
    assert receipt and not inbox.may_use(chat, id, token) and stream.is_erased(chat, id)


def test_what_comes_while_the_conversation_is_deleted_finds_nothing(chat, conversation):
    """Its visitor deletes it in one tab while another tab sends: the second meets an error of ours, no crash."""
    inbox.receive(chat, conversation, "i can't breathe", "k1")
    inbox.erase(chat, conversation)
    with pytest.raises(inbox.NoConversation):
        inbox.receive(chat, conversation, "hello", "k2")
    assert not inbox.give_feedback(chat, conversation, 2, True, "thanks")


@pytest.mark.parametrize("note, kind", [("I want to die", "crisis"), ("my face is drooping on one side", "emergency")])
def test_a_cry_for_help_in_a_comment_is_answered_and_reaches_staff(chat, conversation, catalogue, note, kind):
    with chat.database.write() as connection:
        conversations.lock_conversation(connection, conversation)
        deliver(chat, connection, conversation, [catalogue.reply("utter_greet")], now())
    assert inbox.give_feedback(chat, conversation, 1, False, note)
    assert [message["kind"] for message in stream.messages_after(chat, conversation, 0)] == ["normal", kind]
    with chat.database.read() as connection:
        assert conversations.get_conversation(connection, conversation).alarm == kind
        assert f"alarm_{kind}" in [row.action for row in people.list_audit(connection)]


def test_feedback_is_only_for_our_messages(chat, conversation):
    inbox.receive(chat, conversation, "i can't breathe", "k1")
    assert inbox.give_feedback(chat, conversation, 2, True, "thanks") and inbox.give_feedback(chat, conversation, 2, False, "")
    assert not inbox.give_feedback(chat, conversation, 1, True, "") and not inbox.give_feedback(chat, conversation, 9, True, "")
