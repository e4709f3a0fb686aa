"""What stands around a finding: a finding that is denied, long past, or only asked about in general is no alarm.

The phrases are in `context.yml`; here is only how far each of them reaches. When in doubt a finding stands.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Mapping, Sequence

from bot.safety.normalise import Message
from bot.safety.phrase_book import PhraseBook
from bot.safety.phrases import Node, Phrase
from bot.safety.rule_file import read_groups, read_phrases
from bot.yaml_file import YamlFile

LISTS = (
    *("negators", "no_denials", "denied_after", "there_after", "turns", "clauses", "past_clauses"),
    *("past", "past_of", "past_closed", "events", "illnesses", "lasting", "present", "returned"),
    *("general", "said_after", "supposed", "elsewhere", "fiction", "happening", "own", "mine", "idioms"),
)
GUARDS = frozenset({"negated", "past", "past_tense", "lasting", "general", "supposed", "elsewhere"})
WORDS_AROUND = ("left_over", "span_words", "seen_to", "wishes", "sudden_words", "articles", "just_before")
WORD_LISTS = ("between_no_and_finding", "other_signs", "verbs", "joiners", "past_words", "present_words", "lasting_links", *WORDS_AROUND)
LINKS = {",", "and"}
CHOICES = {"or", "nor"}
PAST_TENSE = frozenset({"was", "were", "had"})
FIRST_PERSON = frozenset({"i", "my", "me", "we", "our"})
NEAR = 7  # words between a weak sign and what excuses it
Range = tuple[int, int]
NEXT = 2  # words between plain wording and what excuses it
REACH = 8  # words between the beginning of a question and what it asks about; a longer way leads to another matter
CLOSE = 3  # words between "why do I" and what is asked about: "have a bad"


class Context:
    """The phrases of `context.yml`, and of `context_*.yml`: sayings, other languages."""

    def __init__(self, book: PhraseBook[str], word_lists: Mapping[str, frozenset[str]], groups: Mapping[str, Node]) -> None:
        self._book = book
        self.word_lists = word_lists
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
        return cls(PhraseBook(phrases), {name: frozenset(found) for name, found in words.items()}, shared)

    def around(self, message: Message) -> "Surroundings":
        """The context of every place in `message`."""
        return Surroundings(self, message, self._book)


class Surroundings:
    """The context phrases found in one message."""

    def __init__(self, context: Context, message: Message, book: PhraseBook[str]) -> None:
        self._words, self._message, self._book = context.word_lists, message, book

    def silence(self, finding: Range, guards: frozenset[str]) -> str:
        """Why `finding` is no alarm, or ""."""
        if any(start <= finding[0] and finding[1] <= end for start, end in self._found["idioms"]):
            return "idiom"
        for guard in sorted(guards):
            if getattr(self, "_" + guard)(finding):
                return guard
        return ""

    def belong(self, finding: Range, excuse: Range, near: int) -> bool:
        """Whether an excuse stands close enough to a finding, in the same thought, to be about it."""
        first, behind = self._message.sentence(finding[0])
        if not first <= excuse[0] < behind or not excuse[0] - near <= finding[1] or not finding[0] <= excuse[1] + near:
            return False
        return not self._turned(min(finding[1], excuse[1]), max(finding[0], excuse[0]))

    @cached_property
    def _found(self) -> dict[str, list[Range]]:
        found: dict[str, list[Range]] = {name: [] for name in LISTS}
        for name, span in self._book.find(self._message):
            found[name].append(span)
        return found

    @cached_property
    def _clauses(self) -> list[int]:
        """Where a clause begins without a comma or "and": "last year my son died | i want to die", but not "when i want"."""
        return self._begun("clauses")

    @cached_property
    def _past_clauses(self) -> list[int]:
        return self._begun("past_clauses")

    def _begun(self, name: str) -> list[int]:
        words, joiners = self._message.words, self._words["joiners"]
        return [start for start, _ in self._found[name] if words[start - 1] not in joiners]

    def _negated(self, finding: Range) -> bool:
        """ "no chest pain", "I don't have any fever or chills", "chest pain: no"."""
        words, lists = self._message.words, self._words
        between, signs = lists["between_no_and_finding"] | lists["other_signs"] | {","}, lists["other_signs"]
        first = self._message.sentence(finding[0])[0]
        stated = self._is_clause(finding)
        for start, end in self._found["negators"]:
            if _meets((start, end), self._found["no_denials"]) or any(end < clause <= finding[0] for clause in self._clauses):
                continue
            gap = set(words[end : finding[0]])
            # "no fever and my chest hurts", "no pain face drooping": the second is a statement of its own.
            if stated and (gap & LINKS or gap & signs and not gap & CHOICES):
                continue
            # "no fever chest pain since this morning"
            if gap & signs and any(start <= finding[1] + 1 and finding[1] <= start for start, _ in self._found["there_after"]):
                continue
            if first <= start < end <= finding[0] and gap <= between and words[end] != ",":
                return True
        return not stated and any(start == finding[1] for start, _ in self._found["denied_after"])

    def _is_clause(self, finding: Range) -> bool:
        """Whether the finding has a verb: "no fever and my chest hurts" denies the fever only."""
        return not self._words["verbs"].isdisjoint(self._message.words[finding[0] : finding[1] + 1])

    def _past(self, finding: Range) -> bool:
        """A time long ago in the same thought, and nothing that says it goes on now or came back.

        A time behind what it dates reaches no further: "bypass in 2019, crushing chest pain" is about now.
        """
        if self._is_present(finding):
            return False
        first, behind = self._thought(finding)
        if not PAST_TENSE.isdisjoint(self._message.words[finding[0] : finding[1]]):  # "a stroke in 2010, and my arm was weak"
            first, behind = self._message.sentence(finding[0])
        if not (self._dated(finding, first, behind) or self._closed(finding) or self._once(finding, first, behind)):
            return False
        return not self._goes_on(finding, first, behind)

    def _dated(self, finding: Range, first: int, behind: int) -> bool:
        words = self._message.words
        if self._is_past(finding) or not self._words["left_over"].isdisjoint(words[max(first, finding[0] - CLOSE) : finding[1] + 1]):
            return self._has("past", first, behind)
        events = {end for _, end in self._found["events"]}
        return any(
            first <= start and end <= behind and start not in events and "," not in words[finding[1] : start]
            and (start >= finding[0] or start - first < CLOSE or words[end] == "when")
            for start, end in self._found["past"]
        )  # fmt: skip

    def _closed(self, finding: Range) -> bool:
        """ "went in with chest pain, they said my heart was fine"."""
        words, (first, behind) = self._message.words, self._message.sentence(finding[0])
        told = not (self._words["past_words"] | self._words["seen_to"]).isdisjoint(words[first : finding[1]])
        again = self._has("present", finding[1], behind, outside=self._found["past_closed"])  # "they said it was reflux but now ..."
        return told and not again and any(finding[1] <= start and end <= behind for start, end in self._found["past_closed"])

    def _past_tense(self, finding: Range) -> bool:
        """Like `past`, for wording that must itself be of the past: "I wanted to die in 2019", not "I want to die since 2019"."""
        first, behind = self._thought(finding)
        if self._is_present(finding) or not self._is_past(finding) and not self._once(finding, first, behind):
            return False
        return (self._has("past", first, behind) or self._once(finding, first, behind)) and not self._goes_on(finding, first, behind)

    def _once(self, finding: Range, first: int, behind: int) -> bool:
        """ "history of ...", "survived a ..." right before it."""
        words = self._message.words
        return any(
            first <= start <= finding[0] and end <= behind and (finding[0] < end or words[end - 1] in self._words["just_before"] and finding[0] <= end + NEXT)
            for start, end in self._found["past_of"]
        )

    def _goes_on(self, finding: Range, first: int, behind: int) -> bool:
        if self._has("present", first, behind, outside=[*self._found["past"], *self._found["past_of"]]):
            return True
        return self._has("returned", finding[0], len(self._message.words))

    def _is_past(self, finding: Range) -> bool:
        return not self._words["past_words"].isdisjoint(self._wording(finding))

    def _is_present(self, finding: Range) -> bool:
        """ "I can not breathe": whatever time is named beside it, this is now."""
        wording = self._wording(finding)
        if not self._words["wishes"].isdisjoint(wording):  # "I wish I had died"
            return True
        return not self._words["present_words"].isdisjoint(wording) and not self._is_past(finding)

    def _wording(self, finding: Range) -> Sequence[str]:
        """The words of a finding with those just before it, which hold its verb."""
        return self._message.words[max(self._thought(finding)[0], finding[0] - CLOSE) : finding[1]]

    def _lasting(self, finding: Range) -> bool:
        """ "numb feet for years", unless something new is said of it."""
        first, behind = self._thought(finding)
        if not self._words["sudden_words"].isdisjoint(self._wording(finding)):
            return False
        opening = self._message.sentence(finding[0])[0], first  # "since my stroke in 2019 | my speech is slow"
        near = any((start, end) == opening or first <= start and end <= behind and self._spans(finding, (start, end)) for start, end in self._found["lasting"])
        return near and not self._has("present", first, behind, outside=self._found["lasting"])

    def _spans(self, finding: Range, time: Range) -> bool:
        """Whether a time is close to a finding, and about it: not "numb, on insulin for years"."""
        between = self._message.words[finding[1] : time[0]]
        if time[0] - finding[1] > NEAR or finding[0] - time[1] > NEAR:
            return False
        if "," not in between:
            return True
        after = between[between.index(",") + 1 :]
        return set(after) <= self._words["lasting_links"] and (bool(after) or self._message.words[time[0]] in self._words["span_words"])

    def _general(self, finding: Range) -> bool:
        """ "can neuropathy cause ...?", but not "why do I have ...?", and not when the visitor adds "I have it now"."""
        if self._mine(finding):
            return False
        return self._said_after(finding) or self._asked("general", finding, ("happening", "own"))

    def _said_after(self, finding: Range) -> bool:
        """ "a collapsed lung, how likely is that?", but not "my face is drooping, is that common?"."""
        first, behind = self._message.sentence(finding[0])
        told = any(self._has(name, first, behind) for name in ("own", "happening", "present"))
        words = self._message.words
        named = not self._words["articles"].isdisjoint(words[finding[0] - 1 : finding[0] + 1]) or self._has("illnesses", finding[0], finding[1])
        return not told and named and self._has("said_after", finding[1], behind)

    def _supposed(self, finding: Range) -> bool:
        """ "what if I ...", "I'm afraid that I might ...", but not "what does it mean if I ..."."""
        return not self._mine(finding) and self._asked("supposed", finding, ("happening",))

    def _elsewhere(self, finding: Range) -> bool:
        """In a film, the news, a school report: nobody here is ill, unless visitors speak of themselves or of now."""
        if FIRST_PERSON & set(self._message.words[max(0, finding[0] - CLOSE) : finding[1]]) or self._found["happening"]:
            return False
        words, (first, behind) = self._message.words, self._message.sentence(finding[0])
        told = [(start, end) for start, end in self._found["elsewhere"] if first <= start < behind and "," not in words[finding[1] : start]]
        if any(not self._turned(min(finding[1], end), max(finding[0], start)) for start, end in told):
            return True
        return any(not self._has("turns", min(finding[1], end), max(finding[0], start)) for start, end in self._found["fiction"])

    def _mine(self, finding: Range) -> bool:
        """Whether a question is about the visitor's own finding: "why do I have", "can you treat my"."""
        first = self._message.sentence(finding[0])[0]
        return any(first <= start <= finding[0] <= end + CLOSE for start, end in self._found["mine"])

    def _asked(self, name: str, finding: Range, disproofs: tuple[str, ...]) -> bool:
        first = self._message.sentence(finding[0])[0]
        for start, end in self._found[name]:
            if first <= start <= finding[0] <= end + REACH and not self._turned(end, finding[0]):
                return not any(self._has(other, 0, len(self._message.words), outside=self._found[name]) for other in disproofs)
        return False

    def _thought(self, finding: Range) -> Range:
        """The part of the sentence around `finding`, cut at turns ("but", "and now")."""
        first, behind = self._message.sentence(finding[0])
        for start, end in [*self._found["turns"], *((start, start) for start in self._clauses)]:
            if first <= start and end <= finding[0]:
                first = max(first, start)
            elif finding[1] <= start < behind:
                behind = start
        return first, behind

    def _turned(self, first: int, behind: int) -> bool:
        """Whether a new thought begins between these two places."""
        return self._has("turns", first, behind) or any(first <= start <= behind for start in self._clauses + self._past_clauses)

    def _has(self, name: str, first: int, behind: int, *, outside: Sequence[Range] = ()) -> bool:
        """Whether a phrase of list `name` stands between these tokens, apart from those in `outside`."""
        return any(first <= start and end <= behind and not _meets((start, end), outside) for start, end in self._found[name])


def _meets(span: Range, others: Sequence[Range]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
