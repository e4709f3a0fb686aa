"""People's names in a message: by what stands around them, by a list of common names, and by being no known word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, Sequence

from bot.errors import DataError
from bot.safety.contractions import expanded
from bot.safety.vocabulary import NOTE

WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
SENTENCE_START = re.compile(r"(?:[.!?\n]\s*|[\"(“]\s*)$")
# After these a name follows for sure, however it is written.
SURE = re.compile(
    r"\b(?:my (?:full |first |last |legal |sur)?name(?:'s| is|s)?:?|name is:?|names?:|name's|patient:|i go by|signed,?|sincerely,?"
    r"|regards,?|(?:his|her|their) name(?:'s| is))\s+",
    re.I,
)
TITLE = re.compile(r"\b(?:[Mm]rs?\.?|Ms\.?|(?:ms\.|[Mm]iss|[Dd]r\.?|[Dd]octor|[Pp]rof\.?|[Pp]rofessor|[Nn]urse)(?=\s+[A-Z][a-z]))\s+")
TITLES = frozenset("mr mrs ms miss dr doctor prof professor nurse".split())
# After these a name may follow: a known name, or a word that is not in the vocabulary.
LIKELY = re.compile(
    r"\b(?:i am|i'm|im|this is|it's|its|it is|call|ask for|asking for|speak (?:to|with)|talk (?:to|with)|see|saw|with|for|from|named"
    r"|called|dr|doctor|nurse|therapist|hi|hello|hey|dear|thanks|love|(?:my|our) (?:\w{1,20} )?(?:husband|wife|son|daughter|mom|mum"
    r"|mother|dad|father|brother|sister|friend|partner|boyfriend|girlfriend|grandson|granddaughter|grandma|grandpa|uncle|aunt|cousin"
    r"|nephew|niece|neighbor|boss|doctor|pt|therapist|neurologist|podiatrist)),?\s+",
    re.I,
)
CALLING = re.compile(
    r"\b(?:this is|it's|its|here is)\s+(?P<name>[^\W\d_]+(?:\s+[^\W\d_]+)?)\s+(?:calling|speaking|here|writing|texting)\b", re.I
)
NO_NAME = frozenset(
    "a an the my your our his her their its this that is are was not and or but so very really just still also here there who what when "
    "where why how at in on to of for from with about calling speaking writing having been going feeling looking trying i you he she we "
    "they it me him them please thanks thank hello hi hey today tomorrow now born confidential private".split()
)
LONGEST_NAME = 3
ENDINGS = ("'s", "’s", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "ness", "al")


def read_names(path: Path) -> frozenset[str]:
    """The names of a file, several a line.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:0: cannot be read: {error}") from None
    return frozenset(name.lower() for line in lines for name in line.split(NOTE, 1)[0].split())  # "rose*" keeps its star


class Names:
    """Finds names."""

    def __init__(self, vocabulary: frozenset[str], names: frozenset[str]) -> None:
        self._vocabulary, self._names = vocabulary, names

    def find(self, text: str, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where names stand, outside the places in `taken`; the words of one name are one place."""
        words = [word for word in WORD.finditer(text) if not any(word.start() < end and start < word.end() for start, end in taken)]
        shouted = text.upper() == text
        named = {index for index, word in enumerate(words) if self._is_name(text, word, shouted)}
        named |= set(self._introduced(text, words))
        for index, word in enumerate(words):  # the rest of a full name: "Maria Hope", "Hope Smith"
            if not self._capital(text, word, shouted, anywhere=True) or word[0].lower() in NO_NAME | TITLES or "'" in word[0]:
                continue
            after = index - 1 in named and _next_to(text, words[index - 1], word)
            before = index + 1 in named and _next_to(text, word, words[index + 1]) and self._capital(text, word, shouted)
            if after or before:
                named.add(index)
        return _joined(text, [words[index] for index in sorted(named)])

    def _is_name(self, text: str, word: "re.Match[str]", shouted: bool) -> bool:
        plain = _bare(word[0])
        if plain in self._names:
            return True
        if not self._capital(text, word, shouted) or word[0].isupper() or len(plain) < 2:
            return False
        return plain + "*" in self._names or not self._known(plain)

    def _capital(self, text: str, word: "re.Match[str]", shouted: bool, *, anywhere: bool = False) -> bool:
        """Capitalised, and not only because a sentence starts (but see `anywhere`) or somebody shouts."""
        starts_sentence = SENTENCE_START.search(text[max(0, word.start() - 8) : word.start()]) if word.start() else True
        return word[0][0].isupper() and not shouted and (anywhere or not starts_sentence)

    def _known(self, word: str) -> bool:
        if word in self._vocabulary or word in NO_NAME or len(expanded(word)) > 1:
            return True
        if any(part in self._vocabulary for part in re.split(r"['’.-]", word) if len(part) > 2):
            return True
        return any(word.endswith(ending) and word[: -len(ending)] in self._vocabulary for ending in ENDINGS)

    def _introduced(self, text: str, words: list["re.Match[str]"]) -> Iterator[int]:
        """Indexes of words that the sentence introduces as a name."""
        starts = {word.start(): index for index, word in enumerate(words)}
        for cue in SURE.finditer(text):
            yield from self._run(text, words, starts.get(cue.end(), -1), sure=True, alone=False)
        for cue in TITLE.finditer(text):
            yield from self._run(text, words, starts.get(cue.end(), -1), sure=True)
        for cue in LIKELY.finditer(text):
            yield from self._run(text, words, starts.get(cue.end(), -1), sure=False)
        for match in CALLING.finditer(text):
            index = starts.get(match.start("name"), -1)
            said = match["name"].lower().split()
            introduced = match[0].lower().startswith("this") or self._looks_like_name(match)
            if index >= 0 and introduced and not any(word in NO_NAME for word in said):
                yield from range(index, index + len(said))

    def _looks_like_name(self, match: "re.Match[str]") -> bool:
        first = match["name"].split()[0]
        return first.lower() in self._names or not self._known(first.lower())

    def _run(self, text: str, words: list["re.Match[str]"], index: int, *, sure: bool, alone: bool = True) -> Iterator[int]:
        """The words of a name from `index` on; `alone` when small ordinary words cannot be part of it."""
        for count in range(LONGEST_NAME):
            if not 0 <= index < len(words) or words[index][0].lower() in NO_NAME:
                return
            word, plain = words[index], _bare(words[index][0])
            if count and not _next_to(text, words[index - 1], word):
                return
            capital = word[0][0].isupper()
            known = self._known(plain)
            certain = sure and (count == 0 or capital or not known and not alone or not alone and _last(text, word))
            likely = plain in self._names or capital and (not known or plain + "*" in self._names)
            if not (likely or certain):
                return
            yield index
            index += 1


def _last(text: str, word: "re.Match[str]") -> bool:
    """Whether a sentence or thought ends here, as after "my name is rose hope"."""
    following = WORD.match(text, word.end() + 1)
    return text[word.end() : word.end() + 1] in ("", *",.!?;\n") or (following is not None and following[0].lower() in NO_NAME)


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word.lower())


def _next_to(text: str, one: "re.Match[str]", other: "re.Match[str]") -> bool:
    return text[one.end() : other.start()] in (" ", ". ", "  ")


def _joined(text: str, words: list["re.Match[str]"]) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    for word in words:
        end = word.end() - 2 if word[0].lower().endswith(("'s", "’s")) else word.end()
        if places and text[places[-1][1] : word.start()] in (" ", ". "):
            places[-1] = (places[-1][0], end)
        else:
            places.append((word.start(), end))
    return places
