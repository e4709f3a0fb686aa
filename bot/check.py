"""`./nerveline check`: everything that a person may have edited, with file and line for whatever is wrong."""

from __future__ import annotations

import re
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Iterator, Sequence

from bot.answers.catalogue import FAQ, Catalogue, Response
from bot.errors import NervelineError
from bot.language.several import ABOUT_THE_CHAT, STAFF, read_several
from bot.safety.redaction import Redactor
from bot.safety.screen import Screen
from bot.settings import ROOT, Settings
from bot.yaml_file import YamlFile

HIGHEST_GRADE = 8.0  # Flesch-Kincaid, US school grade
MOST_WORDS = 95
FEWEST_EXAMPLES = 20
NEAR = 0.8  # share of words that two examples of different topics may have in common before somebody should look


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (`error`) or worth a look."""

    where: str
    what: str
    error: bool = True


@dataclass(frozen=True)
class Example:
    """One training example and where it stands."""

    intent: str
    text: str
    where: str


def check() -> int:
    """Print all findings; returns 1 when one of them is an error."""
    findings: list[Finding] = []
    try:
        settings = Settings.load()
        catalogue = Catalogue.load(settings.data)
        Screen.load(settings.data / "safety")
        Redactor.load(settings.data / "terms")
        examples = list(read_examples(settings.data / "nlu"))
        several = read_several(settings.data / "several")
    except NervelineError as error:
        print(error)
        return 1
    asked = [Example("several", text, "data/several") for text, _ in several]
    findings += [*check_answers(catalogue, date.today()), *check_examples(examples, catalogue.topics), *check_several(several, examples, catalogue.topics), *check_leaks([*examples, *asked], ROOT / "tests")]
    for finding in findings:
        print(f"{'' if finding.error else 'warning: '}{finding.where}: {finding.what}")
    errors = sum(finding.error for finding in findings)
    print(f"{len(catalogue.topics)} answers, {len(examples)} training examples: {errors} errors, {len(findings) - errors} warnings.")
    return 1 if errors else 0


def check_answers(catalogue: Catalogue, today: date) -> Iterator[Finding]:
    """Reading grade, length and review dates of every text that visitors read."""
    for response in (variation for variations in catalogue.responses.values() for variation in variations):
        where = f"{response.file.relative_to(ROOT) if response.file.is_relative_to(ROOT) else response.file}:{response.line}"
        for part, text in (("text", response.text), ("more", response.more)):
            grade = reading_grade(text)
            if grade > HIGHEST_GRADE:
                yield Finding(where, f"{response.name}: {part} reads at grade {grade:.1f}, more than {HIGHEST_GRADE:.0f}")
        if response.topic and len(response.text.split()) > MOST_WORDS:
            yield Finding(where, f"{response.name}: the answer has {len(response.text.split())} words, more than {MOST_WORDS}; move some to 'more'")
        yield from _check_dates(response, where, today)
    questions = [response[0].question for name, response in catalogue.responses.items() if name.startswith(FAQ)]
    for question in {question for question in questions if questions.count(question) > 1}:
        yield Finding("data/answers", f"the question {question!r} stands for two topics")


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade by textstat; 0 for texts too short to be judged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # textstat 0.7.4 uses pkg_resources
        import textstat
    plain = re.sub(r"\{[^}]*\}", "it", text)
    return float(textstat.flesch_kincaid_grade(plain)) if len(plain.split()) >= 8 else 0.0


def read_examples(folder: Path) -> Iterator[Example]:
    """All training examples.

    Raises:
        DataError: a file is not as Rasa wants it.
    """
    for path in sorted(folder.rglob("*.yml")):
        file = YamlFile(path)
        listed = file.data.get("nlu") if isinstance(file.data, dict) else None
        if not isinstance(listed, list):
            file.fail("expected 'nlu:' with a list of intents")
        for index, item in enumerate(listed):
            if not isinstance(item, dict) or "intent" not in item or not isinstance(item.get("examples"), str):
                file.fail("expected 'intent:' and 'examples: |'", "nlu", index)
            first = file.line("nlu", index, "examples") + 1
            for number, line in enumerate(item["examples"].splitlines()):
                if line.startswith("- "):
                    yield Example(item["intent"], line[2:].strip(), f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{first + number}")


def check_examples(examples: Sequence[Example], topics: Sequence[str]) -> Iterator[Finding]:
    """Every topic has enough examples, and no example stands, or nearly stands, under two."""
    count: dict[str, int] = defaultdict(int)
    for example in examples:
        count[example.intent] += 1
    for topic in topics:
        if count[f"faq/{topic}"] < FEWEST_EXAMPLES:
            yield Finding("data/nlu", f"faq/{topic} has {count[f'faq/{topic}']} examples, fewer than {FEWEST_EXAMPLES}")
    for intent in count:
        if intent.startswith("faq/") and intent[4:] not in topics:
            yield Finding(next(example.where for example in examples if example.intent == intent), f"{intent} has no answer in data/answers")
    seen: dict[str, Example] = {}
    for example in examples:
        earlier = seen.setdefault(plain(example.text) or example.text, example)
        if earlier is not example:
            same = earlier.intent == example.intent
            yield Finding(example.where, f"{example.text!r} stands already at {earlier.where}{'' if same else f' as {earlier.intent}'}", error=not same)
    yield from _near_duplicates(list(seen.values()))


def check_several(several: Sequence[tuple[str, frozenset[str]]], examples: Sequence[Example], topics: Sequence[str]) -> Iterator[Finding]:
    """Messages of several parts name topics that exist, and none of them is a training example of a topic."""
    trained = {plain(example.text): example for example in examples}
    for text, asks in several:
        for topic in sorted(asks - {*topics, *ABOUT_THE_CHAT, *STAFF}):
            yield Finding("data/several", f"{text!r} asks about '{topic}', which has no answer in data/answers")
        if plain(text) in trained:
            yield Finding(trained[plain(text)].where, f"{text!r} stands in data/several too")


def check_leaks(examples: Sequence[Example], tests: Path) -> Iterator[Finding]:
    """No question of a test file stands in the training data."""
    trained = {plain(example.text): example for example in examples if len(example.text.split()) >= 3}
    for path in sorted(tests.rglob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found = re.search(r'"text":\s*"((?:[^"\\]|\\.)*)"', line)
            example = trained.get(plain(found[1])) if found else None
            if example:
                yield Finding(f"{path.relative_to(ROOT)}:{number}", f"this test question is a training example: {example.where}")


def plain(text: str) -> str:
    """Lower-case words only, so that punctuation and capitals do not hide a repetition."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _near_duplicates(examples: Sequence[Example]) -> Iterator[Finding]:
    """Pairs of different topics that share most of their words (at least four).

    Two such share one of their rarest words (Chaudhuri et al., "A Primitive Operator for Similarity Joins in Data Cleaning",
    ICDE 2006), so each is compared with few others.
    """
    words = [frozenset(plain(example.text).split()) for example in examples]
    count = Counter(word for found in words for word in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(words):
        if len(found) < 4:
            continue
        rarest = sorted(found, key=lambda word: (count[word], word))[: len(found) - ceil(NEAR * len(found)) + 1]
        for other in sorted({candidate for word in rarest for candidate in holders[word]}):
            if examples[other].intent != examples[number].intent and len(found & words[other]) >= NEAR * len(found | words[other]):
                yield Finding(examples[number].where, f"nearly the same as {examples[other].where} ({examples[other].intent}): {examples[number].text!r}", error=False)
        for word in rarest:
            holders[word].append(number)


def _check_dates(response: Response, where: str, today: date) -> Iterator[Finding]:
    if not response.reviewed_on:
        return
    reviewed, due = date.fromisoformat(response.reviewed_on), date.fromisoformat(response.review_due)
    if reviewed > today or due <= reviewed:
        yield Finding(where, f"{response.name}: reviewed_on {reviewed} and review_due {due} cannot be right")
    elif due < today:
        yield Finding(where, f"{response.name}: its review was due on {due}")
