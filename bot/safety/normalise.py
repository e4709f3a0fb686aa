"""A visitor's message as plain words, each of which still knows where it stands in the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Iterator

from bot.safety.spelling import Speller

LONGEST = 4000  # of a longer message, the beginning and the end are read
UNITS = "mg|mcg|ug|g|ml|units?|iu|pills?|tablets?|tabs?|caps?|x|hrs?|hours?|mins?|days?|weeks?|yrs?|years?|yo|am|pm|bpm"
PIECE = re.compile(
    rf"\d+(?=(?:{UNITS})\b)|"
    r"\d+(?:[.,:]\d+)+|[$@]?[^\W_](?:[^\W_]|['*@$!#|+]+(?=[^\W_]))*|[.]{2,}|[.!?;:,()\n]|[-–—]+(?=\s)|…"
)
SHORTEST_BEGINNING = 2  # of a word, before a star in a phrase
SENTENCE_ENDS = frozenset(".!;\n")
TITLES = frozenset("dr mr mrs ms st vs eg ie".split())
LOOKALIKES = str.maketrans("‘’`´ʼ′“”аеорсхуіѕӏԁ", "''''''\"\"aeopcxyisld")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True)
class Token:
    """One word as the rules read it; `start` and `end` are places in the original text."""

    text: str
    start: int
    end: int


class Message:
    """The words of a message."""

    def __init__(self, tokens: list[Token]) -> None:
        # A full stop at either end, so that every sentence has one on both sides.
        self.tokens = [Token(".", 0, 0), *tokens, Token(".", 0, 0)]
        self.words = [token.text for token in self.tokens]
        self.text = " " + " ".join(self.words) + " "

    @cached_property
    def words_and_beginnings(self) -> frozenset[str]:
        """Every word, and each of its beginnings with a star: "numb", "nu*", "num*", "numb*"."""
        words = set(self.words)
        return frozenset(words | {word[:length] + "*" for word in words for length in range(SHORTEST_BEGINNING, len(word) + 1)})

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 1
        for word in self.words:
            starts.append(at)
            at += len(word) + 1
        return starts

    def token_range(self, start: int, end: int) -> tuple[int, int]:
        """The tokens (first, behind the last) that a match in `text` covers."""
        return bisect_right(self._starts, start) - 1, bisect_left(self._starts, end)

    def original_span(self, first: int, behind: int) -> tuple[int, int]:
        """Where these tokens stand in the original."""
        return self.tokens[first].start, max(token.end for token in self.tokens[first:behind])

    def sentence(self, index: int) -> tuple[int, int]:
        """The tokens of the sentence around `index`."""
        first, behind = index, index
        while self.words[first - 1] not in ".?":
            first -= 1
        while behind < len(self.words) and self.words[behind] not in ".?":
            behind += 1
        return first, behind


def normalise(text: str, speller: Speller) -> Message:
    """Read a message: case, Unicode, signs used as letters, stretched words, run-together words, slips."""
    folded, places = _folded(text)
    if len(folded) > LONGEST:
        half = LONGEST // 2
        folded, places = folded[:half] + "\n" + folded[-half:], places[:half] + places[-half - 1 :]
    tokens = [Token(word, places[start], places[end - 1] + 1) for word, start, end in _pieces(folded, speller)]
    return Message(_with_phrases(tokens, speller))


def _folded(text: str) -> tuple[str, list[int]]:
    """Lower case without accents and look-alikes, and for each character its place in `text`."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters, places = [], []
    for place, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        for letter in unicodedata.normalize("NFKD", character).lower().translate(LOOKALIKES):
            if not unicodedata.combining(letter):
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def _pieces(text: str, speller: Speller) -> Iterator[tuple[str, int, int]]:
    """(word, start, end) for the words of `text`, repaired."""
    matches = list(PIECE.finditer(text))
    index = 0
    while index < len(matches):
        match = matches[index]
        run = _letters_apart(text, matches, index)
        if len(run) > 2 and speller.joined("".join(m[0] for m in run)):
            for word in speller.word("".join(m[0] for m in run)):
                yield word, run[0].start(), run[-1].end()
            index += len(run)
            continue
        before = matches[index - 1][0] if index else ""
        for word in _signs(match[0], before) or speller.word(match[0]):
            yield word, match.start(), match.end()
        index += 1


def _signs(piece: str, before: str) -> tuple[str, ...]:
    """The sign that a piece of punctuation counts as; nothing for a word."""
    if piece == "?":
        return ("?",)
    if piece in SENTENCE_ENDS:
        return ("," if piece == "." and before in TITLES else ".",)
    return () if piece[0].isalnum() or piece[0] in "$@" else (",",)


def _letters_apart(text: str, matches: list["re.Match[str]"], index: int) -> list["re.Match[str]"]:
    """Single letters in a row ("k.m.s", "d i e"), without the signs between them."""
    run = []
    for match in matches[index : index + 24]:
        if len(match[0]) == 1 and match[0].isalpha():
            run.append(match)
        elif match[0] != "." or not run:
            break
    return run


def _with_phrases(tokens: list[Token], speller: Speller) -> list[Token]:
    """Several words that stand for others ("chess pain") replaced; the new words cover the whole place."""
    words = [token.text for token in tokens]
    result, index = [], 0
    while index < len(tokens):
        count, meant = speller.phrase_at(words, index)
        if not count:
            result.append(tokens[index])
            index += 1
            continue
        start, end = tokens[index].start, tokens[index + count - 1].end
        result += [Token(word, start, end) for word in meant]
        index += count
    return result
