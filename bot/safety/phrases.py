"""The mini language of data/safety: phrases in plain words, turned into regular expressions.

    chest pain            these words, next to each other
    can't .. {breathing}  up to three words may stand in between (but no "no", no "without"); `..6` allows six
    [really] bad          a word that may be missing
    (left|right) arm      one of these
    {breathing}           one of the phrases under `words:`
    numb*                 any ending
    # ####  38.5          a number in digits, a year, this number
    ^ $                   first, last word of a sentence
    chest pain & sweating both somewhere in the message, in any order

A phrase is matched against `Message.text`, where every word is followed by one space. Gaps are bounded, so matching
takes time in proportion to the length of the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Mapping, Sequence, Union

from bot.safety.contractions import expanded

DEFAULT_GAP = 3
LARGEST_GAP = 12
TOKEN = re.compile(r"\{(?P<group>\w+)\}|\.\.(?P<gap>\d*)|(?P<mark>[()\[\]|^$&?,]|####|#)|(?P<word>\d+[.,:]\d+|[^\W_][\w']*\*?)|(?P<skip>[\s-]+)")
NUMBERS = {"#": r"[0-9][^ ]* ", "####": "(?:19|20)[0-9][0-9] "}
# Words found in most messages make poor signposts: see `Phrase.all_needed`.
FREQUENT = frozenset(
    "i a an the my me is am are was be been it to of in on and or not no do does did have has had he she they his her you your we "
    "this that at for with so just can will get got if what how like feel now".split()
)


class PhraseError(ValueError):
    """A phrase that cannot be read; the text says why."""


@dataclass(frozen=True)
class Word:
    text: str
    any_ending: bool = False


@dataclass(frozen=True)
class Gap:
    most: int


@dataclass(frozen=True)
class Number:
    sign: str


@dataclass(frozen=True)
class Edge:
    first: bool


@dataclass(frozen=True)
class Maybe:
    item: "Node"


@dataclass(frozen=True)
class Either:
    options: tuple["Node", ...]


@dataclass(frozen=True)
class Row:
    items: tuple["Node", ...]


Node = Union[Word, Gap, Number, Edge, Maybe, Either, Row]


class Phrase:
    """One phrase, ready to be looked for."""

    def __init__(self, written: str, parts: Sequence[Node]) -> None:
        self.written = written
        self.parts = parts
        # Of each of these sets one word (or beginning, with *) must be in the message; most phrases are ruled out by that alone.
        self.all_needed = tuple(sorted({needed for part in parts for needed in _all_needed(part)}, key=_cost))
        self.needed = self.all_needed[0]

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        """Made when first looked for: most phrases never are, and all together take seconds."""
        return [re.compile("(?<= )" + _regex(part)) for part in self.parts]

    @classmethod
    def read(cls, written: str, groups: Mapping[str, Node]) -> "Phrase":
        """Read a phrase whose `{names}` stand for `groups`.

        Raises:
            PhraseError: it cannot be read.
        """
        parts = [read_node(part, groups) for part in written.split(" & ")]
        if not any(map(_all_needed, parts)):
            raise PhraseError("it has no word that must be there")
        return cls(written, parts)

    def possible(self, words: frozenset[str]) -> bool:
        """Whether a message with these words (and beginnings) could hold it: much cheaper than to look."""
        return not any(needed.isdisjoint(words) for needed in self.all_needed)

    def find(self, text: str) -> list[list[tuple[int, int]]]:
        """For each part, where it stands in `text`; an empty list when a part is missing."""
        found = []
        for pattern in self._patterns:
            spans = [match.span() for match in pattern.finditer(text)]
            if not spans:
                return []
            found.append(spans)
        return found


def read_node(written: str, groups: Mapping[str, Node]) -> Node:
    """The tree of one phrase without `&`."""
    reader = _Reader(written, groups)
    node = reader.either()
    if reader.kind:
        raise PhraseError(f"{reader.value!r} does not belong there")
    return node


def words_of(node: Node) -> set[Word]:
    """All words written in a tree."""
    if isinstance(node, Word):
        return {node}
    if isinstance(node, Maybe):
        return words_of(node.item)
    if isinstance(node, (Either, Row)):
        return set().union(*(words_of(item) for item in (node.options if isinstance(node, Either) else node.items)))
    return set()


class _Reader:
    """Reads a phrase from left to right, one sign at a time."""

    def __init__(self, written: str, groups: Mapping[str, Node]) -> None:
        self._written, self._groups, self._at = written.lower().replace("’", "'"), groups, 0
        self.kind, self.value = "", ""
        self._next()

    def either(self) -> Node:
        options = [self._row()]
        while self.value == "|":
            self._next()
            options.append(self._row())
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _row(self) -> Node:
        items: list[Node] = []
        while self.kind and self.value not in ("|", ")", "]"):
            items += self._item()
        if not items:
            raise PhraseError("it is empty, or has nothing beside '|'")
        return items[0] if len(items) == 1 else Row(tuple(items))

    def _item(self) -> list[Node]:
        kind, value = self.kind, self.value
        self._next()
        if kind == "word":
            return [Word(value[:-1], True)] if value.endswith("*") else [Word(word) for word in expanded(value)]
        if kind == "gap":
            most = int(value[2:] or DEFAULT_GAP)
            if most > LARGEST_GAP:
                raise PhraseError(f"'{value}': at most {LARGEST_GAP} words may stand in between")
            return [Gap(most)]
        if kind == "group":
            if value[1:-1] not in self._groups:
                raise PhraseError(f"{value} is not under 'words:' above it")
            return [self._groups[value[1:-1]]]
        if value in "^$":
            return [Edge(value == "^")]
        if value in NUMBERS:
            return [Number(value)]
        if value in "?,":
            return [Word(value)]
        if value in "([":
            node, closing = self.either(), ")" if value == "(" else "]"
            if self.value != closing:
                raise PhraseError(f"'{closing}' is missing")
            self._next()
            return [node if value == "(" else Maybe(node)]
        raise PhraseError(f"{value!r} does not belong there")

    def _next(self) -> None:
        self.kind, self.value = "", ""
        while self._at < len(self._written):
            match = TOKEN.match(self._written, self._at)
            if not match:
                raise PhraseError(f"{self._written[self._at]!r} does not belong there")
            self._at = match.end()
            if match.lastgroup != "skip":
                self.kind, self.value = str(match.lastgroup), match[0]
                return


def _regex(node: Node) -> str:
    if isinstance(node, Word):
        return re.escape(node.text) + ("[^ ]* " if node.any_ending else " ")
    if isinstance(node, Gap):
        return f"(?:(?!(?:no|not|without|nor|neither) )[^ .?]+ ){{0,{node.most}}}?"
    if isinstance(node, Number):
        return NUMBERS[node.sign]
    if isinstance(node, Edge):
        return "(?<=[.?] )" if node.first else "(?=[.?] )"
    if isinstance(node, Maybe):
        return f"(?:{_regex(node.item)})?"
    if isinstance(node, Either):
        return f"(?:{'|'.join(_regex(option) for option in node.options)})"
    return "".join(_regex(item) for item in node.items)


def _all_needed(node: Node) -> list[frozenset[str]]:
    """Sets of words; every match holds at least one word of each set."""
    if isinstance(node, Word):
        return [frozenset({node.text + "*" * node.any_ending})]
    if isinstance(node, Either):
        options = [_all_needed(option) for option in node.options]
        return [frozenset().union(*(min(option, key=_cost) for option in options))] if all(options) else []
    if isinstance(node, Row):
        return [needed for item in node.items for needed in _all_needed(item)]
    return []


def _cost(choice: frozenset[str]) -> int:
    return sum(30 if word in FREQUENT or not word else 1 for word in choice)
