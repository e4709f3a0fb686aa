"""The one place through which anything is said to a visitor.

Whatever comes here (an engine's reply, a safety text, a notice, a member of staff) leaves with its disclaimer or not at
all: a reply that lacks it is repaired, and the fault is written to the audit trail. The table's own CHECK refuses what
would get past this.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Mapping, Optional, Sequence, Union

from bot.answers.reply import Reply
from bot.chat.service import Chat
from bot.store import conversations, people
from bot.store.database import Connection

logger = logging.getLogger(__name__)
KINDS = (
    ("utter_emergency_", "emergency"), ("utter_crisis_", "crisis"), ("utter_waiting", "waiting"), ("utter_error", "error"),
    ("utter_ask_request_form_", "booking"), ("utter_request_", "booking"), ("utter_invalid_", "booking"), ("utter_why_", "booking"),
)  # fmt: skip


def deliver(
    chat: Chat,
    connection: Connection,
    conversation_id: str,
    replies: Sequence[Union[Reply, Mapping[str, Any]]],
    at: datetime,
    *,
    author: str = "assistant",
    reply_to: Optional[int] = None,
    model: str = "",
) -> list[int]:
    """Store replies under the next numbers of the conversation; returns the numbers. The caller holds the conversation."""
    return [_deliver(chat, connection, conversation_id, reply, at, author, reply_to, model) for reply in replies]


def _deliver(
    chat: Chat, connection: Connection, conversation_id: str, given: Union[Reply, Mapping[str, Any]], at: datetime,
    author: str, reply_to: Optional[int], model: str,
) -> int:  # fmt: skip
    # Through plain data and back: the disclaimer is compared with our wording, wherever the reply was made.
    fault = given.fault if isinstance(given, Reply) else bool(given.get("fault"))
    reply = Reply.from_dict(given.as_dict() if isinstance(given, Reply) else given, chat.catalogue.disclaimers)
    seq = conversations.next_seq(connection, conversation_id)
    values = {
        "author": author,
        "text_sealed": chat.sealer.seal(reply.text, message_row(conversation_id, seq)),
        "text_masked": reply.text if reply.response and "request_form_confirmed" not in reply.response else chat.redactor.mask(reply.text),
        "state": "stored",
        "reply_to": reply_to,
        "kind": kind_of(reply.response),
        "response": reply.response,
        "topics": [reply.topic] if reply.topic else [],
        "buttons": list(reply.buttons),
        "sources": [dict(source) for source in reply.sources],
        "evidence": reply.evidence,
        "reviewed_on": reply.reviewed_on,
        "disclaimer": reply.disclaimer.text,
        "disclaimer_version": reply.disclaimer.version,
        "content_version": reply.content_version,
        "model_version": model,
        "fault": fault or reply.fault,
    }
    stored = conversations.add_message(connection, conversation_id, values, at)
    if fault or reply.fault:
        logger.error("disclaimer_fault response=%s", reply.response or "none")
        people.add_audit(
            connection, staff_id=None, action="disclaimer_fault", object_type="message", object_id=f"{conversation_id}:{stored}", at=at, reason=reply.response
        )
    return stored


def kind_of(response: str) -> str:
    """How the page shows a reply, by the name of its response."""
    return next((kind for prefix, kind in KINDS if response.startswith(prefix)), "normal")


def message_row(conversation_id: str, seq: int) -> str:
    """The name that a message's sealed text is bound to."""
    return f"message:{conversation_id}:{seq}"
