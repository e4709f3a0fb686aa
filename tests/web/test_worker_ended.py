"""A web process that lost its worker ends, and its log says of what: a restart without a trace cannot be explained."""

from __future__ import annotations

import asyncio
import logging

from bot.web import app


async def ended(work, monkeypatch, caplog):
    codes = []
    monkeypatch.setattr(app.os, "_exit", codes.append)
    task = asyncio.ensure_future(work)
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([task])
        app._worker_ended(task)
    return codes


async def test_the_kind_of_the_failure_is_logged_and_nothing_that_a_visitor_wrote(monkeypatch, caplog):
    async def fail():
        raise ValueError("numb feet")

    assert await ended(fail(), monkeypatch, caplog) == [70]
    assert "worker_ended kind=ValueError" in caplog.text and "numb" not in caplog.text


async def test_a_worker_that_simply_returns_is_a_fault_too(monkeypatch, caplog):
    assert await ended(asyncio.sleep(0), monkeypatch, caplog) == [70]
    assert "worker_ended kind=none" in caplog.text


async def test_a_cancelled_worker_is_the_end_of_the_server(monkeypatch, caplog):
    task = asyncio.ensure_future(asyncio.sleep(60))
    task.cancel()
    assert await ended(task, monkeypatch, caplog) == []
