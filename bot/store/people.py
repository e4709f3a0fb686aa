"""Rows of staff accounts, their sessions and invites, reviews, and the audit trail (which is only ever added to)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Optional, Sequence

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.store.tables import audit, invite, message, review, staff, staff_session


def count_staff(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(staff)).scalar_one())


def staff_by_email(connection: Connection, email: str) -> Optional[Row[Any]]:
    return connection.execute(select(staff).where(staff.c.email == email.strip().lower())).first()


def save_staff(connection: Connection, *, email: str, name: str, role: str, password_hash: str, at: datetime) -> int:
    """Add an account, or give an existing one a new password, under its old name and role; returns its id."""
    known = staff_by_email(connection, email)
    values = {"password_hash": password_hash, "disabled": False}
    if known:
        connection.execute(update(staff).where(staff.c.id == known.id).values(**values))
        connection.execute(delete(staff_session).where(staff_session.c.staff_id == known.id))
        return int(known.id)
    added = connection.execute(insert(staff).values(email=email.strip().lower(), name=name, role=role, created_at=at, **values))
    return int(added.inserted_primary_key[0])


def set_password_hash(connection: Connection, staff_id: int, password_hash: str) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(password_hash=password_hash))


def add_session(connection: Connection, *, token_hash: str, staff_id: int, csrf: str, at: datetime) -> None:
    connection.execute(insert(staff_session).values(token_hash=token_hash, staff_id=staff_id, csrf=csrf, created_at=at, seen_at=at))


def get_session(connection: Connection, token_hash: str) -> Optional[Row[Any]]:
    """The session with its account's columns."""
    columns = (staff.c.id, staff.c.email, staff.c.name, staff.c.role, staff_session.c.csrf, staff_session.c.created_at, staff_session.c.seen_at)
    query = select(*columns).join(staff, staff.c.id == staff_session.c.staff_id)
    return connection.execute(query.where(staff_session.c.token_hash == token_hash, staff.c.disabled.is_(False))).first()


def touch_session(connection: Connection, token_hash: str, at: datetime) -> None:
    connection.execute(update(staff_session).where(staff_session.c.token_hash == token_hash).values(seen_at=at))


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(staff_session).where(staff_session.c.token_hash == token_hash))


def add_invite(connection: Connection, *, token_hash: str, email: str, name: str, role: str, expires_at: datetime) -> None:
    connection.execute(insert(invite).values(token_hash=token_hash, email=email.strip().lower(), name=name, role=role, expires_at=expires_at))


def get_invite(connection: Connection, token_hash: str) -> Optional[Row[Any]]:
    return connection.execute(select(invite).where(invite.c.token_hash == token_hash)).first()


def use_invite(connection: Connection, token_hash: str, at: datetime) -> bool:
    """Mark the invite as used; False when it was used before."""
    used = connection.execute(update(invite).where(invite.c.token_hash == token_hash, invite.c.used_at.is_(None)).values(used_at=at))
    return used.rowcount == 1


def drop_unused_invites(connection: Connection, email: str) -> None:
    connection.execute(delete(invite).where(invite.c.email == email, invite.c.used_at.is_(None)))


def add_review(connection: Connection, *, message_id: int, staff_id: int, verdict: str, topic: str, at: datetime) -> None:
    connection.execute(insert(review).values(message_id=message_id, staff_id=staff_id, verdict=verdict, topic=topic, at=at))


def reviews_of(connection: Connection, conversation_id: str) -> Sequence[Row[Any]]:
    """Reviews of a conversation's messages with the reviewer's name, oldest first."""
    columns = (review.c.message_id, review.c.verdict, review.c.topic, review.c.at, staff.c.name)
    query = select(*columns).join(message, message.c.id == review.c.message_id).join(staff, staff.c.id == review.c.staff_id)
    return connection.execute(query.where(message.c.conversation_id == conversation_id).order_by(review.c.id)).all()


def add_audit(
    connection: Connection, *, staff_id: Optional[int], action: str, object_type: str, object_id: str, at: datetime, reason: str = ""
) -> None:
    values = {"staff_id": staff_id, "action": action, "object_type": object_type, "object_id": object_id, "at": at, "reason": reason}
    connection.execute(insert(audit).values(**values))


def list_audit(connection: Connection, limit: int = 200) -> Sequence[Row[Any]]:
    """Newest first, with the name of whoever did it."""
    query = select(audit, staff.c.name).outerjoin(staff, staff.c.id == audit.c.staff_id).order_by(audit.c.id.desc()).limit(limit)
    return connection.execute(query).all()
