"""Conversations are not kept for ever: some time after its last message each is deleted, as its visitor could have deleted it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.chat.service import now
from bot.security.tokens import hashed
from bot.store import conversations, people
from bot.store.database import Database

BATCH = 50  # deleted in one transaction, so that no visitor's message waits long


def purge(database: Database, days: int) -> int:
    """Delete conversations without a message for `days` days; returns how many.

    One with an open request waits until the request is closed. Requests stay: they are the clinic's own record.
    """
    before, deleted = now() - timedelta(days=days), 0
    while batch := _purge_batch(database, before):
        deleted += batch
    if deleted:
        with database.write() as connection:
            reason = f"{deleted} without a message for {days} days"
            people.add_audit(connection, staff_id=None, action="purged", object_type="conversation", object_id="", at=now(), reason=reason)
    return deleted


def _purge_batch(database: Database, before: datetime) -> int:
    with database.write() as connection:
        idle = conversations.idle_conversations(connection, before, BATCH)
        for id in idle:
            conversations.erase_conversation(connection, id, secrets.token_hex(8), hashed(id), now())
    return len(idle)
