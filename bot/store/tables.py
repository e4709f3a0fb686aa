"""The tables. Texts are stored twice: sealed (opened for the live conversation) and masked (for lists and review)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Optional

from sqlalchemy import (
    JSON, BigInteger, Boolean, CheckConstraint, Column, DateTime, Dialect, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table,
    Text, TypeDecorator, UniqueConstraint, false,
)  # fmt: skip

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, always UTC. SQLite forgets the zone; this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Optional[datetime], dialect: Dialect) -> Optional[datetime]:
        return value.astimezone(timezone.utc) if value else None

    def process_result_value(self, value: Optional[datetime], dialect: Dialect) -> Optional[datetime]:
        return value.replace(tzinfo=timezone.utc) if value and value.tzinfo is None else value


def _id() -> "Column[Any]":
    # SQLite counts by itself only in a column that is exactly INTEGER.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("holder", String(16), nullable=False, server_default="assistant"),
    Column("holder_staff_id", ForeignKey("staff.id")),
    Column("version", Integer, nullable=False, server_default="0"),  # raised whenever the holder changes
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("alarm", String(16), nullable=False, server_default=""),  # emergency or crisis, the gravest so far
    Column("agreed", String(40), nullable=False, server_default=""),  # version of the notice that the visitor agreed to
    Column("language", String(8), nullable=False, server_default="en"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    CheckConstraint("holder IN ('assistant', 'waiting', 'staff', 'closed')", name="holder"),
)

message = Table(
    "message",
    metadata,
    _id(),
    Column("conversation_id", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("author", String(16), nullable=False),
    Column("key", String(100)),  # the sender's idempotency key
    Column("text_sealed", LargeBinary, nullable=False),
    Column("text_masked", Text, nullable=False),
    Column("state", String(16), nullable=False, server_default="stored"),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reply_to", Integer),
    Column("kind", String(16), nullable=False, server_default="normal"),
    Column("response", String(100), nullable=False, server_default=""),
    Column("understanding", JSON, nullable=False),
    Column("safety", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("evidence", String(20), nullable=False, server_default=""),
    Column("reviewed_on", String(10), nullable=False, server_default=""),
    Column("disclaimer", Text, nullable=False, server_default=""),
    Column("disclaimer_version", String(40), nullable=False, server_default=""),
    Column("content_version", String(40), nullable=False, server_default=""),
    Column("model_version", String(80), nullable=False, server_default=""),
    Column("fault", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "key"),
    CheckConstraint("author IN ('visitor', 'assistant', 'staff', 'system')", name="author"),
    CheckConstraint("state IN ('stored', 'new', 'claimed', 'answered', 'handed_over')", name="state"),
    # The invariant, in the last place that could lose it.
    CheckConstraint("author = 'visitor' OR (disclaimer <> '' AND disclaimer_version <> '')", name="disclaimer"),
    Index("ix_message_state", "state", "id"),
)

request = Table(
    "request",
    metadata,
    _id(),
    Column("number", String(12), nullable=False, unique=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversation.id", ondelete="SET NULL"), index=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, server_default="received"),
    Column("details_sealed", LargeBinary, nullable=False),
    Column("summary_masked", Text, nullable=False),
    Column("promised_by", Moment, nullable=False),
    Column("promise", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("kind IN ('book', 'reschedule', 'cancel', 'person')", name="kind"),
    CheckConstraint("state IN ('received', 'looking', 'offered', 'agreed', 'declined', 'cancelled', 'done')", name="state"),
    Index("ix_request_state", "state", "promised_by"),
)

request_event = Table(
    "request_event",
    metadata,
    _id(),
    Column("request_id", ForeignKey("request.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(200)),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("role IN ('staff', 'admin')", name="role"),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

invite = Table(
    "invite",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("email", String(200), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("note_sealed", LargeBinary, nullable=False),
    Column("note_masked", Text, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
)

# What is left of a conversation that its visitor deleted: that it was deleted, and when.
erasure = Table(
    "erasure",
    metadata,
    Column("receipt", String(40), primary_key=True),
    Column("conversation_hash", String(64), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

review = Table(
    "review",
    metadata,
    _id(),
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("topic", String(60), nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
    CheckConstraint("verdict IN ('right', 'wrong')", name="verdict"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Moment, nullable=False, index=True),
    Column("staff_id", ForeignKey("staff.id")),
    Column("action", String(40), nullable=False),
    Column("object_type", String(20), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("reason", String(200), nullable=False, server_default=""),
)
