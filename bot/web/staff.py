"""Staff's console: sign in, requests, conversations with what was understood, corrections, audit."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from functools import wraps
from typing import Any, Awaitable, Callable, Optional
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request, redirect

from bot.chat import records
from bot.chat.requests import NEXT_STATES, change_state
from bot.security import accounts
from bot.security.accounts import AccountError, Member
from bot.web.errors import Problem, not_found
from bot.web.guards import address
from bot.web.pages import page
from bot.web.schemas import WRITTEN

staff = Blueprint("staff", url_prefix="/staff")
Handler = Callable[..., Awaitable[HTTPResponse]]
LONGEST_NUMBER = 18  # digits that a 64-bit integer always holds
SHOWN_TOPICS_EXTRA = ("book_appointment", "reschedule_appointment", "cancel_appointment", "talk_to_human", "emergency", "crisis", "medical_advice", "out_of_scope")


def signed_in(role: str = "staff") -> Callable[[Handler], Handler]:
    """The handler gets the member; who is not signed in goes to the sign-in page; a changing request needs its CSRF token."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse:
            member = await asyncio.to_thread(accounts.member_of, request.app.ctx.chat.database, request.cookies.get(_cookie(request)) or "")
            if member is None:
                return redirect("/staff/sign-in")
            if role == "admin" and not member.is_admin:
                raise Problem(403, "forbidden", "Only an administrator may see this.")
            if request.method == "POST":
                _same_site(request)
                if _field(request, "csrf") != member.csrf:
                    raise Problem(403, "forbidden", "This page was open for too long. Go back, load it again, and repeat.")
            return await handler(request, member, *args, **kwargs)

        return guarded

    return decorate


@staff.get("/")
@signed_in()
async def home(_: Request, member: Member) -> HTTPResponse:
    return redirect("/staff/requests")


@staff.get("/sign-in")
async def sign_in_page(request: Request) -> HTTPResponse:
    return _open_page("sign_in.html", request, problem="")


@staff.post("/sign-in")
async def sign_in(request: Request) -> HTTPResponse:
    _same_site(request)
    email, place, limits = _field(request, "email").strip().lower(), address(request), request.app.ctx.limits
    limits.look("sign_in_address", place)
    limits.check("sign_in", email, place)  # before the password is looked at, or guesses sent at once would all be looked at
    token = await asyncio.to_thread(accounts.sign_in, request.app.ctx.chat.database, email, _field(request, "password"))
    if token is None:
        limits.check("sign_in_address", place)
        return _open_page("sign_in.html", request, problem="E-mail address or password is wrong.", status=401)
    limits.forget("sign_in", email, place)
    response = redirect("/staff/requests")
    response.add_cookie(_cookie(request), token, path="/", secure=_secure(request), httponly=True, samesite="Strict", host_prefix=False)
    return response


@staff.post("/sign-out")
@signed_in()
async def sign_out(request: Request, member: Member) -> HTTPResponse:
    await asyncio.to_thread(accounts.sign_out, request.app.ctx.chat.database, request.cookies.get(_cookie(request)) or "")
    response = redirect("/staff/sign-in")
    response.add_cookie(_cookie(request), "", max_age=0, path="/", secure=_secure(request), httponly=True, samesite="Strict", host_prefix=False)
    return response


@staff.get("/welcome")
async def welcome_page(request: Request) -> HTTPResponse:
    return _open_page("welcome.html", request, problem="")


@staff.post("/welcome")
async def welcome(request: Request) -> HTTPResponse:
    """Use a one-time link. Its token stands behind the '#' of the address, so that no log of any proxy holds it."""
    _same_site(request)
    request.app.ctx.limits.look("sign_in_address", address(request))
    given = {name: _field(request, name) for name in ("token", "password", "name", "email")}
    try:
        await asyncio.to_thread(lambda: accounts.accept(request.app.ctx.chat.database, given.pop("token"), given.pop("password"), **given))
    except AccountError as error:
        request.app.ctx.limits.check("sign_in_address", address(request))
        return _open_page("welcome.html", request, problem=str(error), status=422)
    return redirect("/staff/sign-in")


@staff.get("/conversations")
@signed_in()
async def conversations(request: Request, member: Member) -> HTTPResponse:
    alarm, before = request.args.get("alarm") == "1", _moment(request.args.get("before"))
    rows = await asyncio.to_thread(records.list_conversations, request.app.ctx.chat, member.id, alarm=alarm, before=before)
    return _page("conversations.html", request, member, rows=rows, contains="", alarm=alarm)


@staff.post("/conversations")
@signed_in()
async def search(request: Request, member: Member) -> HTTPResponse:
    """Searched words may be health information, so they come in the body and not in the address."""
    contains, alarm = _field(request, "q").strip()[:100], request.args.get("alarm") == "1"
    rows = await asyncio.to_thread(records.list_conversations, request.app.ctx.chat, member.id, contains=contains, alarm=alarm)
    return _page("conversations.html", request, member, rows=rows, contains=contains, alarm=alarm)


@staff.get("/conversations/<id:str>")
@signed_in()
async def conversation(request: Request, member: Member, id: str) -> HTTPResponse:
    return await _conversation(request, member, id, "")


@staff.post("/conversations/<id:str>")
@signed_in()
async def open_conversation(request: Request, member: Member, id: str) -> HTTPResponse:
    """The texts as they were written, for a reason that is kept."""
    reason = _field(request, "reason").strip()
    if len(reason) < 5:
        raise Problem(422, "reason_needed", "Please say in a few words why you need the unmasked texts.")
    return await _conversation(request, member, id, reason)


@staff.post("/messages/<id:str>/review")
@signed_in()
async def review(request: Request, member: Member, id: str) -> HTTPResponse:
    topic = _field(request, "topic")
    if topic and topic not in _topics(request):
        raise Problem(422, "bad_request", "There is no such topic.")
    found = await asyncio.to_thread(records.review, request.app.ctx.chat, member.id, _number(id), _field(request, "verdict"), topic)
    if found is None:
        raise Problem(422, "bad_request", "Say 'right', or 'wrong' with the topic that would have been right.")
    return redirect(f"/staff/conversations/{found}#m{id}")


@staff.get("/requests")
@signed_in()
async def requests(request: Request, member: Member) -> HTTPResponse:
    open_only = request.args.get("all") != "1"
    rows = await asyncio.to_thread(records.list_requests, request.app.ctx.chat, member.id, open_only=open_only)
    return _page("requests.html", request, member, rows=rows, open_only=open_only)


@staff.get("/requests/<number:str>")
@signed_in()
async def one_request(request: Request, member: Member, number: str) -> HTTPResponse:
    found = await asyncio.to_thread(records.read_request, request.app.ctx.chat, member.id, number)
    if found is None:
        raise not_found()
    return _page("request.html", request, member, **found, next_states=NEXT_STATES[found["request"].state])


@staff.post("/requests/<number:str>")
@signed_in()
async def change_request(request: Request, member: Member, number: str) -> HTTPResponse:
    version, state = _number(_field(request, "version")), _field(request, "state")
    if state not in NEXT_STATES:
        raise Problem(422, "bad_request", "Choose a state.")
    wrong = await asyncio.to_thread(change_state, request.app.ctx.chat, number, state, version, member.id)
    if wrong:
        raise Problem(409, "conflict", wrong)
    return redirect(f"/staff/requests/{number}")


@staff.get("/audit")
@signed_in("admin")
async def audit(request: Request, member: Member) -> HTTPResponse:
    rows = await asyncio.to_thread(records.read_audit, request.app.ctx.chat, member.id)
    return _page("audit.html", request, member, rows=rows)


@staff.get("/people")
@signed_in("admin")
async def people(request: Request, member: Member) -> HTTPResponse:
    return _page("people.html", request, member, link="", email="", known=False)


@staff.post("/people")
@signed_in("admin")
async def invite(request: Request, member: Member) -> HTTPResponse:
    email, name, role = (_field(request, key).strip() for key in ("email", "name", "role"))
    if "@" not in email or not name or role not in ("staff", "admin"):
        raise Problem(422, "bad_request", "A new account needs a name, an e-mail address and a role.")
    context = request.app.ctx
    link = await asyncio.to_thread(lambda: accounts.invite(context.chat.database, context.settings.public_url, email=email, name=name, role=role, by=member.id))
    known = await asyncio.to_thread(accounts.exists, context.chat.database, email)
    return _page("people.html", request, member, link=link, email=email, known=known)


async def _conversation(request: Request, member: Member, id: str, reason: str) -> HTTPResponse:
    found = await asyncio.to_thread(records.read_conversation, request.app.ctx.chat, member.id, id, reason)
    if found is None:
        raise not_found()
    return _page("conversation.html", request, member, **found, topics=_topics(request))


def _topics(request: Request) -> tuple[str, ...]:
    return (*request.app.ctx.chat.catalogue.topics, *SHOWN_TOPICS_EXTRA)


def _page(name: str, request: Request, member: Member, /, **values: Any) -> HTTPResponse:
    zone = request.app.ctx.chat.catalogue.clinic.hours.zone
    return page(f"staff/{name}", member=member, clinic=request.app.ctx.chat.catalogue.clinic, zone=zone, **values)


def _open_page(name: str, request: Request, *, problem: str, status: int = 200) -> HTTPResponse:
    response = page(f"staff/{name}", member=None, clinic=request.app.ctx.chat.catalogue.clinic, problem=problem)
    response.status = status
    return response


def _field(request: Request, name: str) -> str:
    """What the form holds under `name`, "" for nothing.

    Raises:
        Problem: control characters, which no keyboard types and PostgreSQL does not store.
    """
    text = str((request.form or {}).get(name) or "")
    if not re.match(WRITTEN, text):
        raise Problem(422, "bad_request", "There is a character in the form that cannot be kept.")
    return text


def _number(text: str) -> int:
    """The number of a row.

    Raises:
        Problem: it is none.
    """
    if not (text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise not_found()
    return int(text)


def _moment(text: Optional[str]) -> Optional[datetime]:
    try:
        found = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        found = None
    return found if found and found.tzinfo else None


def _same_site(request: Request) -> None:
    """A form may only come from our own pages."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        raise Problem(403, "forbidden", "This form came from another site.")


def _secure(request: Request) -> bool:
    return bool(request.app.ctx.settings.public_url.startswith("https://"))


def _cookie(request: Request) -> str:
    return "__Host-nerveline_staff" if _secure(request) else "nerveline_staff"
