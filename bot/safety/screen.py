"""The safety screen: is this message an emergency, a crisis, or a plea for personal medical advice?

It runs before anything else, in every state of a conversation, and needs no model. The rules stand in data/safety.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional

from bot.safety.context import GUARDS, NEAR, NEXT, Context, Surroundings
from bot.safety.normalise import Message, normalise
from bot.safety.phrase_book import PhraseBook
from bot.safety.phrases import Phrase, words_of
from bot.safety.rule_file import TOPICS, Rule, read_rules
from bot.safety.spelling import Speller
from bot.safety.vocabulary import read_foreign_words, read_vocabulary
from bot.yaml_file import YamlFile

# "What if I died?" and "what's the point of living?" are no general questions, and wanting to die for years is still a crisis.
GUARDS_OF: Mapping[str, frozenset[str]] = {"emergency": GUARDS, "crisis": frozenset({"negated", "past_tense"}), "medical_advice": frozenset()}

ALARMS = ("emergency", "crisis")


@dataclass(frozen=True)
class Verdict:
    """What the screen found; `kind` is "" when it found nothing. `spans` are places in the original text.

    A verdict that is not `certain` rests on weaker wording. It counts, unless the learned classifier can be asked and finds
    nothing of the kind: most harmless messages that sound dangerous are told apart that way.
    """

    kind: str = ""
    topic: str = ""
    rule: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    certain: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "spans": [list(span) for span in self.spans]}


class Screen:
    """All rules, ready to be asked."""

    def __init__(self, rules: list[Rule], context: Context, speller: Speller) -> None:
        self.rules = tuple(rules)
        self._context = context
        self._speller = speller
        self._books = {
            (kind, signs): PhraseBook((rule, phrase) for rule in rules if rule.kind == kind for phrase in rule.patterns + rule.signs * signs)
            for kind in TOPICS
            for signs in (False, True)
        }

    @classmethod
    def load(cls, folder: Path) -> "Screen":
        """Read the rules in `folder`, and the vocabulary beside it (`../terms/vocabulary.txt`).

        Raises:
            DataError: anything is missing or wrong; the text names file, line and rule.
        """
        context = Context.load(folder)
        rules = [rule for kind in TOPICS for rule in read_rules(folder, kind, context.groups, GUARDS)]
        vocabulary = read_vocabulary(folder.parent / "terms" / "vocabulary.txt")
        foreign = read_foreign_words(folder / "spanish_words.txt")
        # Spanish is neither repaired nor repaired towards: "ciudad" is no "suicide", and a slip in English means no Spanish word.
        targets = _targets(rules, context, vocabulary) - (foreign - vocabulary)
        return cls(rules, context, Speller(vocabulary | foreign, targets, _replacements(folder / "spelling.yml")))

    def check(self, text: str, signs: bool = True) -> Verdict:
        """The verdict on one message: the gravest kind, and in it the rule that stands first; without `signs`, only a certain one."""
        message = normalise(text, self._speller)
        around = self._context.around(message)
        alarm = self._alarm(message, around, signs)
        if not alarm:
            return self._first("medical_advice", message, around, signs) or Verdict()
        certain = self._alarm(message, around, False)
        if certain and certain.kind == "crisis":
            return alarm if alarm.kind == "crisis" else certain  # no weak sign takes the place of plain words
        return replace(alarm, certain=certain is not None)

    def _alarm(self, message: Message, around: Surroundings, signs: bool) -> Optional[Verdict]:
        emergency = self._first("emergency", message, around, signs)
        if emergency and emergency.topic != "unspecified":
            return emergency
        # "Emergency, I'm going to kill myself" is better served by the crisis line than by a bare "call now".
        return self._first("crisis", message, around, signs) or emergency

    def _first(self, kind: str, message: Message, around: Surroundings, signs: bool) -> Optional[Verdict]:
        candidates: dict[str, list[Phrase]] = defaultdict(list)
        rules: dict[str, Rule] = {}
        for rule, phrase in self._books[kind, signs].candidates(message):
            candidates[rule.name].append(phrase)
            rules[rule.name] = rule
        for name, phrases in candidates.items():
            found = [span for phrase in phrases for span in _findings(rules[name], phrase, message, around)]
            if found:
                return Verdict(kind, rules[name].topic, name, _united(message.original_span(*span) for span in found))
        return None


def _findings(rule: Rule, phrase: Phrase, message: Message, around: Surroundings) -> list[tuple[int, int]]:
    """Where the phrase stands and is not silenced; every part of it must stand somewhere.

    Plain wording (a pattern) is excused only by what stands right beside it: "I want to die please cancel my membership" is no joke.
    """
    parts, plain = phrase.find(message.text), rule.kind in ALARMS and phrase in rule.patterns
    if not parts or not plain and any(_found(other, message) for other in rule.unless_anywhere):
        return []
    guards = GUARDS_OF[rule.kind] - rule.although
    excuses = [message.token_range(*span) for other in rule.unless for part in _found(other, message) for span in part]
    near = NEXT if plain else NEAR
    found: list[tuple[int, int]] = []
    for part in parts:
        spans = [message.token_range(*span) for span in part]
        kept = [span for span in spans if not around.silence(span, guards) and not any(around.belong(span, excuse, near) for excuse in excuses)]
        if not kept:
            return []
        found += kept
    return found


def _found(phrase: Phrase, message: Message) -> list[list[tuple[int, int]]]:
    return phrase.find(message.text) if phrase.possible(message.words_and_beginnings) else []


def _united(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The places in order, overlapping ones as one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(united)


def _targets(rules: list[Rule], context: Context, vocabulary: frozenset[str]) -> set[str]:
    """The words that rules and context look for, with the endings that the vocabulary knows."""
    phrases = [phrase for rule in rules for phrase in (*rule.patterns, *rule.signs, *rule.unless, *rule.unless_anywhere)]
    written = {word for phrase in phrases for part in phrase.parts for word in words_of(part)} | context.words
    beginnings = tuple(word.text for word in written if word.any_ending)
    whole = {word.text for word in written if not word.any_ending or word.text in vocabulary}
    return whole | {word for word in vocabulary if beginnings and word.startswith(beginnings)}


def _replacements(path: Path) -> Mapping[str, str]:
    file = YamlFile(path)
    section = file.section("replacements")
    for written, meant in section.items():
        if not isinstance(written, str) or not isinstance(meant, str):
            file.fail(f"{written!r}: expected two texts in quotes", "replacements", written)
    return section


