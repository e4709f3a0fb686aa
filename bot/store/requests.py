"""Rows of requests and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection, Row, insert, select, update

from bot.store.tables import request, request_event, staff

OPEN_STATES = ("received", "looking", "offered")


def add_request(connection: Connection, values: Mapping[str, Any], at: datetime) -> int:
    """Store a request with its first history row; returns its id."""
    id = connection.execute(insert(request).values(created_at=at, updated_at=at, **values)).inserted_primary_key[0]
    connection.execute(insert(request_event).values(request_id=id, at=at, state="received"))
    return int(id)


def get_request(connection: Connection, number: str) -> Optional[Row[Any]]:
    return connection.execute(select(request).where(request.c.number == number)).first()


def request_by_key(connection: Connection, key: str) -> Optional[Row[Any]]:
    return connection.execute(select(request).where(request.c.key == key)).first()


def list_requests(connection: Connection, *, open_only: bool = True, limit: int = 200) -> Sequence[Row[Any]]:
    """The nearest promise first."""
    query = select(request).order_by(request.c.promised_by, request.c.id).limit(limit)
    return connection.execute(query.where(request.c.state.in_(OPEN_STATES)) if open_only else query).all()


def requests_of(connection: Connection, conversation_id: str) -> Sequence[Row[Any]]:
    return connection.execute(select(request).where(request.c.conversation_id == conversation_id).order_by(request.c.id)).all()


def set_request_state(connection: Connection, id: int, state: str, version: int, staff_id: int, at: datetime) -> bool:
    """Change the state; False when somebody else changed it meanwhile."""
    changed = connection.execute(
        update(request).where(request.c.id == id, request.c.version == version).values(state=state, version=version + 1, updated_at=at)
    )
    if changed.rowcount == 1:
        connection.execute(insert(request_event).values(request_id=id, at=at, state=state, staff_id=staff_id))
    return changed.rowcount == 1


def history(connection: Connection, id: int) -> Sequence[Row[Any]]:
    """What happened to a request, oldest first, with the name of whoever did it (None for the visitor)."""
    query = select(request_event, staff.c.name).outerjoin(staff, staff.c.id == request_event.c.staff_id)
    return connection.execute(query.where(request_event.c.request_id == id).order_by(request_event.c.id)).all()
