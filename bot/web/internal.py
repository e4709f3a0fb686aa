"""For our own processes and for whoever watches over them; not part of the public API."""

from __future__ import annotations

import asyncio

from sanic import Blueprint, HTTPResponse, Request, json

from bot.chat.requests import create_request
from bot.web import schemas
from bot.web.guards import body, internal as internal_only

internal = Blueprint("internal")


@internal.post("/internal/requests")
async def new_request(request: Request) -> HTTPResponse:
    """From the action server: store a request. The same key again gives the same receipt."""
    internal_only(request)
    given = body(request, schemas.NewRequest)
    return json(await asyncio.to_thread(create_request, request.app.ctx.chat, given.model_dump()), status=201)


@internal.get("/health/live")
async def live(_: Request) -> HTTPResponse:
    """This process answers."""
    return json({"status": "live"})


@internal.get("/health/ready")
async def ready(request: Request) -> HTTPResponse:
    """Whether messages can be kept (needed) and answered (web also works without the engine)."""
    database = await asyncio.to_thread(request.app.ctx.chat.database.alive)
    engine = await request.app.ctx.engine.ready()
    return json({"database": database, "engine": engine}, status=200 if database else 503)
