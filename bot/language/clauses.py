"""A blank English spaCy pipeline that splits a message into parts, so that each question in it is understood on its own.

Where one question ends and the next begins is not certain ("tingling and burning"; "cost and parking"), so the message is
cut generously, and all runs of neighbouring parts are read; `asking` decides which of them ask about something.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

ENDS = frozenset(".?!;:\n。？！")
JOINS = frozenset("and also but plus then or & + n nd so because cuz coz".split())
SEPARATORS = frozenset({",", "/", "-", "–", "—", "...", "…"})
INSIDE_WORDS = (r"[?!;。？！]", r"(?<=[a-z])\.(?=[a-z]{2})", r"(?<=[a-z]{2})&(?=[a-z]{2})")  # "hurt?where", "toes.how", "cost&parking"
# A question may begin without any sign ("how does it work how long does it take") with one of these and a verb.
QUESTION_WORDS = frozenset("what whats how hows when where wheres who whos why which".split())
VERBS = frozenset("is are do does did can could will would should may have has was were am".split())
SUBJECTS = frozenset("it you i they there the my we u".split())
BEFORE_A_CLAUSE = frozenset("know tell ask see wonder wondering sure about of me you if to that understand explain matter idea in for at from on by with no".split())
# A message as short as a list, with none of these: each of its words may be a part ("cost insurance parking").
IN_SENTENCES = frozenset(
    "i im ive you he she it we they my your his her our their me him us them a an the this that these those to of in on at for with from by about as if "
    "not no dont cant please yes ok okay hi hello thanks thank get got need want go going be been being take make feel".split()
)
LONGEST_LIST = 6  # words
FEWEST_BEFORE = 3  # tokens that an unmarked question needs in front of it
MOST_PARTS = 8  # more are a story: then only its sentences count, and above that it is taken as a whole
LONGEST_RUN = 3


@dataclass(frozen=True)
class Run:
    """Neighbouring parts of a message, from number `first` to `last`, and their text."""

    first: int
    last: int
    text: str

    @property
    def numbers(self) -> set[int]:
        """The numbers of its parts."""
        return set(range(self.first, self.last + 1))


@lru_cache(maxsize=1)
def make_nlp() -> Language:
    """The pipeline, one for all: tokens, then the parts as `doc.spans["parts"]`."""
    nlp = spacy.blank("en")
    nlp.tokenizer.infix_finditer = spacy.util.compile_infix_regex([*nlp.Defaults.infixes, *INSIDE_WORDS]).finditer
    nlp.add_pipe("part_splitter")
    return nlp


@Language.component("part_splitter")
def part_splitter(doc: Doc) -> Doc:
    """Mark the parts of `doc`."""
    for begins in (_begins_part, _begins_sentence):
        starts = [0, *(index for index in range(1, len(doc)) if begins(doc, index)), len(doc)]
        if len(starts) == 2 and _is_list(doc):
            starts = [*(token.i for token in doc if not token.is_punct), len(doc)]
        spans = [_trimmed(doc, start, end) for start, end in zip(starts, starts[1:])]
        found = [doc[start:end] for start, end in spans if start < end]
        if len(found) <= MOST_PARTS:
            break
    doc.spans["parts"] = found if len(found) <= MOST_PARTS else []
    return doc


def runs(doc: Doc) -> list[Run]:
    """All runs of neighbouring parts but the whole message; empty for a message of one part, or of too many."""
    parts = doc.spans["parts"]
    return [
        Run(first, last, doc[parts[first].start : parts[last].end].text)
        for first in range(len(parts))
        for last in range(first, min(first + LONGEST_RUN, len(parts)))
        if last - first + 1 < len(parts)
    ]


def _is_list(doc: Doc) -> bool:
    """Whether it may be a list of nouns without a sign between them."""
    words = {token.lower_ for token in doc if token.is_alpha}
    return 2 <= len(words) <= LONGEST_LIST and words.isdisjoint(IN_SENTENCES | VERBS | QUESTION_WORDS)


def _begins_sentence(doc: Doc, index: int) -> bool:
    before = doc[index - 1].text
    return before[0] in ENDS or (before.isspace() and "\n" in before)


def _begins_part(doc: Doc, index: int) -> bool:
    before, token = doc[index - 1], doc[index]
    if _begins_sentence(doc, index) or before.lower_ in JOINS or before.text in SEPARATORS:
        return True
    following = doc[index + 1].lower_ if index + 1 < len(doc) else ""
    if token.lower_ in VERBS:
        asked_already = any(word.lower_ in QUESTION_WORDS for word in doc[max(0, index - 3) : index])  # "how well | does it work"
        asks = following in SUBJECTS and not asked_already
    else:
        asks = token.lower_ in QUESTION_WORDS
    return asks and index >= FEWEST_BEFORE and before.lower_ not in BEFORE_A_CLAUSE | QUESTION_WORDS


def _trimmed(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Without joining words and punctuation at either end, but with its question mark."""
    while start < end and (doc[start].lower_ in JOINS or doc[start].is_punct or doc[start].is_space):
        start += 1
    while end > start and (doc[end - 1].lower_ in JOINS or doc[end - 1].text in SEPARATORS or doc[end - 1].is_space):
        end -= 1
    return start, end
