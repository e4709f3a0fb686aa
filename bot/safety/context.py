"""What stands around a finding: a finding that is denied, long past, or only asked about in general is no alarm.

The phrases are in `context.yml`; here is only how far each of them reaches. When in doubt a finding stands.
"""

from __future__ import annotations

from functools import cached_property
from typing import Mapping, Optional, Sequence

from bot.safety.normalise import Message
from bot.safety.phrase_book import PhraseBook
from bot.safety.phrases import Node, Phrase
from bot.safety.rule_file import read_groups, read_phrases
from bot.yaml_file import YamlFile

LISTS = (
    *("negators", "no_denials", "denied_after", "turns", "past", "lasting", "present", "general", "supposed", "happening", "own", "idioms"),
)
GUARDS = frozenset({"negated", "past", "lasting", "general", "supposed"})
WORD_LISTS = ("between_no_and_finding", "verbs")
LINKS = {",", "and"}
PAST_TENSE = frozenset({"was", "were", "had"})
NEAR = 7  # words between a finding and what excuses it
Range = tuple[int, int]
REACH = 8  # words between the beginning of a question and what it asks about; a longer way leads to another matter


class Context:
    """The phrases of `context.yml`."""

    def __init__(self, book: PhraseBook[str], between: frozenset[str], verbs: frozenset[str], groups: Mapping[str, Node]) -> None:
        self._book = book
        self.between, self.verbs = between, verbs
        self.groups = groups
        self.words = book.words()

    @classmethod
    def load(cls, file: YamlFile) -> "Context":
        """Read the file.

        Raises:
            DataError: with file and line.
        """
        groups = read_groups(file, {})
        section = file.section("context")
        for name in section:
            if name not in (*LISTS, *WORD_LISTS):
                file.fail(f"unknown list '{name}'", "context", name)
        phrases: list[tuple[str, Phrase]] = []
        for name in LISTS:
            phrases += [(name, phrase) for phrase in read_phrases(file, groups, "context", name)]
        for name in WORD_LISTS:
            if not isinstance(section.get(name), str):
                file.fail("expected words, separated by spaces", "context", name)
        between, verbs = (frozenset(section[name].split()) for name in WORD_LISTS)
        return cls(PhraseBook(phrases), between | {","}, verbs, groups)

    def around(self, message: Message) -> "Surroundings":
        """The context of every place in `message`."""
        return Surroundings(self, message, self._book)


class Surroundings:
    """The context phrases found in one message."""

    def __init__(self, context: Context, message: Message, book: PhraseBook[str]) -> None:
        self._context, self._message, self._book = context, message, book

    def silence(self, finding: Range, guards: frozenset[str]) -> str:
        """Why `finding` is no alarm, or ""."""
        if _meets(finding, self._found["idioms"]):
            return "idiom"
        for guard in sorted(guards):
            if getattr(self, "_" + guard)(finding):
                return guard
        return ""

    def belong(self, finding: Range, excuse: Range) -> bool:
        """Whether an excuse stands close enough to a finding, in the same thought, to be about it."""
        first, behind = self._message.sentence(finding[0])
        if not first <= excuse[0] < behind or not excuse[0] - NEAR <= finding[1] or not finding[0] <= excuse[1] + NEAR:
            return False
        return not self._has("turns", min(finding[1], excuse[1]), max(finding[0], excuse[0]))

    @cached_property
    def _found(self) -> dict[str, list[Range]]:
        found: dict[str, list[Range]] = {name: [] for name in LISTS}
        for name, span in self._book.find(self._message):
            found[name].append(span)
        return found

    def _negated(self, finding: Range) -> bool:
        """ "no chest pain", "I don't have any fever or chills", "chest pain: no"."""
        words, between = self._message.words, self._context.between
        first = self._message.sentence(finding[0])[0]
        for start, end in self._found["negators"]:
            if self._has("no_denials", first, len(words), over=start):
                continue
            gap = set(words[end : finding[0]])
            listed = bool(gap & LINKS) and self._is_clause(finding)
            if first <= start < end <= finding[0] and gap <= between and words[end] != "," and not listed:
                return True
        return any(start == finding[1] for start, _ in self._found["denied_after"])

    def _is_clause(self, finding: Range) -> bool:
        """Whether the finding has a verb: "no fever and my chest hurts" denies the fever only."""
        return not self._context.verbs.isdisjoint(self._message.words[finding[0] : finding[1] + 1])

    def _past(self, finding: Range) -> bool:
        """A time long ago in the same thought, and nothing that says it goes on now."""
        first, behind = self._thought(finding)
        if not PAST_TENSE.isdisjoint(self._message.words[finding[0] : finding[1]]):  # "a stroke in 2010, and my arm was weak"
            first, behind = self._message.sentence(finding[0])
        return self._has("past", first, behind) and not self._has("present", first, behind, outside=self._found["past"])

    def _lasting(self, finding: Range) -> bool:
        """ "numb feet for years", unless something new is said of it."""
        first, behind = self._thought(finding)
        return self._has("lasting", first, behind) and not self._has("present", first, behind, outside=self._found["lasting"])

    def _general(self, finding: Range) -> bool:
        """ "can neuropathy cause ...?", unless the visitor adds "I have it now"."""
        return self._asked("general", finding, ("happening", "own"))

    def _supposed(self, finding: Range) -> bool:
        """ "what if I ...", "I'm afraid that I might ..."."""
        return self._asked("supposed", finding, ("happening",))

    def _asked(self, name: str, finding: Range, disproofs: tuple[str, ...]) -> bool:
        first = self._message.sentence(finding[0])[0]
        for start, end in self._found[name]:
            if first <= start <= finding[0] <= end + REACH and not self._has("turns", end, finding[0]):
                return not any(self._has(other, 0, len(self._message.words), outside=self._found[name]) for other in disproofs)
        return False

    def _thought(self, finding: Range) -> Range:
        """The part of the sentence around `finding`, cut at turns ("but", "and now")."""
        first, behind = self._message.sentence(finding[0])
        for start, end in self._found["turns"]:
            if first <= start and end <= finding[0]:
                first = max(first, start)
            elif finding[1] <= start < behind:
                behind = start
        return first, behind

    def _has(self, name: str, first: int, behind: int, *, outside: Sequence[Range] = (), over: Optional[int] = None) -> bool:
        """Whether a phrase of list `name` stands between these tokens (over token `over`), apart from those in `outside`."""
        return any(
            first <= start and end <= behind and (over is None or start <= over < end) and not _meets((start, end), outside)
            for start, end in self._found[name]
        )


def _meets(span: Range, others: Sequence[Range]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
