"""Errors as visitors and programs see them: a code and a plain sentence, never what somebody wrote, never a traceback."""

from __future__ import annotations

import logging
import secrets
from html import escape
from typing import Any, Optional

from pydantic import ValidationError
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import html, json

from bot.chat.inbox import NoConversation, Refused
from bot.errors import StoreError

logger = logging.getLogger("nerveline.web")


class Problem(Exception):
    """Ends a request with a status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str, retry_after: Optional[int] = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


NOT_FOUND = (404, "not_found", "There is nothing here.")


def not_found() -> Problem:
    return Problem(*NOT_FOUND)


def add_error_handlers(app: Sanic[Any, Any]) -> None:
    app.error_handler.add(Exception, _handle)


def _handle(request: Request, error: Exception) -> HTTPResponse:
    problem = _problem(error)
    if problem.status >= 500:
        id = secrets.token_hex(4)
        logger.error("request_failed id=%s route=%s kind=%s", id, request.route.path if request.route else "none", type(error).__name__)
        problem = Problem(problem.status, problem.code, f"{problem.message} (number {id})", problem.retry_after)
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    if request.path.startswith(("/api/", "/internal/")):
        return json({"error": {"code": problem.code, "message": problem.message}}, status=problem.status, headers=headers)
    return html(_page(problem, request), status=problem.status, headers=headers)


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return Problem(422, "bad_request", "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3]))
    if isinstance(error, Refused):
        return Problem(429, error.code, str(error), error.retry_after)
    if isinstance(error, NoConversation):
        return not_found()
    if isinstance(error, StoreError):
        return Problem(503, "storage", "Your message could not be kept just now. Please try again in a moment.", retry_after=5)
    if isinstance(error, SanicException) and error.status_code < 500:
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status_code, "bad_request")
        message = {404: NOT_FOUND[2], 413: "That is too large."}.get(error.status_code, "This request cannot be read.")
        return Problem(error.status_code, code, message)
    return Problem(500, "internal", "Something went wrong on our side.")


def _page(problem: Problem, request: Request) -> str:
    back = '<a href="/staff/">Back to the console</a>' if request.path.startswith("/staff") else '<a href="/">Home</a>'
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{problem.status}</title><h1>{escape(problem.message)}</h1><p>{back}</p>"
    )
