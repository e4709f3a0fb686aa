"""What visitors write about themselves stands nowhere in the database as they wrote it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.chat import inbox
from bot.chat.deliver import deliver
from bot.chat.engine_client import Answer
from bot.chat.requests import create_request
from bot.chat.service import now
from bot.store import conversations
from bot.store.tables import metadata
from tests.chat.played_engine import Engine, settled, work

PERSONAL = ("Leeson", "0147", "ann.leeson@example.com")
TEXT = "My name is Ann Leeson, what does it cost? And call me at 212 555 0147 or write to ann.leeson@example.com about my burning feet"


def every_value(chat):
    """Table, column and content of everything that is stored, but for times: their digits may be anyone's phone number."""
    with chat.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield from ((table.name, column, str(value)) for column, value in row.items() if not isinstance(value, datetime))


async def test_personal_details_are_in_no_column_of_any_table(chat, conversation, catalogue):
    """Every way in: a question, an emergency, a comment, a request, and our own replies that repeat the visitor's words."""
    clauses = ["My name is Ann Leeson, what does it cost?", "And call me at 212 555 0147 or write to ann.leeson@example.com about my burning feet"]
    understanding = {"decision": "answer", "intent": "faq", "topics": ["cost"], "confidence": 0.9, "reason": "several questions in one message",
                     "intent_ranking": [{"name": "faq/cost", "confidence": 0.9}], "evidence": {"nearest": "what does it cost"}, "clauses": clauses}  # fmt: skip
    inbox.receive(chat, conversation, TEXT, "k1")
    await work(chat, Engine(Answer([catalogue.reply("utter_faq/cost").as_dict()], understanding, "m1")), settled(chat, conversation))
    inbox.receive(chat, conversation, f"{TEXT}. I can't breathe", "k2")
    inbox.give_feedback(chat, conversation, 2, False, TEXT)
    details = {"name": "Ann Leeson", "contact": "+1 212-555-0147", "times": "thursday", "reason": TEXT}
    create_request(chat, {"key": "k", "conversation": conversation, "kind": "book", **details})
    with chat.database.write() as connection:
        said_back = catalogue.reply("utter_ask_request_form_confirmed", summary="Name: Ann Leeson\nContact: +1 212-555-0147")
        deliver(chat, connection, conversation, [said_back, {"text": "We call Ann Leeson at 212 555 0147."}], now(), author="staff")
    found = list(every_value(chat))
    assert ("message", "text_masked") in {(table, column) for table, column, value in found if "burning feet" in value}, "the masked text is for reading"
    assert not [(table, column, value) for table, column, value in found if any(detail in value for detail in PERSONAL)]


async def test_the_understanding_keeps_what_staff_read_beside_the_message(chat, conversation, reply):
    inbox.receive(chat, conversation, "hello", "k1")
    await work(chat, Engine(reply()), settled(chat, conversation))
    with chat.database.read() as connection:
        assert conversations.messages_after(connection, conversation, 0)[0].understanding == reply().understanding
