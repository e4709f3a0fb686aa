"""What comes from a visitor: stored first, screened next, and only then given to the engine's queue or to staff."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Any, Callable, Optional

from bot.chat.deliver import deliver, message_row
from bot.chat.service import Chat, now
from bot.errors import NervelineError
from bot.safety.replies import safety_reply
from bot.safety.screen import Verdict
from bot.security.tokens import hashed
from bot.store import conversations, people
from bot.store.database import Connection

LONGEST_TEXT = 2000  # characters; 300 words are about 1,700
LONGEST_KEY = 100
LONGEST_NOTE = 500
MOST_WAITING = 5  # messages of one conversation that wait for the engine
ALARMS = ("emergency", "crisis")
GRAVITY = {"": 0, "emergency": 1, "crisis": 2}


class Refused(NervelineError):
    """A message that is not taken: `code` for programs, the text for people, and after how many seconds it is worth another try."""

    def __init__(self, code: str, text: str, retry_after: int = 5) -> None:
        super().__init__(text)
        self.code, self.retry_after = code, retry_after


Count = Callable[[str], None]  # counts one of "messages" or "alarms"; raises Refused when it is one too many


def uncounted(_: str) -> None:
    """No limit."""


class NoConversation(NervelineError):
    """The conversation is not there, or not any more: its visitor may have deleted it a moment ago."""


def open_conversation(chat: Chat, agreed: str = "", language: str = "en") -> tuple[str, str]:
    """A new conversation: its id and the token that its visitor needs from now on."""
    id, token = secrets.token_urlsafe(18), secrets.token_urlsafe(32)
    with chat.database.write() as connection:
        conversations.add_conversation(connection, id, hashed(token), now(), agreed[:40], language[:8])
    return id, token


def may_use(chat: Chat, conversation_id: str, token: str) -> bool:
    """Whether this token opens this conversation."""
    with chat.database.read() as connection:
        row = conversations.get_conversation(connection, conversation_id)
    return hmac.compare_digest(row.token_hash if row else "", hashed(token)) and row is not None


def receive(chat: Chat, conversation_id: str, text: str, key: str, count: Count = uncounted) -> int:
    """Take a message; returns its number. The same key again returns the same number and stores nothing.

    Limits come last: a second try never counts, and an alarm counts apart, so that it is answered whatever was sent before.
    One transaction: the message, the screen's verdict, and where it fires for certain the answer to it. When this returns,
    the message survives any crash. The engine decides on a verdict that is not certain, or the worker when that fails or
    takes long; while staff have the chat, or many messages wait, it counts at once.

    Raises:
        Refused: too many messages wait already, or came lately. Beyond the limit of alarms the refusal is the safety reply's text.
        NoConversation: it was deleted meanwhile.
        StoreError: the database failed; nothing was stored.
    """
    verdict = chat.screen.check(text)
    at = now()
    with chat.database.write() as connection:
        conversation = conversations.lock_conversation(connection, conversation_id)
        if conversation is None:
            raise NoConversation
        known = conversations.message_by_key(connection, conversation_id, key)
        if known:
            return int(known.seq)
        many = conversations.count_waiting(connection, conversation_id) >= MOST_WAITING
        alarm = verdict.kind in ALARMS and (verdict.certain or many or conversation.holder != "assistant")
        if many and not alarm:
            raise Refused("too_many_waiting", "I am still answering your earlier messages. Please wait a moment and send this again.")
        _count(chat, verdict, count)
        seq = conversations.next_seq(connection, conversation_id)
        values: dict[str, Any] = {
            "author": "visitor",
            "key": key,
            "text_sealed": chat.sealer.seal(text, message_row(conversation_id, seq)),
            "text_masked": chat.redactor.mask(text),
            "state": "answered" if alarm else "new" if conversation.holder == "assistant" else "handed_over",
            "safety": verdict.as_dict(),
        }
        if alarm:
            values["understanding"] = alarm_understanding(verdict)
            values["topics"] = values["understanding"]["topics"]
        conversations.add_message(connection, conversation_id, values, at)
        if alarm:
            answer_alarm(chat, connection, conversation, verdict, at, seq)
    chat.events.ring(conversation_id)
    return seq


def _count(chat: Chat, verdict: Verdict, count: Count) -> None:
    if verdict.kind not in ALARMS:
        count("messages")
        return
    try:
        count("alarms")
    except Refused as refused:
        raise Refused(refused.code, safety_reply(chat.catalogue, verdict).plain, refused.retry_after) from None


def alarm_understanding(verdict: Verdict) -> dict[str, Any]:
    """How a message that a rule answered was understood."""
    return {"decision": verdict.kind, "reason": f"rule: {verdict.rule}", "intent": verdict.kind, "confidence": 1.0, "topics": [verdict.kind]}


def answer_alarm(chat: Chat, connection: Connection, conversation: Any, verdict: Verdict, at: datetime, reply_to: Optional[int] = None) -> None:
    """Say where to get help now, and mark the conversation for staff."""
    deliver(chat, connection, conversation.id, [safety_reply(chat.catalogue, verdict)], at, reply_to=reply_to)
    raise_alarm(connection, conversation, verdict.kind, at)


def raise_alarm(connection: Connection, conversation: Any, kind: str, at: datetime) -> None:
    """Mark the conversation for staff; the gravest alarm stays."""
    if GRAVITY[kind] > GRAVITY.get(conversation.alarm, 0):
        conversations.set_alarm(connection, conversation.id, kind)
    people.add_audit(connection, staff_id=None, action=f"alarm_{kind}", object_type="conversation", object_id=conversation.id, at=at)


def give_feedback(chat: Chat, conversation_id: str, seq: int, helpful: bool, note: str, count: Count = uncounted) -> bool:
    """Keep what the visitor thinks of one of our messages; False when there is no such message of ours.

    The note is free text, so it is screened: a cry for help in it is answered as in a message. No engine judges it, so signs count.

    Raises:
        Refused: too many came lately.
    """
    verdict, at = chat.screen.check(note), now()
    with chat.database.write() as connection:
        conversation = conversations.lock_conversation(connection, conversation_id)
        row = conversations.message_by_seq(connection, conversation_id, seq)
        if conversation is None or row is None or row.author == "visitor":
            return False
        _count(chat, verdict, count)
        sealed = chat.sealer.seal(note, f"feedback:{row.id}")
        conversations.set_feedback(connection, row.id, helpful, sealed, chat.redactor.mask(note), at)
        if verdict.kind in ALARMS:
            answer_alarm(chat, connection, conversation, verdict, at)
    chat.events.ring(conversation_id)
    return True


def erase(chat: Chat, conversation_id: str) -> tuple[str, datetime]:
    """Delete a conversation at its visitor's wish; returns the receipt and the moment. Requests stay: staff need them."""
    receipt, at = secrets.token_hex(8), now()
    with chat.database.write() as connection:
        conversations.erase_conversation(connection, conversation_id, receipt, hashed(conversation_id), at)
        people.add_audit(connection, staff_id=None, action="erased_by_visitor", object_type="conversation", object_id=hashed(conversation_id)[:16], at=at)
    chat.events.ring(conversation_id)
    return receipt, at
