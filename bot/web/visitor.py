"""The visitor's API: open a conversation, send messages, hear what comes."""

from __future__ import annotations

import asyncio
import json as json_module
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, empty, json

from bot.chat import inbox, stream
from bot.chat.events import rung
from bot.store import conversations
from bot.web import schemas
from bot.web.errors import Problem, not_found
from bot.web.guards import address, body, own_conversation
from bot.web.openapi import Operation, documented

PING_SECONDS = 15.0
MOST_STREAMS = 12  # open at once for one conversation: a dozen tabs
BATCH = 200  # messages that the stream holds in memory at once
visitor = Blueprint("visitor", url_prefix="/api")


@visitor.post("/conversations")
@documented(
    Operation(
        "openConversation", "Open a conversation", 201, "opened",
        body=schemas.NewConversation, gives=schemas.Opened, problems=(415, 422, 429, 503),
    )  # fmt: skip
)
async def open_conversation(request: Request) -> HTTPResponse:
    request.app.ctx.limits.check("conversations", address(request))
    given = body(request, schemas.NewConversation)
    id, token = await asyncio.to_thread(inbox.open_conversation, request.app.ctx.chat, given.agreed, given.language)
    return json({"id": id, "token": token}, status=201)


@visitor.post("/conversations/<id:str>/messages")
@documented(
    Operation(
        "sendMessage", "Send a message", 202, "stored",
        body=schemas.NewMessage, gives=schemas.Accepted, secured=True, problems=(404, 415, 422, 429, 503),
    )  # fmt: skip
)
async def send_message(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    given = body(request, schemas.NewMessage)
    seq = await asyncio.to_thread(inbox.receive, request.app.ctx.chat, id, given.text, given.key, _counting(request, id))
    return json({"seq": seq}, status=202)


@visitor.get("/conversations/<id:str>/events")
@documented(
    Operation(
        "listen", "Every message after Last-Event-ID, then each new one, as server-sent events whose id is the seq", 200, "a stream of messages",
        gives=schemas.Message, media="text/event-stream", secured=True, headers=("Last-Event-ID",), problems=(404, 422, 429),
    )  # fmt: skip
)
async def listen(request: Request, id: str) -> None:
    await asyncio.to_thread(own_conversation, request, id)
    last = _last_event_id(request)
    chat = request.app.ctx.chat
    with chat.events.listening(id) as bell:
        if chat.events.listeners(id) > MOST_STREAMS:
            raise Problem(429, "too_many_streams", "This chat is open in too many places.", retry_after=30)
        response = await request.respond(content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        assert response is not None
        await response.send(": open\n\n")
        while True:
            bell.clear()
            messages = await asyncio.to_thread(stream.messages_after, chat, id, last, BATCH)
            for message in messages:
                await response.send(f"id: {message['seq']}\ndata: {json_module.dumps(message, ensure_ascii=False)}\n\n")
                last = message["seq"]
            if len(messages) == BATCH:
                continue
            if not messages and await asyncio.to_thread(stream.is_erased, chat, id):
                await response.send("event: gone\ndata: {}\n\n")
                await response.eof()
                return
            if not await rung(bell, PING_SECONDS):
                await response.send(": ping\n\n")


@visitor.get("/conversations/<id:str>")
@documented(Operation("downloadConversation", "The whole conversation", 200, "all messages", gives=schemas.Transcript, secured=True, problems=(404,)))
async def download(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    return json(await asyncio.to_thread(transcript, request.app.ctx.chat, id))


@visitor.delete("/conversations/<id:str>")
@documented(Operation("deleteConversation", "Delete the conversation for good", 200, "deleted", gives=schemas.Receipt, secured=True, problems=(404, 503)))
async def delete(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    receipt, at = await asyncio.to_thread(inbox.erase, request.app.ctx.chat, id)
    await request.app.ctx.engine.forget(id)
    return json({"receipt": receipt, "deleted_at": at.isoformat()})


@visitor.post("/conversations/<id:str>/feedback")
@documented(
    Operation(
        "giveFeedback", "Say whether a message helped", 204, "kept",
        body=schemas.Feedback, secured=True, problems=(404, 415, 422, 429, 503),
    )  # fmt: skip
)
async def feedback(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    given = body(request, schemas.Feedback)
    if not await asyncio.to_thread(inbox.give_feedback, request.app.ctx.chat, id, given.seq, given.helpful, given.note, _counting(request, id)):
        raise not_found()
    return empty()


def transcript(chat: Any, id: str) -> dict[str, Any]:
    """A conversation as its visitor may have it."""
    with chat.database.read() as connection:
        row = conversations.get_conversation(connection, id)
    if row is None:
        raise not_found()
    return {"id": id, "created_at": row.created_at.isoformat(), "messages": stream.messages_after(chat, id, 0)}


def _counting(request: Request, id: str) -> inbox.Count:
    """Counts what comes in this conversation."""
    return lambda name: request.app.ctx.limits.check(name, id)


def _last_event_id(request: Request) -> int:
    given = request.headers.get("last-event-id", "0")
    if not given.isdecimal() or len(given) > 9:
        raise Problem(422, "bad_request", "Last-Event-ID must be the number of a message.")
    return int(given)
