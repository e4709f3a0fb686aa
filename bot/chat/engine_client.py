"""The engine as web sees it: one question over loopback, one answer with replies and understanding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import httpx

from bot.errors import NervelineError

TIMEOUT_SECONDS = 15.0  # an answer takes about 0.1 s; a turn that hangs longer is tried once more, then given to staff


class EngineUnreachable(NervelineError):
    """Nobody answers at the engine's port: it is starting, or being retrained."""


class EngineFailed(NervelineError):
    """The engine answered with an error, or not in time."""


@dataclass(frozen=True)
class Answer:
    """The engine's answer to one message."""

    replies: Sequence[Mapping[str, Any]]
    understanding: Mapping[str, Any]
    model: str


class EngineClient:
    """Asks the engine."""

    def __init__(self, url: str, secret: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers={"X-Nerveline-Secret": secret}, timeout=TIMEOUT_SECONDS, trust_env=False)

    async def ask(self, conversation_id: str, message_id: str, text: str) -> Answer:
        """The answer to a message; the same message id again gives the same answer.

        Raises:
            EngineUnreachable: no connection.
            EngineFailed: an error, a time-out, or an answer without replies.
        """
        body = {"conversation": conversation_id, "message": message_id, "text": text}
        try:
            response = await self._http.post("/webhooks/nerveline/message", json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise EngineUnreachable(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise EngineFailed(type(error).__name__) from None
        if response.status_code in (404, 502, 503):
            raise EngineUnreachable(f"status {response.status_code}")  # Rasa serves before its channels are ready
        if response.status_code != 200:
            raise EngineFailed(f"status {response.status_code}")
        found = response.json()
        return Answer(found["replies"], found["understanding"], str(found.get("model") or ""))

    async def forget(self, conversation_id: str) -> None:
        """Delete the engine's short-lived state of a conversation; when it cannot be reached it expires within a day."""
        try:
            await self._http.post("/webhooks/nerveline/forget", json={"conversation": conversation_id}, timeout=2.0)
        except httpx.HTTPError:
            pass

    async def ready(self) -> bool:
        """Whether a model is loaded."""
        try:
            response = await self._http.get("/webhooks/nerveline/", timeout=2.0)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def close(self) -> None:
        await self._http.aclose()
