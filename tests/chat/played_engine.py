"""The worker with an engine that a test plays."""

from __future__ import annotations

import asyncio
import time

from bot.chat.worker import Worker
from bot.store import conversations

PATIENCE_SECONDS = 30  # a busy machine is slow, not wrong


class Engine:
    """Says what a test wants it to say."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def ask(self, conversation_id, message_id, text):
        self.asked.append((message_id, text))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def work(chat, engine, done):
    """Run the worker until `done()` holds."""
    task = asyncio.create_task(Worker(chat, engine).run())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline and not task.done(), "the worker did not get there"
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def settled(chat, conversation):
    """Whether no message waits for the engine any more."""

    def done():
        with chat.database.read() as connection:
            return conversations.count_waiting(connection, conversation) == 0

    return done
