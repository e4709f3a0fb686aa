"""The bell of a conversation: it rings, it times out, and a listener can always be stopped."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.events import rung


async def test_it_rings_or_the_time_is_up():
    bell = asyncio.Event()
    assert not await rung(bell, 0.01)
    asyncio.get_running_loop().call_later(0.01, bell.set)
    assert await rung(bell, 5)


async def test_a_listener_is_stopped_even_when_the_bell_rings_in_the_same_moment():
    """asyncio.wait_for of Python 3.10 fails this: it returns, and the listener goes on for ever."""
    bell = asyncio.Event()
    listener = asyncio.create_task(rung(bell, 5))
    await asyncio.sleep(0.01)
    bell.set()
    await asyncio.sleep(0)  # the waiting inside is done, the listener has not run yet
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
