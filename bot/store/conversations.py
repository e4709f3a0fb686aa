"""Rows of conversations and messages. Every function takes the connection of the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection, Row, and_, delete, func, insert, not_, or_, select, update

from bot.store.requests import OPEN_STATES
from bot.store.tables import conversation, erasure, feedback, message, request

DESCRIBED = ("understanding", "safety")
LISTED = ("topics", "buttons", "sources")
# What is kept of the engine's understanding. Its clauses are the visitor's own words, and a clause alone cannot be masked
# safely ("my name is" may stand in the clause before the name), so they are not kept: the masked text says the same.
UNDERSTOOD = ("decision", "reason", "intent", "topics", "confidence", "intent_ranking", "safety", "evidence")
SAID_LATELY = timedelta(minutes=5)


def add_conversation(connection: Connection, id: str, token_hash: str, at: datetime, agreed: str = "", language: str = "en") -> None:
    values = {"agreed": agreed, "language": language, "created_at": at, "updated_at": at}
    connection.execute(insert(conversation).values(id=id, token_hash=token_hash, **values))


def get_conversation(connection: Connection, id: str) -> Optional[Row[Any]]:
    return connection.execute(select(conversation).where(conversation.c.id == id)).first()


def lock_conversation(connection: Connection, id: str) -> Optional[Row[Any]]:
    """The conversation, locked against other writers until the transaction ends (SQLite has one writer anyway)."""
    return connection.execute(select(conversation).where(conversation.c.id == id).with_for_update()).first()


def find_conversations(
    connection: Connection, *, alarm: bool = False, contains: str = "", before: Optional[datetime] = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Newest first, each with its number of messages (`last_seq`); `contains` searches the masked texts."""
    query = select(conversation).order_by(conversation.c.updated_at.desc(), conversation.c.id).limit(limit)
    if alarm:
        query = query.where(conversation.c.alarm != "")
    if before:
        query = query.where(conversation.c.updated_at < before)
    if contains:
        found = select(message.c.conversation_id).where(message.c.text_masked.icontains(contains, autoescape=True))
        query = query.where(conversation.c.id.in_(found))
    return connection.execute(query).all()


def set_alarm(connection: Connection, id: str, kind: str) -> None:
    connection.execute(update(conversation).where(conversation.c.id == id).values(alarm=kind))


def set_holder(connection: Connection, id: str, holder: str, staff_id: Optional[int], version: int, at: datetime) -> bool:
    """Give the conversation to somebody; False when it changed hands meanwhile (its version is no longer `version`)."""
    changed = connection.execute(
        update(conversation)
        .where(conversation.c.id == id, conversation.c.version == version)
        .values(holder=holder, holder_staff_id=staff_id, version=version + 1, updated_at=at)
    )
    return changed.rowcount == 1


def add_message(connection: Connection, conversation_id: str, values: Mapping[str, Any], at: datetime) -> int:
    """Store a message under the next number of its conversation; returns that number.

    The caller holds the conversation (`lock_conversation`), so numbers have no gaps; sealing needs the number first:
    see `next_seq`.
    """
    seq = next_seq(connection, conversation_id)
    row = {**{key: {} for key in DESCRIBED}, **{key: [] for key in LISTED}, **values}
    connection.execute(insert(message).values(conversation_id=conversation_id, seq=seq, created_at=at, **row))
    connection.execute(update(conversation).where(conversation.c.id == conversation_id).values(last_seq=seq, updated_at=at))
    return seq


def next_seq(connection: Connection, conversation_id: str) -> int:
    """The number that the next message of this conversation gets."""
    return int(connection.execute(select(conversation.c.last_seq).where(conversation.c.id == conversation_id)).scalar_one()) + 1


def message_by_key(connection: Connection, conversation_id: str, key: str) -> Optional[Row[Any]]:
    return connection.execute(select(message).where(message.c.conversation_id == conversation_id, message.c.key == key)).first()


def messages_after(connection: Connection, conversation_id: str, seq: int, limit: Optional[int] = None) -> Sequence[Row[Any]]:
    """Messages with a number above `seq`, in order: all of them, or the first `limit`."""
    query = select(message).where(message.c.conversation_id == conversation_id, message.c.seq > seq).order_by(message.c.seq).limit(limit)
    return connection.execute(query).all()


def get_message(connection: Connection, id: int) -> Optional[Row[Any]]:
    return connection.execute(select(message).where(message.c.id == id)).first()


def count_waiting(connection: Connection, conversation_id: str) -> int:
    """Visitor messages that the engine has not answered yet."""
    query = select(func.count()).where(message.c.conversation_id == conversation_id, message.c.state.in_(("new", "claimed")))
    return int(connection.execute(query).scalar_one())


def claim_message(connection: Connection, at: datetime, lease: timedelta) -> Optional[Row[Any]]:
    """The oldest message that waits for the engine, now ours until the lease ends; None when there is none.

    One message of a conversation at a time; a claim whose lease has ended (its process died) is taken again.
    """
    other = message.alias("other")
    busy = select(other.c.id).where(
        other.c.conversation_id == message.c.conversation_id, other.c.id != message.c.id, other.c.seq < message.c.seq,
        other.c.state.in_(("new", "claimed")),
    )  # fmt: skip
    free = or_(message.c.state == "new", and_(message.c.state == "claimed", message.c.lease_until < at))
    query = select(message).where(free, not_(busy.exists())).order_by(message.c.id).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(query).first()
    if row is None:
        return None
    values = {"state": "claimed", "lease_until": at + lease, "attempts": row.attempts + 1}
    connection.execute(update(message).where(message.c.id == row.id).values(**values))
    return row


def settle_message(connection: Connection, id: int, state: str, understanding: Optional[Mapping[str, Any]] = None, model: str = "") -> None:
    """The end of a claim: answered, handed over, or new again."""
    values: dict[str, Any] = {"state": state, "lease_until": None}
    if understanding is not None:
        kept = {key: understanding[key] for key in UNDERSTOOD if key in understanding}
        values.update(understanding=kept, topics=list(understanding.get("topics") or []), model_version=model)
    connection.execute(update(message).where(message.c.id == id).values(**values))


def overdue_messages(connection: Connection, before: datetime, notice: str) -> Sequence[Row[Any]]:
    """Messages that wait for the engine since before `before` and whose visitor was not told so lately (by the response `notice`)."""
    told = message.alias("told")
    said = select(told.c.id).where(
        told.c.conversation_id == message.c.conversation_id, told.c.response == notice, told.c.created_at > before - SAID_LATELY
    )
    waiting = message.c.state.in_(("new", "claimed"))
    return connection.execute(select(message).where(waiting, message.c.created_at < before, not_(said.exists())).limit(20)).all()


def waiting_messages(connection: Connection, before: datetime) -> Sequence[Row[Any]]:
    """Messages that wait for the engine since before `before`, the oldest first."""
    wanted = (message.c.id, message.c.conversation_id, message.c.seq, message.c.safety)
    return connection.execute(select(*wanted).where(message.c.state.in_(("new", "claimed")), message.c.created_at < before).order_by(message.c.id)).all()


def release_message(connection: Connection, id: int) -> None:
    """Give a claim back without counting the attempt (the engine could not be reached)."""
    values = {"state": "new", "lease_until": None, "attempts": message.c.attempts - 1}
    connection.execute(update(message).where(message.c.id == id).values(**values))


def set_feedback(connection: Connection, message_id: int, helpful: bool, sealed: bytes, masked: str, at: datetime) -> None:
    """The visitor's newest judgement of a message; it takes the place of an earlier one."""
    connection.execute(delete(feedback).where(feedback.c.message_id == message_id))
    values = {"helpful": helpful, "note_sealed": sealed, "note_masked": masked, "at": at}
    connection.execute(insert(feedback).values(message_id=message_id, **values))


def feedback_of(connection: Connection, conversation_id: str) -> Sequence[Row[Any]]:
    query = select(feedback).join(message, message.c.id == feedback.c.message_id)
    return connection.execute(query.where(message.c.conversation_id == conversation_id)).all()


def message_by_seq(connection: Connection, conversation_id: str, seq: int) -> Optional[Row[Any]]:
    return connection.execute(select(message).where(message.c.conversation_id == conversation_id, message.c.seq == seq)).first()


def idle_conversations(connection: Connection, before: datetime, limit: int) -> Sequence[str]:
    """Some conversations without activity since `before` and without an open request, locked until the transaction ends."""
    waits = select(request.c.id).where(request.c.conversation_id == conversation.c.id, request.c.state.in_(OPEN_STATES))
    query = select(conversation.c.id).where(conversation.c.updated_at < before, not_(waits.exists()))
    return connection.execute(query.order_by(conversation.c.updated_at).limit(limit).with_for_update(skip_locked=True)).scalars().all()


def erase_conversation(connection: Connection, id: str, receipt: str, id_hash: str, at: datetime) -> None:
    """Delete a conversation with all its messages; only the receipt stays, and requests lose their link to it."""
    connection.execute(delete(message).where(message.c.conversation_id == id))
    connection.execute(delete(conversation).where(conversation.c.id == id))
    connection.execute(insert(erasure).values(receipt=receipt, conversation_hash=id_hash, at=at))


def erased(connection: Connection, id_hash: str) -> bool:
    return connection.execute(select(erasure.c.receipt).where(erasure.c.conversation_hash == id_hash)).first() is not None
