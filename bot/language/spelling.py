"""Words as they were meant: a word that nobody knows becomes the one of the training examples that lies a slip or two away.

Fingers that do not feel the keys mistype every fifth word, and neither sentence encoder nor nearest examples stand that
(docs/understanding.md). The rules of `bot/safety` read what was typed, and repair it in their own way.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from typing import Iterable, Mapping

from symspellpy import SymSpell, Verbosity

WORD = re.compile(r"(?<![\w@'’-])[^\W\d_]+(?![\w@'’-])")  # no part of an address, a number, a compound or a contraction
ENGLISH = "frequency_dictionary_en_82_765.txt"  # comes with symspellpy: a word and how often it is used, in each line
FEWEST_LETTERS = 3  # shorter words have too many neighbors; these only have their letters swapped back
TWO_SLIPS_FROM = 7  # letters
OFTEN = 5  # times that a word stands in the examples, so that others become it
MOST_UNKNOWN = 0.6  # share of a text's words; with more it is another language


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return WORD.findall(text.lower())


class Spelling:
    """Repairs words towards `targets` (how often each stands in the examples); `known` words stay as they are."""

    def __init__(self, targets: Mapping[str, int], known: Iterable[str]) -> None:
        self.targets, self.known = dict(targets), frozenset(known)
        self._nearest = SymSpell(max_dictionary_edit_distance=2)
        for word, count in self.targets.items():
            self._nearest.create_dictionary_entry(word, count)

    @classmethod
    def learn(cls, texts: Iterable[str], vocabulary: frozenset[str]) -> "Spelling":
        """From examples and a vocabulary beside the ordinary words of English. What stands in an example is known, slip or not."""
        counts = Counter(word for text in texts for word in words(text))
        targets = {word: count for word, count in counts.items() if count >= OFTEN and len(word) >= FEWEST_LETTERS and word in vocabulary}
        english = {line.split()[0] for line in (files("symspellpy") / ENGLISH).read_text(encoding="utf-8-sig").splitlines()}
        return cls(targets, vocabulary | english | set(counts))

    def repaired(self, text: str) -> str:
        """The text as it was probably meant; the same text where no word is a slip."""
        found = list(WORD.finditer(text))
        slips = [word for word in found if self._is_slip(word, text)]
        if len(slips) > MOST_UNKNOWN * len(found) and len(found) > 1:
            return text
        for word in reversed(slips):
            text = text[: word.start()] + self._meant(word[0]) + text[word.end() :]
        return text

    def _is_slip(self, word: "re.Match[str]", text: str) -> bool:
        written = word[0]
        if len(written) < FEWEST_LETTERS or written.lower() in self.known:
            return False
        begins = not text[: word.start()].rstrip(" \"'(") or text[: word.start()].rstrip(" \"'(")[-1] in ".!?:\n"
        return text.isupper() or written.islower() or (begins and written.istitle())  # other capitals: a name or an acronym

    def _meant(self, written: str) -> str:
        word = written.lower()
        for found in self._nearest.lookup(word, Verbosity.CLOSEST, max_edit_distance=1 + (len(word) >= TWO_SLIPS_FROM)):
            swapped = len(word) > FEWEST_LETTERS or sorted(found.term) == sorted(word)
            if swapped and (found.distance == 1 or found.term[0] == word[0]):
                return found.term
        return written
