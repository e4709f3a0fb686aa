"""Messages as the visitor's page gets them: everything after number N, and nothing that is meant for staff."""

from __future__ import annotations

from typing import Any, Optional

from bot.answers.catalogue import FAQ
from bot.chat.deliver import message_row
from bot.chat.service import Chat
from bot.security.tokens import hashed
from bot.store import conversations

ASKS = "utter_ask_request_form_"


def messages_after(chat: Chat, conversation_id: str, seq: int, limit: Optional[int] = None) -> list[dict[str, Any]]:
    """Messages with a number above `seq`, oldest first: all of them, or the first `limit`."""
    with chat.database.read() as connection:
        rows = conversations.messages_after(connection, conversation_id, seq, limit)
    return [public(chat, row) for row in rows]


def public(chat: Chat, row: Any) -> dict[str, Any]:
    """The fields that a visitor may see, by allow-list."""
    topic = row.response[len(FAQ) :] if row.response.startswith(FAQ) else ""
    text = chat.sealer.open(row.text_sealed, message_row(row.conversation_id, row.seq))
    shortened = topic in chat.catalogue.topics and chat.catalogue.has_more(topic) and not chat.catalogue.is_fuller(topic, text)
    return {
        "seq": row.seq,
        "author": row.author,
        "text": text,
        "disclaimer": row.disclaimer,
        "topics": [] if row.author == "visitor" else row.topics,
        "buttons": row.buttons,
        "sources": row.sources,
        "evidence": row.evidence,
        "reviewed_on": row.reviewed_on,
        "kind": row.kind,
        "response": row.response,
        "reply_to": row.reply_to,
        "key": row.key,
        "at": row.created_at.isoformat(),
        "heading": chat.catalogue.question(topic) if topic in chat.catalogue.topics else "",
        "more": shortened,
        "fuller": chat.catalogue.reply(row.response, more=True).text if shortened else "",
        "asks": row.response[len(ASKS) :] if row.response.startswith(ASKS) else "",
    }


def is_erased(chat: Chat, conversation_id: str) -> bool:
    with chat.database.read() as connection:
        return conversations.erased(connection, hashed(conversation_id))
