"""Requests to staff: to book, move or cancel an appointment, or to be called. Never "booked": staff decide."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any, Mapping, Optional

from bot.chat.service import Chat, now
from bot.store import conversations, people
from bot.store import requests as rows
from bot.store.database import Connection

KINDS = ("book", "reschedule", "cancel", "person")
DETAILS = ("name", "contact", "returning", "appointment", "times", "reason")
# What may follow each state.
NEXT_STATES: Mapping[str, tuple[str, ...]] = {
    "received": ("looking", "offered", "agreed", "declined", "cancelled", "done"),
    "looking": ("offered", "agreed", "declined", "cancelled", "done"),
    "offered": ("agreed", "declined", "cancelled", "done"),
    "agreed": ("cancelled", "done"),
    "declined": ("looking",),
    "cancelled": ("looking",),
    "done": ("looking",),
}
MEANWHILE = "A colleague changed this request meanwhile. Look at it again."
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another on the phone


def create_request(chat: Chat, body: Mapping[str, Any]) -> dict[str, str]:
    """Store a request; the same key again gives the first one's receipt.

    `body`: key, kind, conversation ("" when unknown), and the details as texts. Returns number and promise.
    """
    with chat.database.write() as connection:
        row = rows.request_by_key(connection, body["key"]) or add_request(chat, connection, body, now())
    if row.conversation_id:
        chat.events.ring(row.conversation_id)
    return {"number": row.number, "promise": row.promise}


def add_request(chat: Chat, connection: Connection, body: Mapping[str, Any], at: datetime) -> Any:
    """The same inside a transaction that is already open; returns the row."""
    due, promise = chat.catalogue.clinic.hours.promise(at)
    details = {name: str(body.get(name) or "") for name in DETAILS}
    number = f"{_letters(3)}-{_letters(4)}"
    conversation = str(body.get("conversation") or "")
    known = conversation and conversations.get_conversation(connection, conversation) is not None
    values = {
        "number": number,
        "key": body["key"],
        "conversation_id": conversation if known else None,
        "kind": body["kind"],
        "details_sealed": chat.sealer.seal(json.dumps(details), request_row(number)),
        "summary_masked": _summary(chat, details),
        "promised_by": due,
        "promise": promise,
    }
    rows.add_request(connection, values, at)
    return rows.get_request(connection, number)


def open_request(chat: Chat, row: Any) -> dict[str, str]:
    """The details of a request, opened."""
    return dict(json.loads(chat.sealer.open(row.details_sealed, request_row(row.number))))


def change_state(chat: Chat, number: str, state: str, version: int, staff_id: int) -> Optional[str]:
    """Move a request on; returns what is wrong in one sentence, or None."""
    with chat.database.write() as connection:
        row = rows.get_request(connection, number)
        if row is None:
            return "There is no such request."
        if row.version != version:
            return MEANWHILE
        if state not in NEXT_STATES[row.state]:
            return f"A request that is '{row.state}' cannot become '{state}'."
        if not rows.set_request_state(connection, row.id, state, version, staff_id, now()):
            return MEANWHILE
        people.add_audit(connection, staff_id=staff_id, action=f"request_{state}", object_type="request", object_id=number, at=now())
    return None


def request_row(number: str) -> str:
    return f"request:{number}"


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _summary(chat: Chat, details: Mapping[str, str]) -> str:
    """One line without personal data, for lists."""
    return " · ".join(chat.redactor.mask(details[name]) for name in ("returning", "appointment", "times", "reason") if details[name])
