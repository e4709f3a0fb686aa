"""Reads the rule files of data/safety; every mistake is reported with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from bot.errors import DataError
from bot.safety.phrases import Node, Phrase, PhraseError, read_node
from bot.yaml_file import Key, YamlFile

TOPICS = {
    "emergency": (
        "unspecified stroke heart lung cauda_equina climbing_weakness spine_bleed infection low_sugar allergic fainted overdose head_injury"
    ).split(),
    "crisis": ["self_harm", "someone_else"],
    "medical_advice": ["diagnosis", "medicine", "treatment", "results"],
}
KEYS = {"name", "topic", "source", "patterns", "signs", "unless", "unless_anywhere", "although", "examples", "not"}
FEWEST_EXAMPLES = 3


@dataclass(frozen=True)
class Rule:
    """One rule: it fires where a pattern is found, unless a phrase of `unless` stands right beside it. A sign is excused by one
    in the same sentence too, and by one of `unless_anywhere` in the message.

    `signs` are weaker wording: they fire too, but not for certain (see screen.Verdict). `although` names guards of
    context.yml that do not silence this rule.
    """

    kind: str
    name: str
    topic: str
    source: str
    patterns: tuple[Phrase, ...]
    signs: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    unless_anywhere: tuple[Phrase, ...]
    although: frozenset[str]
    examples: tuple[str, ...]
    silent: tuple[str, ...]
    file: Path
    line: int


def read_rules(folder: Path, kind: str, shared: Mapping[str, Node], guards: frozenset[str]) -> list[Rule]:
    """The rules of `<kind>.yml` and the files that continue it, `<kind>_*.yml`, which may use the words of the first.

    Raises:
        DataError: anything is missing or wrong.
    """
    rules: list[Rule] = []
    groups = dict(shared)
    for path in (folder / f"{kind}.yml", *sorted(folder.glob(f"{kind}_*.yml"))):
        file = YamlFile(path)
        groups = read_groups(file, groups)
        written = file.data.get("safety_rules") if isinstance(file.data, dict) else None
        if not isinstance(written, list) or not written:
            file.fail("expected a list 'safety_rules:' at the top level", "safety_rules")
        for index in range(len(written)):
            rule = _rule(file, index, kind, groups, guards)
            if rule.name in {other.name for other in rules}:
                file.fail(f"rule '{rule.name}' is written twice", "safety_rules", index)
            rules.append(rule)
    return rules


def read_groups(file: YamlFile, shared: Mapping[str, Node]) -> dict[str, Node]:
    """The groups under `words:`, on top of the shared ones; each may use those above it."""
    groups = dict(shared)
    written = file.data.get("words") if isinstance(file.data, dict) else None
    if written is None:
        return groups
    if not isinstance(written, dict):
        file.fail("'words:' must be a mapping of names to phrases", "words")
    for name, phrases in written.items():
        if name in groups:
            file.fail(f"word group '{name}' is written twice", "words", name)
        options = phrases if isinstance(phrases, list) else [phrases]
        groups[str(name)] = _node(file, "|".join(f"({option})" for option in options), groups, "words", name)
    return groups


def read_phrases(file: YamlFile, groups: Mapping[str, Node], *keys: Key) -> tuple[Phrase, ...]:
    """The phrases of the list under `keys`; an absent list is empty."""
    found = []
    for index, written in enumerate(_texts(file, *keys)):
        try:
            found.append(Phrase.read(written, groups))
        except PhraseError as error:
            file.fail(f"'{written}': {error}", *keys, index)
    return tuple(found)


def _rule(file: YamlFile, index: int, kind: str, groups: Mapping[str, Node], guards: frozenset[str]) -> Rule:
    where: tuple[Key, ...] = ("safety_rules", index)
    written = file.data["safety_rules"][index]
    if not isinstance(written, dict) or not written.get("name"):
        file.fail("a rule needs a name", *where)
    name = written["name"]
    for key in sorted(set(written) - KEYS):
        file.fail(f"rule '{name}': unknown entry '{key}'", *where, key)
    if written.get("topic") not in TOPICS[kind]:
        file.fail(f"rule '{name}': topic must be one of {', '.join(TOPICS[kind])}", *where, "topic")
    if not isinstance(written.get("source"), str) or not written["source"].strip():
        file.fail(f"rule '{name}' needs a source", *where, "source")
    although = frozenset(_texts(file, *where, "although"))
    if although - guards:
        file.fail(f"rule '{name}': 'although' may name {', '.join(sorted(guards))}", *where, "although")
    rule = Rule(
        kind=kind,
        name=str(name),
        topic=written["topic"],
        source=written["source"],
        patterns=read_phrases(file, groups, *where, "patterns"),
        signs=read_phrases(file, groups, *where, "signs"),
        unless=read_phrases(file, groups, *where, "unless"),
        unless_anywhere=read_phrases(file, groups, *where, "unless_anywhere"),
        although=although,
        examples=_texts(file, *where, "examples"),
        silent=_texts(file, *where, "not"),
        file=file.path,
        line=file.line(*where),
    )
    if not rule.patterns + rule.signs:
        file.fail(f"rule '{name}' needs patterns or signs", *where)
    if len(rule.examples) < FEWEST_EXAMPLES:
        file.fail(f"rule '{name}' needs at least {FEWEST_EXAMPLES} examples", *where, "examples")
    return rule


def _texts(file: YamlFile, *keys: Key) -> tuple[str, ...]:
    """The list of texts under `keys`; () when there is none."""
    value: Any = file.data
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else value[key]
    if value is None:
        return ()
    if not isinstance(value, list):
        file.fail(f"'{keys[-1]}' must be a list", *keys)
    for index, text in enumerate(value):
        if not isinstance(text, str) or not text.strip():
            file.fail(f"'{keys[-1]}': expected a text in quotes, found {text!r}", *keys, index)
    return tuple(value)


def _node(file: YamlFile, written: str, groups: Mapping[str, Node], *keys: Key) -> Node:
    try:
        return read_node(written, groups)
    except PhraseError as error:
        raise DataError(f"{file.path}:{file.line(*keys)}: '{keys[-1]}': {error}") from None
