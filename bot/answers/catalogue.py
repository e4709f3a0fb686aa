"""The catalogue: everything that may be said to a visitor, and nothing else.

Every response stands in `data/answers/*.yml` in Rasa's own form (`responses:`), so Rasa's tools read the same files.
Loading checks all of it; a mistake names file, line and response.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Mapping, Optional

from bot.answers.clinic import NOT_FILLED_IN, Clinic
from bot.answers.disclaimer import KINDS, Disclaimers
from bot.answers.reply import Reply
from bot.yaml_file import YamlFile

FAQ = "utter_faq/"
EVIDENCE = ("strong", "moderate", "limited", "conflicting", "clinic policy")
PROVENANCE = ("sources", "evidence", "author_role", "reviewed_on", "review_due", "version")
TALK_TO_A_PERSON = "Talk to a person"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# Filled in at the moment of the reply: by the clinic's calendar, or by whoever asks for it.
LATE = frozenset({"holidays", "summary", "number", "promise", "sources", "reviewed_on"})


@dataclass(frozen=True)
class Response:
    """One variation of one response, as written."""

    name: str
    text: str
    more: str
    question: str
    next: tuple[str, ...]
    buttons: tuple[str, ...]
    disclaimer: str
    condition: tuple[Mapping[str, Any], ...]
    sources: tuple[Mapping[str, str], ...]
    evidence: str
    reviewed_on: str
    review_due: str
    file: Path
    line: int

    @property
    def topic(self) -> str:
        return self.name[len(FAQ) :] if self.name.startswith(FAQ) else ""

    def fits(self, slots: Mapping[str, Any]) -> bool:
        """Whether all slot conditions hold (Rasa's `condition:` of type slot)."""
        return all(slots.get(rule["name"]) == rule["value"] for rule in self.condition)


class Catalogue:
    """All responses of this clinic, ready to be turned into replies."""

    def __init__(self, responses: Mapping[str, tuple[Response, ...]], clinic: Clinic, disclaimers: Disclaimers, version: str) -> None:
        self.responses = responses
        self.clinic = clinic
        self.disclaimers = disclaimers
        self.version = version
        self.topics = tuple(name[len(FAQ) :] for name in responses if name.startswith(FAQ))

    @classmethod
    def load(cls, data: Path) -> "Catalogue":
        """Read clinic, disclaimers, sources and all responses under the folder `data`.

        Raises:
            DataError: anything is missing or wrong; the text names file, line and response.
        """
        clinic = Clinic.load(data)
        disclaimers = Disclaimers.load(data / "answers" / "disclaimer.yml", clinic.values)
        sources = _sources(YamlFile(data / "answers" / "sources.yml"))
        responses: dict[str, tuple[Response, ...]] = {}
        files = sorted((data / "answers").glob("*.yml"))
        for path in files:
            file = YamlFile(path)
            if isinstance(file.data, dict) and "responses" in file.data:
                for name, variations in file.section("responses").items():
                    if name in responses:
                        file.fail(f"{name} is written twice", "responses", name)
                    responses[name] = _variations(file, name, variations, sources, clinic)
        catalogue = cls(responses, clinic, disclaimers, _fingerprint([*files, data / "clinic.yml"]))
        catalogue._check_next()
        return catalogue

    def reply(self, name: str, *, slots: Optional[Mapping[str, Any]] = None, more: bool = False, **values: str) -> Reply:
        """The curated response `name` with its placeholders filled, as a reply with its disclaimer.

        `slots` chooses among conditional variations; `more` gives the fuller text; `values` fills {number} and the like.

        Raises:
            KeyError: there is no such response.
        """
        response = self._variation(name, slots or {})
        text = response.more if more and response.more else response.text
        buttons = response.buttons + tuple(self.question(topic) for topic in response.next)
        if _placeholders(text) & self.clinic.missing:
            buttons += (TALK_TO_A_PERSON,)
        return Reply(
            text=_fill(text, {**self.clinic.values_now(), **values}),
            disclaimer=self.disclaimers.of(response.disclaimer),
            response=name,
            topic=response.topic,
            buttons=buttons,
            sources=response.sources,
            evidence=response.evidence,
            reviewed_on=response.reviewed_on,
            content_version=self.version,
        )

    def question(self, topic: str) -> str:
        """The short question that stands for a topic on a button."""
        return self.responses[FAQ + topic][0].question

    def has_more(self, topic: str) -> bool:
        return FAQ + topic in self.responses and bool(self.responses[FAQ + topic][0].more)

    def is_fuller(self, topic: str, text: str) -> bool:
        """Whether `text` is the fuller text of the topic, not the short one."""
        return self.responses[FAQ + topic][0].more[:40] == text[:40]

    def questions(self) -> dict[str, str]:
        """Question by topic, for all information topics."""
        return {topic: self.question(topic) for topic in self.topics}

    def _variation(self, name: str, slots: Mapping[str, Any]) -> Response:
        """The variation whose conditions hold, else the one without conditions, else the first."""
        variations = self.responses[name]
        conditional = [response for response in variations if response.condition and response.fits(slots)]
        plain = [response for response in variations if not response.condition]
        return (conditional + plain + list(variations))[0]

    def _check_next(self) -> None:
        for variations in self.responses.values():
            for response in variations:
                for topic in response.next:
                    if topic not in self.topics or topic == response.topic:
                        YamlFile(response.file).fail(f"{response.name}: 'next' names {topic!r}, which is no other topic", "responses", response.name)


def _variations(file: YamlFile, name: str, written: Any, sources: Mapping[str, Mapping[str, str]], clinic: Clinic) -> tuple[Response, ...]:
    if not isinstance(written, list) or not written:
        file.fail(f"{name}: expected a list with '- text:'", "responses", name)
    return tuple(_response(file, name, index, item, sources, clinic) for index, item in enumerate(written))


def _response(file: YamlFile, name: str, index: int, item: Any, sources: Mapping[str, Mapping[str, str]], clinic: Clinic) -> Response:
    where = ("responses", name, index)
    if not isinstance(item, dict) or not str(item.get("text") or "").strip():
        file.fail(f"{name}: needs a text", *where)
    meta = item.get("metadata") or {}
    if meta.get("disclaimer") not in KINDS:
        file.fail(f"{name}: metadata 'disclaimer' must be one of {', '.join(KINDS)}", *where, "metadata")
    if name.startswith(FAQ):
        _check_provenance(file, name, where, meta)
    for source in meta.get("sources") or ():
        if source not in sources:
            file.fail(f"{name}: unknown source {source!r}; add it to sources.yml", *where, "metadata", "sources")
    for text in (item["text"], meta.get("more") or ""):
        for placeholder in _placeholders(text):
            if placeholder not in clinic.values and placeholder not in LATE:
                file.fail(f"{name}: unknown placeholder {{{placeholder}}}", *where, "text")
    return Response(
        name=name,
        text=str(item["text"]).strip(),
        more=str(meta.get("more") or "").strip(),
        question=str(meta.get("question") or ""),
        next=tuple(meta.get("next") or ()),
        buttons=tuple(str(button["title"]) for button in item.get("buttons") or ()),
        disclaimer=meta["disclaimer"],
        condition=tuple(item.get("condition") or ()),
        sources=tuple(sources[source] for source in meta.get("sources") or ()),
        evidence=str(meta.get("evidence") or ""),
        reviewed_on=str(meta.get("reviewed_on") or ""),
        review_due=str(meta.get("review_due") or ""),
        file=file.path,
        line=file.line(*where),
    )


def _check_provenance(file: YamlFile, name: str, where: tuple[Any, ...], meta: Mapping[str, Any]) -> None:
    for key in (*PROVENANCE, "question"):
        if not meta.get(key):
            file.fail(f"{name}: metadata needs '{key}'", *where, "metadata")
    if meta["evidence"] not in EVIDENCE:
        file.fail(f"{name}: evidence must be one of {', '.join(EVIDENCE)}", *where, "metadata", "evidence")
    for key in ("reviewed_on", "review_due"):
        try:
            date.fromisoformat(meta[key])
        except (TypeError, ValueError):
            file.fail(f'{name}: {key} must be a date in quotes, like "2026-11-23"', *where, "metadata", key)


def _sources(file: YamlFile) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for key, source in file.section("sources").items():
        if not isinstance(source, dict) or not all(field in source for field in ("title", "publisher", "year", "link")):
            file.fail(f"source {key!r} needs title, publisher, year and link", "sources", key)
        found[key] = {field: str(source[field] or "") for field in ("title", "publisher", "year", "link")}
    return found


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Replace {name}; a value that nobody gave reads as a fact that the clinic left empty, never as a brace."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], NOT_FILLED_IN), text).strip()


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
