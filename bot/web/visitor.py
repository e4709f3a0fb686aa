"""The visitor's API: open a conversation, send messages, hear what comes."""

from __future__ import annotations

import asyncio
import json as json_module
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sanic_ext import openapi

from bot.chat import inbox, stream
from bot.store import conversations
from bot.web import schemas
from bot.web.errors import Problem, not_found
from bot.web.guards import address, body, own_conversation

PING_SECONDS = 15.0
MOST_STREAMS = 12  # open at once for one conversation: a dozen tabs
visitor = Blueprint("visitor", url_prefix="/api")


def _problems(*statuses: int) -> list[Any]:
    said = {404: "no such conversation, or the token does not open it", 422: "the body is not as described", 429: "too many; see Retry-After", 503: "not kept; try again"}
    return [openapi.definitions.Response({"application/json": schemas.Error}, status=status, description=said[status]) for status in statuses]


def _answer(model: Any, status: int, description: str) -> Any:
    return openapi.definitions.Response({"application/json": model}, status=status, description=description)


@visitor.post("/conversations")
@openapi.definition(
    operation="openConversation",
    summary="Open a conversation",
    body={"application/json": schemas.NewConversation},
    response=[_answer(schemas.Opened, 201, "opened"), *_problems(422, 429, 503)],
)
async def open_conversation(request: Request) -> HTTPResponse:
    request.app.ctx.limits.check("conversations", address(request))
    given = body(request, schemas.NewConversation)
    id, token = await asyncio.to_thread(inbox.open_conversation, request.app.ctx.chat, given.agreed, given.language)
    return json({"id": id, "token": token}, status=201)


@visitor.post("/conversations/<id:str>/messages")
@openapi.definition(
    operation="sendMessage",
    summary="Send a message",
    secured={"token": []},
    body={"application/json": schemas.NewMessage},
    response=[_answer(schemas.Accepted, 202, "stored"), *_problems(404, 422, 429, 503)],
)
async def send_message(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    given = body(request, schemas.NewMessage)
    request.app.ctx.limits.check("messages", id)
    seq = await asyncio.to_thread(inbox.receive, request.app.ctx.chat, id, given.text, given.key)
    return json({"seq": seq}, status=202)


@visitor.get("/conversations/<id:str>/events")
@openapi.definition(
    operation="listen",
    summary="Messages as server-sent events",
    description="Every message after Last-Event-ID (all of them without it), then each new one. The event's id is the message's seq.",
    secured={"token": []},
    parameter=openapi.definitions.Parameter("Last-Event-ID", int, "header", required=False),
    response=[openapi.definitions.Response({"text/event-stream": schemas.Message}, status=200, description="a stream"), *_problems(404, 429)],
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
            messages = await asyncio.to_thread(stream.messages_after, chat, id, last)
            for message in messages:
                await response.send(f"id: {message['seq']}\ndata: {json_module.dumps(message, ensure_ascii=False)}\n\n")
                last = message["seq"]
            if not messages and await asyncio.to_thread(stream.is_erased, chat, id):
                await response.send("event: gone\ndata: {}\n\n")
                await response.eof()
                return
            try:
                await asyncio.wait_for(bell.wait(), PING_SECONDS)
            except asyncio.TimeoutError:
                await response.send(": ping\n\n")


@visitor.get("/conversations/<id:str>")
@openapi.definition(
    operation="downloadConversation", summary="The whole conversation", secured={"token": []}, response=[_answer(schemas.Transcript, 200, "all messages"), *_problems(404)]
)
async def download(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    return json(await asyncio.to_thread(transcript, request.app.ctx.chat, id))


@visitor.delete("/conversations/<id:str>")
@openapi.definition(
    operation="deleteConversation", summary="Delete the conversation for good", secured={"token": []}, response=[_answer(schemas.Receipt, 200, "deleted"), *_problems(404, 503)]
)
async def delete(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    receipt, at = await asyncio.to_thread(inbox.erase, request.app.ctx.chat, id)
    await request.app.ctx.engine.forget(id)
    return json({"receipt": receipt, "deleted_at": at.isoformat()})


@visitor.post("/conversations/<id:str>/feedback")
@openapi.definition(
    operation="giveFeedback",
    summary="Say whether a message helped",
    secured={"token": []},
    body={"application/json": schemas.Feedback},
    response=[openapi.definitions.Response(None, status=204, description="kept"), *_problems(404, 422)],
)
async def feedback(request: Request, id: str) -> HTTPResponse:
    await asyncio.to_thread(own_conversation, request, id)
    given = body(request, schemas.Feedback)
    request.app.ctx.limits.check("messages", id)
    if not await asyncio.to_thread(inbox.give_feedback, request.app.ctx.chat, id, given.seq, given.helpful, given.note):
        raise not_found()
    return empty()


def transcript(chat: Any, id: str) -> dict[str, Any]:
    """A conversation as its visitor may have it."""
    with chat.database.read() as connection:
        row = conversations.get_conversation(connection, id)
    return {"id": id, "created_at": row.created_at.isoformat(), "messages": stream.messages_after(chat, id, 0)}


def _last_event_id(request: Request) -> int:
    given = request.headers.get("last-event-id", "0")
    if not given.isdecimal() or len(given) > 9:
        raise Problem(422, "bad_request", "Last-Event-ID must be the number of a message.")
    return int(given)
