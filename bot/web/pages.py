"""Pages for visitors: the demo page, the chat, all answers in plain HTML, and what their scripts need."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Blueprint, HTTPResponse, Request, html, json
from sanic.response import file

from bot.answers.catalogue import Catalogue
from bot.answers.disclaimer import KINDS
from bot.booking.hours import WORDS
from bot.web import schemas
from bot.web.errors import Problem
from bot.web.guards import own_conversation
from bot.web.openapi import Operation, document, documented
from bot.web.visitor import transcript
from bot.yaml_file import YamlFile

HERE = Path(__file__).parent
STATIC = HERE / "static"
GROUPS = (("neuropathy", "answers_neuropathy"), ("dry_needling", "answers_dry_needling"), ("clinic", "answers_clinic"))
pages = Blueprint("pages")


@lru_cache(maxsize=1)
def templates() -> Environment:
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals["asset"] = asset
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False, "sort_keys": True}  # the chat page has a budget
    return made


@lru_cache(maxsize=200)
def asset(path: str) -> str:
    """The address of a static file, which changes with its content."""
    return f"/static/{path}?v={hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:8]}"


@lru_cache(maxsize=8)
def texts(language: str) -> Mapping[str, Any]:
    """The interface's texts; a key that a translation lacks is taken from English."""
    english = dict(YamlFile(HERE / "locales" / "en.yml").data)
    path = HERE / "locales" / f"{language}.yml"
    return english if language == "en" or not path.exists() else {**english, **YamlFile(path).data}


def language_of(request: Request) -> str:
    """The wanted language when the interface has it, else English."""
    wanted = str(request.args.get("lang") or "")
    return wanted if re.fullmatch("[a-z]{2}", wanted) and (HERE / "locales" / f"{wanted}.yml").exists() else "en"


def context(request: Request) -> dict[str, Any]:
    """What every page's template may use."""
    catalogue: Catalogue = request.app.ctx.chat.catalogue
    language = language_of(request)
    return {
        "clinic": clinic_facts(catalogue, language),
        "disclaimer": {kind: catalogue.disclaimers.of(kind).text for kind in KINDS},
        "notice_version": catalogue.disclaimers.version,
        "lang": language,
        "strings": texts(language),
        "embed": bool(request.args.get("embed")),
    }


def clinic_facts(catalogue: Catalogue, language: str = "en") -> dict[str, Any]:
    """The clinic's facts for templates; opening hours in the language of the page."""
    values, now = catalogue.clinic.values_now(), datetime.now(timezone.utc)
    hours = catalogue.clinic.hours
    opening = hours.next_opening(now)
    return {
        **{key: values[key] for key in ("phone", "emergency_number", "crisis_call", "crisis_text", "poison_line", "holidays")},
        "email": "" if "email" in catalogue.clinic.missing else values["email"],
        "hours": hours.hours_sentence(language),
        "name": catalogue.clinic.name,
        "sample": catalogue.clinic.sample,
        "retention_days": catalogue.clinic.retention_days,
        "phone_href": _link("tel", values["phone"]),
        "emergency_href": _link("tel", values["emergency_number"]),
        "poison_href": _link("tel", values["poison_line"]),
        "crisis_call_href": _link("tel", values["crisis_call"]),
        "crisis_text_href": _link("sms", values["crisis_text"]),
        "open_now": hours.is_open(now),
        "next_opening": _moment(opening.astimezone(hours.zone), language) if opening else "",
    }


def page(name: str, /, **values: Any) -> HTTPResponse:
    return html(templates().get_template(name).render(**values))


@pages.get("/")
async def demo(request: Request) -> HTTPResponse:
    return page("demo.html", **context(request))


@pages.get("/chat")
async def chat(request: Request) -> HTTPResponse:
    return page("chat.html", **context(request))


@pages.route("/answers", methods=["GET", "POST"])
async def answers(request: Request) -> HTTPResponse:
    """All answers. A search is health information, so it never stands in the address: a script filters the page, and
    without scripts the words come in the form's body."""
    query = str((request.form or {}).get("q") or "").strip()[:100] if request.method == "POST" else ""
    values = context(request)
    groups = [
        {"title": values["strings"][title], "answers": [answer for answer in _answers(request.app.ctx.chat.catalogue, group) if _matches(answer, query)]}
        for group, title in GROUPS
    ]
    return page("answers.html", **values, groups=[group for group in groups if group["answers"]], query=query)


@pages.post("/chat/print")
async def print_view(request: Request) -> HTTPResponse:
    """The conversation for printing; id and token come in the form's body, never in the address."""
    form = request.form or {}
    id, token = str(form.get("id") or ""), str(form.get("token") or "")
    await asyncio.to_thread(own_conversation, request, id, token)
    found = await asyncio.to_thread(transcript, request.app.ctx.chat, id)
    return page("print.html", **context(request), messages=found["messages"])


@pages.get("/api/questions")
@documented(Operation("questions", "All known questions, for suggestions while typing", 200, "by topic", gives=schemas.Questions))
async def questions(request: Request) -> HTTPResponse:
    return json(_questions(request.app.ctx.chat.catalogue), headers={"Cache-Control": "public, max-age=3600"})


@pages.get("/api/status")
@documented(Operation("status", "Whether the assistant answers and the clinic is open", 200, "now", gives=schemas.Status))
async def status(request: Request) -> HTTPResponse:
    ready = await request.app.ctx.engine.ready()
    facts = clinic_facts(request.app.ctx.chat.catalogue)
    return json({"assistant": "ready" if ready else "down", "open_now": facts["open_now"], "phone": facts["phone"]})


@pages.get("/api/openapi.json")
async def openapi(request: Request) -> HTTPResponse:
    return json(document(request.app), headers={"Cache-Control": "public, max-age=300"})


@pages.get("/widget.js")
async def widget(request: Request) -> HTTPResponse:
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return await file(STATIC / "widget.js", mime_type="text/javascript", headers=headers, request_headers=request.headers)


@pages.get("/static/<path:path>")
async def static(request: Request, path: str) -> HTTPResponse:
    found = (STATIC / path).resolve()
    if not (found.is_relative_to(STATIC) and found.is_file()):
        raise Problem(404, "not_found", "There is nothing here.")
    fresh = "public, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
    return await file(found, headers={"Cache-Control": fresh}, request_headers=request.headers)


def _answers(catalogue: Catalogue, group: str) -> list[dict[str, Any]]:
    found = []
    for topic in catalogue.topics:
        response = catalogue.responses[f"utter_faq/{topic}"][0]
        if response.file.stem == group:
            short, full = catalogue.reply(response.name), catalogue.reply(response.name, more=True)
            found.append({"topic": topic, "question": response.question, "text": short.text, "more": full.text if response.more else "",
                          "sources": short.sources, "evidence": short.evidence, "reviewed_on": short.reviewed_on, "disclaimer": short.disclaimer.text})  # fmt: skip
    return found


def _matches(answer: Mapping[str, Any], query: str) -> bool:
    said = f"{answer['question']} {answer['text']} {answer['more']}".lower()
    return all(word in said for word in query.lower().split())


def _questions(catalogue: Catalogue) -> dict[str, Any]:
    found = []
    for topic, question in catalogue.questions().items():
        words = re.findall(r"[a-z]{4,}", f"{topic} {catalogue.reply(f'utter_faq/{topic}').text}".lower())
        found.append({"topic": topic, "question": question, "words": " ".join(dict.fromkeys(words))})
    return {"questions": found}


def _link(scheme: str, number: str) -> str:
    """A link that calls or texts the number; "" for none."""
    return f"{scheme}:{re.sub(r'[^0-9+]', '', number)}" if number else ""


def _moment(at: datetime, language: str) -> str:
    return f"{WORDS[language if language in WORDS else 'en']['days'][at.weekday()]}, {at:%H:%M}"
