"""Conversations are kept as long as the page says, and then they are really gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.chat import inbox, records, stream
from bot.chat.requests import NEXT_STATES, change_state, create_request
from bot.chat.retention import purge
from bot.chat.service import now
from bot.cli import main
from bot.store import conversations, people
from bot.store.database import Database
from bot.store.tables import conversation as conversation_rows
from bot.store.tables import metadata

DAYS = 30


@pytest.fixture
def staff(chat):
    with chat.database.write() as connection:
        return people.save_staff(connection, email="s@example.com", name="S", role="staff", password_hash="x", at=now())


def age(chat, conversation, days):
    """Let the last activity in the conversation be so many days ago."""
    with chat.database.write() as connection:
        connection.execute(update(conversation_rows).where(conversation_rows.c.id == conversation).values(updated_at=now() - timedelta(days=days)))


def rows(chat):
    with chat.database.read() as connection:
        return {table.name: len(connection.execute(select(table)).all()) for table in metadata.sorted_tables}


def test_what_is_too_old_is_deleted_from_every_table_and_nothing_else(chat, staff):
    old, young = (inbox.open_conversation(chat)[0] for _ in range(2))
    for id in (old, young):
        inbox.receive(chat, id, "i can't breathe", "k1")
        inbox.give_feedback(chat, id, 2, True, "thanks")
        message = records.read_conversation(chat, staff, id)["messages"][0]["row"].id
        records.review(chat, staff, message, "right", "")
    age(chat, old, DAYS + 1), age(chat, young, DAYS - 1)
    before = rows(chat)
    assert purge(chat.database, DAYS) == 1
    assert stream.is_erased(chat, old) and not stream.is_erased(chat, young)
    after = rows(chat)
    assert {name: before[name] - after[name] for name in before if before[name] > after[name]} == {"conversation": 1, "message": 2, "feedback": 1, "review": 1}
    assert purge(chat.database, DAYS) == 0


def test_an_open_request_keeps_its_conversation_until_it_is_closed(chat, conversation, staff):
    number = create_request(chat, {"key": "k", "conversation": conversation, "kind": "book", "name": "Ann Lee"})["number"]
    age(chat, conversation, DAYS + 1)
    for version, state in enumerate(("looking", "offered")):
        assert purge(chat.database, DAYS) == 0
        change_state(chat, number, state, version, staff)
    assert purge(chat.database, DAYS) == 0
    assert "done" in NEXT_STATES["offered"] and change_state(chat, number, "done", 2, staff) is None
    assert purge(chat.database, DAYS) == 1
    assert records.read_request(chat, staff, number)["details"]["name"] == "Ann Lee", "the request itself stays with staff"


def test_many_are_deleted_in_one_run_and_the_audit_says_so(chat):
    for _ in range(120):
        age(chat, inbox.open_conversation(chat)[0], DAYS + 1)
    assert purge(chat.database, DAYS) == 120
    with chat.database.read() as connection:
        assert [row.reason for row in people.list_audit(connection) if row.action == "purged"] == [f"120 without a message for {DAYS} days"]


def test_the_command_deletes_as_the_clinic_says(tmp_path, monkeypatch, capsys):
    database = Database.open(f"sqlite:///{tmp_path}/nerveline.db")
    with database.write() as connection:
        conversations.add_conversation(connection, "old", "hash", now() - timedelta(days=366))
    monkeypatch.setenv("NERVELINE_VAR", str(tmp_path))
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == "1 conversation without a message for 365 days deleted.\n"
    with database.read() as connection:
        assert conversations.get_conversation(connection, "old") is None


def test_a_new_message_starts_the_time_again(chat, conversation):
    age(chat, conversation, DAYS + 1)
    inbox.receive(chat, conversation, "hello", "k1")
    assert purge(chat.database, DAYS) == 0
    with chat.database.read() as connection:
        assert conversations.get_conversation(connection, conversation)
