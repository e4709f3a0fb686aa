"""The web application: routes, content and worker put together."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from sanic import Sanic

from bot.chat.engine_client import EngineClient
from bot.chat.retention import purge
from bot.chat.service import Chat
from bot.chat.worker import Worker
from bot.settings import Settings
from bot.web.errors import add_error_handlers
from bot.web.guards import Limits
from bot.web.headers import add_headers
from bot.web.internal import internal
from bot.web.pages import pages
from bot.web.staff import staff
from bot.web.visitor import visitor

logger = logging.getLogger("nerveline.web")
LARGEST_BODY = 32_768  # bytes
DAY_SECONDS = 24 * 3600


def make_app(settings: Settings) -> Sanic[Any, Any]:
    """The application, with its database open and its content loaded.

    Raises:
        NervelineError: settings, content or database cannot be used.
    """
    app: Sanic[Any, Any] = Sanic("nerveline", configure_logging=False)
    app.config.update(REQUEST_MAX_SIZE=LARGEST_BODY, REQUEST_TIMEOUT=20, PROXIES_COUNT=settings.trusted_proxies, FALLBACK_ERROR_FORMAT="json")
    app.ctx.settings = settings
    app.ctx.chat = Chat.open(settings)
    app.ctx.limits = Limits(settings)
    app.ctx.engine = EngineClient(settings.engine_url, settings.internal_secret)
    for blueprint in (visitor, internal, pages, staff):
        app.blueprint(blueprint)
    add_error_handlers(app)
    add_headers(app, settings)

    @app.before_server_start
    async def start(app: Sanic[Any, Any]) -> None:
        app.ctx.chat.events.start()
        app.ctx.worker = asyncio.create_task(Worker(app.ctx.chat, app.ctx.engine).run())
        app.ctx.worker.add_done_callback(_worker_ended)
        app.ctx.announcement = asyncio.create_task(_announce(app.ctx.engine))
        app.ctx.purging = asyncio.create_task(_purge_daily(app.ctx.chat))

    @app.after_server_stop
    async def stop(app: Sanic[Any, Any]) -> None:
        tasks = (app.ctx.worker, app.ctx.announcement, app.ctx.purging)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.ctx.engine.close()
        app.ctx.chat.database.close()

    return app


def _worker_ended(task: "asyncio.Task[None]") -> None:
    """A web process without its worker would take messages and answer none: end it, the process manager starts another."""
    if task.cancelled():
        return
    error = task.exception()
    logger.critical("worker_ended kind=%s", type(error).__name__ if error else "none")  # its text may hold what a visitor wrote
    os._exit(70)


async def _purge_daily(chat: Chat) -> None:
    while True:
        try:
            deleted = await asyncio.to_thread(purge, chat.database, chat.catalogue.clinic.retention_days)
            logger.info("purged conversations=%d", deleted)
        except Exception as error:  # whatever it was, tomorrow is another day
            logger.error("purge_failed kind=%s", type(error).__name__)
        await asyncio.sleep(DAY_SECONDS)


async def _announce(engine: EngineClient) -> None:
    """Tell whoever started us when the first answer can be expected."""
    while not await engine.ready():
        await asyncio.sleep(0.5)
    logger.info("the assistant is ready")
