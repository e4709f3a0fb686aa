"""Headers that every answer of web carries."""

from __future__ import annotations

from typing import Any, Optional

from sanic import HTTPResponse, Request, Sanic, empty

from bot.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
CORS = {
    "Access-Control-Allow-Headers": "authorization, content-type, last-event-id",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Vary": "Origin",
}
FRAMED = ("/chat",)  # pages that other sites may show


def add_headers(app: Sanic[Any, Any], settings: Settings) -> None:
    framed = POLICY.format(ancestors=" ".join(("'self'", *settings.allowed_origins)))
    alone = POLICY.format(ancestors="'none'")
    secure = settings.public_url.startswith("https://")

    @app.on_request
    async def preflight(request: Request) -> Optional[HTTPResponse]:
        return empty() if request.method == "OPTIONS" and request.path.startswith("/api/") else None

    @app.on_response
    async def harden(request: Request, response: HTTPResponse) -> None:
        response.headers.setdefault("Content-Security-Policy", framed if request.path in FRAMED else alone)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path not in FRAMED:
            response.headers.setdefault("X-Frame-Options", "DENY")
        if request.path.startswith("/api/") and request.headers.get("origin") in settings.allowed_origins:
            response.headers.update({**CORS, "Access-Control-Allow-Origin": request.headers["origin"]})
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
