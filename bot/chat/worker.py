"""Gives waiting messages to the engine, one of a conversation at a time, and delivers what comes back.

A claim is a row with a lease: when this process dies in the middle, the lease ends and the message is claimed again; the
engine knows the message's id and says the same again, so nothing is lost and nothing is said twice. Where the screen
suspects an alarm and the engine is away, fails or takes long, the alarm is answered here.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Optional

from bot.chat.deliver import deliver, message_row
from bot.chat.engine_client import Answer, EngineClient, EngineFailed, EngineUnreachable
from bot.chat.events import rung
from bot.chat.inbox import ALARMS, alarm_understanding, answer_alarm, raise_alarm
from bot.chat.requests import add_request
from bot.chat.service import Chat, now
from bot.errors import NervelineError
from bot.safety.screen import Verdict
from bot.store import conversations

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=20)  # longer than the engine's time-out
MOST_AT_ONCE = 8  # the engine has one worker; more would only wait there instead of here
MOST_ATTEMPTS = 2
WAITING_AFTER = timedelta(seconds=3)
WAITING = "utter_waiting"
TICK_SECONDS = 1.0
BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0)  # while the engine cannot be reached; together well within the lease


class Worker:
    """Runs inside web until it is cancelled."""

    def __init__(self, chat: Chat, engine: EngineClient) -> None:
        self._chat, self._engine = chat, engine
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled. A failing database is tried again: messages are safe in it or were never accepted."""
        watch = asyncio.create_task(self._tell_waiting())
        try:
            while True:
                self._chat.events.work.clear()
                try:
                    claimed = len(self._running) < MOST_AT_ONCE and await self._claim()
                except NervelineError as error:
                    logger.error("worker_failed kind=%s", type(error).__name__)
                    claimed = None
                if not claimed:
                    await rung(self._chat.events.work, TICK_SECONDS)
        except Exception as error:  # never its text: that may hold what a visitor wrote
            logger.critical("worker_died kind=%s", type(error).__name__)
            raise
        finally:
            watch.cancel()

    async def _claim(self) -> bool:
        row = await asyncio.to_thread(self._claim_row)
        if row is None:
            return False
        task = asyncio.create_task(self._answer(row))
        self._running.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():  # the claim's lease ends and the message is tried again
            logger.error("claim_failed kind=%s", type(task.exception()).__name__)
        self._chat.events.work.set()

    def _claim_row(self) -> Optional[Any]:
        with self._chat.database.write() as connection:
            return conversations.claim_message(connection, now(), LEASE)

    async def _answer(self, row: Any) -> None:
        try:
            text = self._chat.sealer.open(row.text_sealed, message_row(row.conversation_id, row.seq))
            answer = await self._ask(row, text)
            await asyncio.to_thread(self._settle, row, answer)
        except EngineUnreachable:
            await asyncio.to_thread(self._alarm if _suspected(row) else self._release, row)
        except Exception as error:  # whatever it is, the attempt counts: a message that always fails must not hold up the later ones
            reason = error if isinstance(error, EngineFailed) else type(error).__name__  # other texts may hold the visitor's
            logger.error("turn_failed reason=%s attempt=%d", reason, row.attempts + 1)
            await asyncio.to_thread(self._alarm if _suspected(row) else self._failed, row)

    async def _ask(self, row: Any, text: str) -> Answer:
        """The engine's answer. It is waited for here, with the claim, so that other conversations go on meanwhile: it may be
        that only this one cannot be answered, because it needs the action server.
        """
        for seconds in BACK_OFF_SECONDS:
            try:
                return await self._engine.ask(row.conversation_id, f"{row.conversation_id}:{row.seq}", text)
            except EngineUnreachable:
                if _suspected(row):
                    raise
                await asyncio.sleep(seconds)
        raise EngineUnreachable("still")

    def _release(self, row: Any) -> None:
        with self._chat.database.write() as connection:
            conversations.release_message(connection, row.id)

    def _settle(self, row: Any, answer: Answer) -> None:
        """Store the replies, unless the claim was lost, or staff took over meanwhile and it is no alarm."""
        at = now()
        with self._chat.database.write() as connection:
            conversation = conversations.lock_conversation(connection, row.conversation_id)
            newest = conversations.get_message(connection, row.id)
            if conversation is None or newest is None or (newest.state, newest.attempts) != ("claimed", row.attempts + 1):
                return
            alarm = answer.understanding.get("decision") in ALARMS
            if conversation.holder != "assistant" and not alarm:
                conversations.settle_message(connection, row.id, "handed_over", answer.understanding, answer.model)
                return
            deliver(self._chat, connection, row.conversation_id, answer.replies, at, reply_to=row.seq, model=answer.model)
            conversations.settle_message(connection, row.id, "answered", answer.understanding, answer.model)
            if alarm:
                raise_alarm(connection, conversation, answer.understanding["decision"], at)
        self._chat.events.ring(row.conversation_id)

    def _failed(self, row: Any) -> None:
        """One more attempt; after the last one staff get the message, and the visitor is told."""
        at = now()
        with self._chat.database.write() as connection:
            conversations.lock_conversation(connection, row.conversation_id)
            newest = conversations.get_message(connection, row.id)
            if newest is None or (newest.state, newest.attempts) != ("claimed", row.attempts + 1):
                return
            if newest.attempts < MOST_ATTEMPTS:
                conversations.settle_message(connection, row.id, "new")
                return
            conversations.settle_message(connection, row.id, "handed_over")
            body = {"key": f"unanswered:{row.id}", "kind": "person", "conversation": row.conversation_id, "reason": "The assistant could not answer. Please look at the chat."}
            add_request(self._chat, connection, body, at)
            deliver(self._chat, connection, row.conversation_id, [self._chat.catalogue.reply("utter_staff_will_look")], at, reply_to=row.seq)
        self._chat.events.ring(row.conversation_id)

    async def _tell_waiting(self) -> None:
        """Answer suspected alarms that wait too long, and tell other visitors who wait that their message is kept."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for watch in (self._answer_suspected, self._tell_overdue):
                try:
                    await asyncio.to_thread(watch)
                except Exception as error:  # the next tick tries again
                    logger.error("waiting_failed kind=%s", type(error).__name__)

    def _answer_suspected(self) -> None:
        """Answer messages whose wording is weak evidence of an alarm, and which the engine did not judge in time."""
        with self._chat.database.read() as connection:
            waiting = conversations.waiting_messages(connection, now() - WAITING_AFTER)
        for row in filter(_suspected, waiting):
            try:
                self._alarm(row)
            except Exception as error:  # one that cannot be answered must not hold up the others
                logger.error("alarm_failed kind=%s", type(error).__name__)

    def _alarm(self, row: Any) -> None:
        """Take the screen's suspicion for an alarm, unless the engine has answered meanwhile."""
        verdict = Verdict(**row.safety)
        with self._chat.database.write() as connection:
            conversation = conversations.lock_conversation(connection, row.conversation_id)
            newest = conversations.get_message(connection, row.id)
            if conversation is None or newest is None or newest.state not in ("new", "claimed"):
                return
            conversations.settle_message(connection, row.id, "answered", alarm_understanding(verdict))
            answer_alarm(self._chat, connection, conversation, verdict, now(), row.seq)
        self._chat.events.ring(row.conversation_id)

    def _tell_overdue(self) -> None:
        """Tell each conversation about its newest overdue message: one notice stands for all that wait with it."""
        with self._chat.database.read() as connection:
            overdue = conversations.overdue_messages(connection, now() - WAITING_AFTER, WAITING)
        newest = {row.conversation_id: row for row in sorted(overdue, key=lambda row: row.seq)}
        for row in newest.values():
            self._tell(row)

    def _tell(self, row: Any) -> None:
        with self._chat.database.write() as connection:
            conversations.lock_conversation(connection, row.conversation_id)
            newest = conversations.get_message(connection, row.id)
            later = conversations.messages_after(connection, row.conversation_id, row.seq)
            told = any(message.response == WAITING and message.reply_to >= row.seq for message in later)
            if told or newest is None or newest.state not in ("new", "claimed"):
                return
            deliver(self._chat, connection, row.conversation_id, [self._chat.catalogue.reply(WAITING)], now(), reply_to=row.seq)
        self._chat.events.ring(row.conversation_id)


def _suspected(row: Any) -> bool:
    """Whether the screen suspects an alarm in this message, on weak wording; a certain one was answered when it came."""
    return (row.safety or {}).get("kind") in ALARMS
