"""The store's promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.store import conversations, people
from bot.store.database import Database, upgrade

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc)
LEASE = timedelta(seconds=20)


def message(connection, conversation="c", **changes):
    values = {"author": "visitor", "text_sealed": b"x", "text_masked": "x", "state": "new", **changes}
    return conversations.add_message(connection, conversation, values, NOW)


@pytest.fixture
def opened(database):
    with database.write() as connection:
        conversations.add_conversation(connection, "c", "hash", NOW)
        conversations.add_conversation(connection, "d", "hash", NOW)
    return database


def test_numbers_have_no_gaps_when_many_write_at_once(opened):
    def write():
        for _ in range(20):
            with opened.write() as connection:
                conversations.lock_conversation(connection, "c")
                message(connection)

    threads = [threading.Thread(target=write) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with opened.read() as connection:
        assert [row.seq for row in conversations.messages_after(connection, "c", 0)] == list(range(1, 101))


def test_a_reply_without_a_disclaimer_cannot_be_stored(opened):
    with pytest.raises(IntegrityError), opened.write() as connection:
        message(connection, author="assistant", state="stored")
    with opened.write() as connection:
        message(connection, author="assistant", state="stored", disclaimer="General.", disclaimer_version="1")


def test_the_same_key_is_stored_once(opened):
    with opened.write() as connection:
        message(connection, key="k")
    with pytest.raises(IntegrityError), opened.write() as connection:
        message(connection, key="k")
    with opened.write() as connection:
        message(connection, "d", key="k")  # another conversation may use the same key


def test_a_failed_transaction_leaves_nothing(opened):
    with pytest.raises(RuntimeError), opened.write() as connection:
        message(connection)
        raise RuntimeError
    with opened.read() as connection:
        assert conversations.get_conversation(connection, "c").last_seq == 0


def test_one_message_of_a_conversation_at_a_time(opened):
    with opened.write() as connection:
        message(connection), message(connection), message(connection, "d")
    with opened.write() as connection:
        claimed = [conversations.claim_message(connection, NOW, LEASE) for _ in range(3)]
    assert [(row.conversation_id, row.seq) if row else None for row in claimed] == [("c", 1), ("d", 1), None]


def test_a_claim_is_taken_again_when_its_lease_ends(opened):
    with opened.write() as connection:
        message(connection)
        assert conversations.claim_message(connection, NOW, LEASE)
    with opened.write() as connection:
        assert conversations.claim_message(connection, NOW + LEASE / 2, LEASE) is None
        again = conversations.claim_message(connection, NOW + 2 * LEASE, LEASE)
    assert again is not None and again.attempts == 1


def test_the_holder_changes_only_from_the_version_that_was_seen(opened):
    with opened.write() as connection:
        assert conversations.set_holder(connection, "c", "waiting", None, 0, NOW)
        assert not conversations.set_holder(connection, "c", "assistant", None, 0, NOW)


def test_erasing_leaves_only_a_receipt(opened):
    with opened.write() as connection:
        message(connection)
        conversations.erase_conversation(connection, "c", "r", "hash-of-c", NOW)
    with opened.read() as connection:
        assert conversations.get_conversation(connection, "c") is None
        assert connection.execute(text("SELECT count(*) FROM message")).scalar() == 0
        assert conversations.erased(connection, "hash-of-c")


def test_the_same_moment_comes_back_in_utc(opened):
    with opened.read() as connection:
        assert conversations.get_conversation(connection, "c").created_at == NOW


def test_masked_texts_are_searched_literally(opened):
    with opened.write() as connection:
        message(connection, text_masked="100% numb"), message(connection, "d", text_masked="100 per cent")
    with opened.read() as connection:
        assert [row.id for row in conversations.find_conversations(connection, contains="100%")] == ["c"]


def test_an_invite_works_once(database):
    with database.write() as connection:
        people.add_invite(connection, token_hash="t", email="A@x.org", name="A", role="staff", expires_at=NOW)
        assert people.use_invite(connection, "t", NOW) and not people.use_invite(connection, "t", NOW)


def test_older_databases_lose_the_visitors_words_from_the_understanding(opened):
    with opened.write() as connection:
        message(connection, understanding={"decision": "answer", "clauses": ["my name is Ann Lee"]}), message(connection, understanding={"decision": "chat"})
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    upgrade(opened.engine.url.render_as_string(hide_password=False))
    with opened.read() as connection:
        assert [row.understanding for row in conversations.messages_after(connection, "c", 0)] == [{"decision": "answer"}, {"decision": "chat"}]


def test_only_its_owner_reads_the_database_file_and_its_log(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/var/nerveline.db")
    with database.write() as connection:
        conversations.add_conversation(connection, "c", "hash", NOW)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}
    database.close()
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert modes == dict.fromkeys(("nerveline.db", "nerveline.db-wal", "nerveline.db-shm"), 0o600)


def test_a_database_that_cannot_be_opened_says_so_without_any_text_of_visitors(tmp_path):
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreError, match="the database failed"):
        Database.open(f"sqlite:///{tmp_path}/folder.db")
