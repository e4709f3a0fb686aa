"""Who may do what, and how often."""

from __future__ import annotations

import hmac
import math
import time
from typing import Any, NoReturn

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel
from sanic import Request

from bot.chat.inbox import Refused, may_use
from bot.security.tokens import as_bytes
from bot.settings import Settings
from bot.web.errors import Problem, not_found

MORE_SIGN_INS = 10  # times as many for an address as for one account there: a clinic's staff share one
MORE_ALARMS = 5  # times as many as other messages: nobody in need writes that much, and a flood still ends


class Limits:
    """Counts by name and by who; the figures are settings."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rules = {
            "conversations": parse_many(settings.limit_conversations),
            "messages": parse_many(settings.limit_messages),
            "alarms": _larger(parse_many(settings.limit_messages), MORE_ALARMS),
            "sign_in": parse_many(settings.limit_sign_in),
            "sign_in_address": _larger(parse_many(settings.limit_sign_in), MORE_SIGN_INS),
        }

    def check(self, name: str, *who: str) -> None:
        """Count one.

        Raises:
            Refused: one too many, with the seconds to wait.
        """
        for rule in self._rules[name]:
            if not self._limiter.hit(rule, name, *who):
                self._refuse(rule, name, *who)

    def look(self, name: str, *who: str) -> None:
        """Count nothing.

        Raises:
            Refused: one more would be too many.
        """
        for rule in self._rules[name]:
            if not self._limiter.test(rule, name, *who):
                self._refuse(rule, name, *who)

    def forget(self, name: str, *who: str) -> None:
        """Begin to count anew."""
        for rule in self._rules[name]:
            self._limiter.clear(rule, name, *who)

    def _refuse(self, rule: RateLimitItem, *who: str) -> NoReturn:
        wait = self._limiter.get_window_stats(rule, *who).reset_time - time.time()
        raise Refused("too_many", "That was a lot at once. Please wait a little and try again.", max(1, math.ceil(wait)))


def _larger(rules: list[RateLimitItem], times: int) -> list[RateLimitItem]:
    return [type(rule)(rule.amount * times, rule.multiples) for rule in rules]


def address(request: Request) -> str:
    """The visitor's address; a proxy's word is believed only as far as NERVELINE_TRUSTED_PROXIES says."""
    return request.remote_addr or request.ip


def own_conversation(request: Request, conversation_id: str, token: str = "") -> None:
    """The token (from the header unless given) must open the conversation; a wrong one and a missing conversation look the same.

    Raises:
        Problem: 404.
    """
    token = token or request.token or ""
    if not (token and conversation_id.isprintable() and may_use(request.app.ctx.chat, conversation_id, token)):
        raise not_found()


def internal(request: Request) -> None:
    """Only our own processes.

    Raises:
        Problem: 404.
    """
    given = request.headers.get("x-nerveline-secret", "")
    if not hmac.compare_digest(as_bytes(given), as_bytes(request.app.ctx.settings.internal_secret)):
        raise not_found()


def body(request: Request, schema: type[BaseModel]) -> Any:
    """The JSON body, checked.

    Raises:
        Problem: not a JSON object.
        ValidationError: something is missing, unknown or too long.
    """
    if request.body and "json" not in (request.content_type or ""):
        raise Problem(415, "not_json", "The body must be JSON with the content type application/json.")
    found = request.json if request.body else {}
    if not isinstance(found, dict):
        raise Problem(400, "bad_request", "The body must be a JSON object.")
    return schema.model_validate(found)
