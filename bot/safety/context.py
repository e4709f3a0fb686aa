"""What stands around a finding: a finding that is denied, long past, or only asked about in general is no alarm.

The phrases are in `context.yml`; here is only how far each of them reaches. When in doubt a finding stands.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Mapping, Optional, Sequence

from bot.safety.normalise import Message
from bot.safety.phrase_book import PhraseBook
from bot.safety.phrases import Node, Phrase
from bot.safety.rule_file import read_groups, read_phrases
from bot.yaml_file import YamlFile

LISTS = (
    *("negators", "no_denials", "denied_after", "turns", "past", "lasting", "present", "returned"),
    *("general", "said_after", "supposed", "elsewhere", "happening", "own", "mine", "idioms"),
)
GUARDS = frozenset({"negated", "past", "lasting", "general", "supposed", "elsewhere"})
WORD_LISTS = ("between_no_and_finding", "verbs")
LINKS = {",", "and"}
PAST_TENSE = frozenset({"was", "were", "had"})
FIRST_PERSON = frozenset({"i", "my", "me", "we", "our"})
NEAR = 7  # words between a finding and what excuses it
Range = tuple[int, int]
REACH = 8  # words between the beginning of a question and what it asks about; a longer way leads to another matter
CLOSE = 3  # words between "why do I" and what is asked about: "have a bad"


class Context:
    """The phrases of `context.yml`, and of `context_*.yml` for other languages."""

    def __init__(self, book: PhraseBook[str], between: frozenset[str], verbs: frozenset[str], groups: Mapping[str, Node]) -> None:
        self._book = book
        self.between, self.verbs = between, verbs
        self.groups = groups
        self.words = book.words()

    @classmethod
    def load(cls, folder: Path) -> "Context":
        """Read the files in `folder`.

        Raises:
            DataError: with file and line.
        """
        first = YamlFile(folder / "context.yml")
        shared = read_groups(first, {})
        phrases: list[tuple[str, Phrase]] = []
        words: dict[str, set[str]] = {name: set() for name in WORD_LISTS}
        for file in (first, *map(YamlFile, sorted(folder.glob("context_*.yml")))):
            groups = shared if file is first else read_groups(file, shared)
            section = file.section("context")
            for name in section:
                if name not in (*LISTS, *WORD_LISTS):
                    file.fail(f"unknown list '{name}'", "context", name)
            for name in LISTS:
                phrases += [(name, phrase) for phrase in read_phrases(file, groups, "context", name)]
            for name in WORD_LISTS:
                written = section.get(name, None if file is first else "")
                if not isinstance(written, str):
                    file.fail("expected words, separated by spaces", "context", name)
                words[name].update(written.split())
        return cls(PhraseBook(phrases), frozenset(words["between_no_and_finding"] | {","}), frozenset(words["verbs"]), shared)

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
        """A time long ago in the same thought, and nothing that says it goes on now or came back."""
        first, behind = self._thought(finding)
        if not PAST_TENSE.isdisjoint(self._message.words[finding[0] : finding[1]]):  # "a stroke in 2010, and my arm was weak"
            first, behind = self._message.sentence(finding[0])
        if self._has("past", first, behind) and not self._has("present", first, behind, outside=self._found["past"]):
            return not self._has("returned", finding[0], len(self._message.words))
        return False

    def _lasting(self, finding: Range) -> bool:
        """ "numb feet for years", unless something new is said of it."""
        first, behind = self._thought(finding)
        return self._has("lasting", first, behind) and not self._has("present", first, behind, outside=self._found["lasting"])

    def _general(self, finding: Range) -> bool:
        """ "can neuropathy cause ...?", but not "why do I have ...?", and not when the visitor adds "I have it now"."""
        if self._mine(finding):
            return False
        behind = self._message.sentence(finding[0])[1]
        return self._has("said_after", finding[1], behind) or self._asked("general", finding, ("happening", "own"))

    def _supposed(self, finding: Range) -> bool:
        """ "what if I ...", "I'm afraid that I might ...", but not "what does it mean if I ..."."""
        return not self._mine(finding) and self._asked("supposed", finding, ("happening",))

    def _elsewhere(self, finding: Range) -> bool:
        """In a film, the news, a school report: nobody here is ill, unless visitors speak of themselves or of now."""
        if FIRST_PERSON & set(self._message.words[max(0, finding[0] - CLOSE) : finding[1]]):
            return False
        return bool(self._found["elsewhere"]) and not self._found["happening"]

    def _mine(self, finding: Range) -> bool:
        """Whether a question is about the visitor's own finding: "why do I have", "can you treat my"."""
        first = self._message.sentence(finding[0])[0]
        return any(first <= start <= finding[0] <= end + CLOSE for start, end in self._found["mine"])

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
