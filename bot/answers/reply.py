"""A reply: what one response says to the visitor, always with its disclaimer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping

from bot.answers.disclaimer import GENERAL, Disclaimer, Disclaimers


@dataclass(frozen=True)
class Reply:
    """One message to the visitor.

    `buttons` are titles: a tap sends the title as text. `sources` are dicts with title, publisher, year and link.
    `fault` marks a reply that arrived without its disclaimer and was repaired.
    """

    text: str
    disclaimer: Disclaimer
    response: str = ""
    topic: str = ""
    buttons: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    evidence: str = ""
    reviewed_on: str = ""
    content_version: str = ""
    fault: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.disclaimer, Disclaimer):
            raise TypeError("a reply needs its disclaimer")

    @property
    def plain(self) -> str:
        """Text and disclaimer as one message, for channels that show text only (Rasa's split a text at empty lines)."""
        text = self.text.replace("\n\n", "\n")
        return f"{text}\n{self.disclaimer.text}"

    def with_buttons(self, *titles: str) -> "Reply":
        """The same reply with more buttons, none twice."""
        return replace(self, buttons=tuple(dict.fromkeys(self.buttons + titles)))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "text": self.text,
            "disclaimer": self.disclaimer.as_dict(),
            "response": self.response,
            "topic": self.topic,
            "buttons": list(self.buttons),
            "sources": [dict(source) for source in self.sources],
            "evidence": self.evidence,
            "reviewed_on": self.reviewed_on,
            "content_version": self.content_version,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], disclaimers: Disclaimers) -> "Reply":
        """Rebuild a reply from plain data, repairing a missing disclaimer (then `fault` is true)."""
        disclaimer, fault = _required(data.get("disclaimer"), disclaimers)
        return cls(
            text=str(data.get("text") or ""),
            disclaimer=disclaimer,
            response=str(data.get("response") or ""),
            topic=str(data.get("topic") or ""),
            buttons=tuple(str(title) for title in data.get("buttons") or ()),
            sources=tuple(data.get("sources") or ()),
            evidence=str(data.get("evidence") or ""),
            reviewed_on=str(data.get("reviewed_on") or ""),
            content_version=str(data.get("content_version") or ""),
            fault=fault or bool(data.get("fault")),
        )


def _required(given: Any, disclaimers: Disclaimers) -> tuple[Disclaimer, bool]:
    """The disclaimer as given when it is our wording of some kind, else the right one and True."""
    kind = given.get("kind", GENERAL) if isinstance(given, Mapping) else GENERAL
    wanted = disclaimers.of(str(kind))
    intact = isinstance(given, Mapping) and given.get("text") == wanted.text
    return wanted, not intact
