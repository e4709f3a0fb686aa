"""Who waits for news of a conversation in this process.

Only a bell: the news themselves are always read from the message table by "everything after number N", so a missed ring
costs a moment and never a message.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import Iterator, Optional


class Events:
    """Bells by conversation. `ring` may be called from any thread."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self.work = asyncio.Event()  # rings for the engine worker

    def start(self) -> None:
        """Take the running loop as the one that listeners live in."""
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def listening(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """A bell for one listener; it must `clear` it before it reads."""
        bell = asyncio.Event()
        self._bells[conversation_id].add(bell)
        try:
            yield bell
        finally:
            self._bells[conversation_id].discard(bell)
            if not self._bells[conversation_id]:
                del self._bells[conversation_id]

    def listeners(self, conversation_id: str) -> int:
        """How many listen to this conversation now."""
        return len(self._bells.get(conversation_id, ()))

    def ring(self, conversation_id: str) -> None:
        """There is news of this conversation."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ring, conversation_id)

    def _ring(self, conversation_id: str) -> None:
        self.work.set()
        for bell in self._bells.get(conversation_id, ()):
            bell.set()


async def rung(bell: asyncio.Event, seconds: float) -> bool:
    """Wait until the bell rings, at most so long; whether it rang.

    Not asyncio.wait_for: in Python 3.10 that swallows a cancellation which comes together with the bell (bpo-37658), and
    whoever waits for the cancelled task waits for ever.
    """
    waiting = asyncio.create_task(bell.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
        return bell.is_set()
    finally:
        waiting.cancel()
