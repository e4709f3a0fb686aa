"""The disclaimer: its wording, its kinds, and the rule that no reply exists without one.

Wording, version and kinds stand in `data/answers/disclaimer.yml`. A `Reply` cannot be built without a `Disclaimer`,
so text made by the catalogue carries one by construction; whatever arrives from outside as plain data passes
`Reply.from_dict`, which puts a missing one back and marks the fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from bot.yaml_file import YamlFile

GENERAL = "general"
KINDS = (GENERAL, "medicine", "urgent", "booking")


@dataclass(frozen=True)
class Disclaimer:
    """One disclaimer as the visitor reads it."""

    text: str
    kind: str
    version: str

    def __post_init__(self) -> None:
        if not (self.text.strip() and self.kind and self.version):
            raise ValueError("a disclaimer needs text, kind and version")

    def as_dict(self) -> dict[str, str]:
        return {"text": self.text, "kind": self.kind, "version": self.version}


class Disclaimers:
    """All kinds of the disclaimer in one version."""

    def __init__(self, version: str, texts: Mapping[str, str]) -> None:
        self.version = version
        self._by_kind = {kind: Disclaimer(texts[kind], kind, version) for kind in KINDS}

    @classmethod
    def load(cls, path: Path, values: Mapping[str, str]) -> "Disclaimers":
        """Read the wording; `values` fills placeholders such as {emergency_number}.

        Raises:
            DataError: a kind is missing or empty, or a placeholder is unknown.
        """
        file = YamlFile(path)
        section = file.section("disclaimers")
        texts = section.get("kinds")
        if not isinstance(texts, dict) or not section.get("version"):
            file.fail("expected 'version:' and 'kinds:'", "disclaimers")
        filled = {}
        for kind in KINDS:
            try:
                filled[kind] = str(texts[kind]).format_map(values).strip()
            except KeyError as missing:
                file.fail(f"disclaimer {kind!r} is missing or has an unknown placeholder: {missing}", "disclaimers", "kinds")
            if not filled[kind]:
                file.fail(f"disclaimer {kind!r} is empty", "disclaimers", "kinds", kind)
        return cls(str(section["version"]), filled)

    def of(self, kind: str) -> Disclaimer:
        """The disclaimer of that kind; the general one for a kind that nobody wrote."""
        return self._by_kind.get(kind, self._by_kind[GENERAL])
