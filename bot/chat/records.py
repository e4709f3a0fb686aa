"""Conversations as staff read them: masked by default, opened with a reason, and never without a trace."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Optional, Sequence

from bot.chat.deliver import message_row
from bot.chat.requests import open_request
from bot.chat.service import Chat, now
from bot.store import conversations, people
from bot.store import requests as request_rows

VERDICTS = ("right", "wrong")


def list_conversations(chat: Chat, staff_id: int, *, alarm: bool = False, contains: str = "", before: Optional[datetime] = None) -> Sequence[Any]:
    """The newest conversations; `contains` searches the masked texts."""
    with chat.database.write() as connection:
        people.add_audit(connection, staff_id=staff_id, action="conversations_listed", object_type="conversation", object_id="", at=now())
        return conversations.find_conversations(connection, alarm=alarm, contains=contains, before=before)


def read_conversation(chat: Chat, staff_id: int, id: str, reason: str = "") -> Optional[dict[str, Any]]:
    """One conversation with its messages, reviews and requests; None when there is none.

    With a reason the texts are opened as they were written, else they are masked. Either way it is written down.
    """
    with chat.database.write() as connection:
        row = conversations.get_conversation(connection, id)
        if row is None:
            return None
        action = "conversation_opened" if reason else "conversation_viewed"
        people.add_audit(connection, staff_id=staff_id, action=action, object_type="conversation", object_id=id, at=now(), reason=reason[:200])
        messages = conversations.messages_after(connection, id, 0)
        reviews = people.reviews_of(connection, id)
        judged = {found.message_id: found for found in conversations.feedback_of(connection, id)}
        requests = request_rows.requests_of(connection, id)
    return {
        "conversation": row,
        "opened": bool(reason),
        "messages": [{"row": message, "text": _text(chat, message, bool(reason)), "feedback": judged.get(message.id),
                      "reviews": [review for review in reviews if review.message_id == message.id]} for message in messages],
        "requests": requests,
    }  # fmt: skip


def review(chat: Chat, staff_id: int, message_id: int, verdict: str, topic: str) -> Optional[str]:
    """Judge how a visitor's message was understood; returns the conversation's id, or None when it cannot be judged."""
    if verdict not in VERDICTS or (verdict == "wrong" and not topic):
        return None
    with chat.database.write() as connection:
        row = conversations.get_message(connection, message_id)
        if row is None or row.author != "visitor":
            return None
        people.add_review(connection, message_id=message_id, staff_id=staff_id, verdict=verdict, topic=topic if verdict == "wrong" else "", at=now())
        people.add_audit(connection, staff_id=staff_id, action=f"reviewed_{verdict}", object_type="message", object_id=str(message_id), at=now())
        return str(row.conversation_id)


def list_requests(chat: Chat, staff_id: int, *, open_only: bool) -> Sequence[Any]:
    with chat.database.write() as connection:
        people.add_audit(connection, staff_id=staff_id, action="requests_listed", object_type="request", object_id="", at=now())
        return request_rows.list_requests(connection, open_only=open_only)


def read_request(chat: Chat, staff_id: int, number: str) -> Optional[dict[str, Any]]:
    """One request with its opened details and its history; written down as a view."""
    with chat.database.write() as connection:
        row = request_rows.get_request(connection, number)
        if row is None:
            return None
        people.add_audit(connection, staff_id=staff_id, action="request_viewed", object_type="request", object_id=number, at=now())
        history = request_rows.history(connection, row.id)
    return {"request": row, "details": open_request(chat, row), "history": history}


def read_audit(chat: Chat, staff_id: int) -> Sequence[Any]:
    with chat.database.write() as connection:
        people.add_audit(connection, staff_id=staff_id, action="audit_viewed", object_type="audit", object_id="", at=now())
        return people.list_audit(connection)


def _text(chat: Chat, row: Any, opened: bool) -> str:
    return chat.sealer.open(row.text_sealed, message_row(row.conversation_id, row.seq)) if opened else str(row.text_masked)
