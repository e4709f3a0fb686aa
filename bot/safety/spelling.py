"""What a visitor meant to type. Only words that the rules look for are ever repaired; everything else stays as it is.

A real word is never changed by guessing ("diet" is not "die"), only by a written replacement; hence the vocabulary.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import combinations
from typing import Iterable, Iterator, Mapping

from bot.safety.contractions import expanded

SHORTEST_GUESSED = 4  # shorter words have too many neighbours
TWO_SLIPS_FROM = 9
LONGEST_GUESSED = 24
LOST = 9.0
SHORTEST_HEARD = 6
SOUNDS = dict(ph="f", gh="", ck="k", sch="s", sh="s", sc="s", ch="k", kn="n", ps="s", x="ks", qu="k", th="t")
SOFT_C = re.compile(r"c(?=[eiy])")
LETTERS_OF_SIGNS = str.maketrans("013457@$!|+", "oieastasilt")
SIGNS = re.compile(r"[0-9@$!|+]")
REPEATED = re.compile(r"(.)\1{2,}")
DOUBLED = re.compile(r"(.)\1+")
HIDDEN = re.compile(r"[*#]+")


class Speller:
    """Repairs words towards `targets`, the words of the rules."""

    def __init__(self, vocabulary: Iterable[str], targets: Iterable[str], replacements: Mapping[str, str]) -> None:
        self._targets = frozenset(targets)
        self._known = frozenset(vocabulary) | self._targets
        self._single = {key: tuple(_words(value)) for key, value in replacements.items() if " " not in key}
        self._several: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
        for key, value in replacements.items():
            if " " in key:
                parts = tuple(_words(key))
                self._several[parts[0]].append((parts, tuple(_words(value))))
        for choices in self._several.values():
            choices.sort(key=lambda choice: -len(choice[0]))
        self._by_deletion: dict[str, set[str]] = defaultdict(set)
        for target in self._targets:
            if target.isalpha() and len(target) >= SHORTEST_GUESSED:
                for shorter in _deletions(target, _slips(target)):
                    self._by_deletion[shorter].add(target)
        self._by_sound = {sound(target): target for target in sorted(self._targets) if target.isalpha() and len(target) >= SHORTEST_HEARD}
        self.word = lru_cache(maxsize=8192)(self._word)

    def joined(self, letters: str) -> bool:
        """Whether letters written apart ("k m s") make a word of the rules."""
        return letters in self._targets or letters in self._single

    def phrase_at(self, words: list[str], index: int) -> tuple[int, tuple[str, ...]]:
        """How many words from `index` are a known slip of several words ("chess pain"), and what was meant."""
        for written, meant in self._several.get(words[index], ()):
            if tuple(words[index : index + len(written)]) == written:
                return len(written), meant
        return 0, ()

    def _word(self, word: str) -> tuple[str, ...]:
        """The words meant by one typed word."""
        found = self._plain(word)
        if found:
            return found
        if HIDDEN.search(word):
            found = self._unhidden(word)
        elif SIGNS.search(word):
            found = self._target(word.translate(LETTERS_OF_SIGNS)) or self._target(SIGNS.sub("", word))
        if not found and REPEATED.search(word):
            shorter = (REPEATED.sub(r"\1\1", word), DOUBLED.sub(r"\1", word), REPEATED.sub(r"\1", word))
            found = next(filter(None, map(self._plain, shorter)), ())
        if not found and "'" in word:
            found = self._plain(word.replace("'", ""))
        if not found and len(SIGNS.split(word)) > 1 and not any(c.isdigit() for c in word):
            found = tuple(part for piece in re.split(r"[!*#|+@$]+", word) for part in self._word(piece))
        return found or self._guessed(REPEATED.sub(r"\1", word)) or expanded(word)

    def _plain(self, word: str) -> tuple[str, ...]:
        """A word that needs no guess, or nothing."""
        if word in self._single:
            return self._single[word]
        words = expanded(word)
        return words if len(words) > 1 or (words and words[0] in self._known) else ()

    def _target(self, word: str) -> tuple[str, ...]:
        """A word the rules look for, or nothing."""
        return self._plain(word) if len(word) > 2 and (word in self._targets or word in self._single) else ()

    def _unhidden(self, word: str) -> tuple[str, ...]:
        """ "k*ll", "s**cide": each star stands for one letter or more."""
        pattern = re.compile(HIDDEN.sub("[a-z]{1,3}", word))
        return tuple(sorted(target for target in self._targets if pattern.fullmatch(target))[:1])

    def _guessed(self, word: str) -> tuple[str, ...]:
        if not word.isalpha() or not word.isascii() or len(word) > LONGEST_GUESSED:
            return ()
        distance, near = self._near(word) if len(word) >= SHORTEST_GUESSED else (LOST, "")
        if distance < 2:
            return (near,)
        apart = self._split(word)
        if apart or near:
            return apart or (near,)
        heard = self._by_sound.get(sound(word)) if len(word) >= SHORTEST_HEARD else None
        return (heard,) if heard else ()

    def _near(self, word: str) -> tuple[float, str]:
        """The target within one slip (two in a long word) and how far it is; another first letter or another sound is farther."""
        best: tuple[float, str] = (LOST, "")
        for shorter in _deletions(word, _slips(word)):
            for target in self._by_deletion.get(shorter, ()):
                allowed = min(_slips(word), _slips(target))
                distance = _distance(word, target)
                if distance <= allowed and (word[0] == target[0] or distance == 1 and len(word) > 4):
                    best = min(best, (distance + (word[0] != target[0]) * 0.5 + (sound(word) != sound(target)) * 0.2, target))
        return best

    def _split(self, word: str) -> tuple[str, ...]:
        """Words run together ("chestpain", "wanttodie"), each of them one of the rules' words."""
        if len(word) < 6:
            return ()
        for cut in range(len(word) - 2, 1, -1):
            head, tail = word[:cut], word[cut:]
            if self._is_target(head):
                if self._is_target(tail):
                    return expanded(head) + expanded(tail)
                for second in range(len(tail) - 2, 1, -1):
                    if self._is_target(tail[:second]) and self._is_target(tail[second:]):
                        return expanded(head) + expanded(tail[:second]) + expanded(tail[second:])
        return ()

    def _is_target(self, word: str) -> bool:
        return word in self._targets or (len(expanded(word)) > 1 and set(expanded(word)) <= self._targets)


def sound(word: str) -> str:
    """A word as it is heard ("anafilaxis" is "anaphylaxis"): its first letter and its consonants, roughly."""
    for letters, heard in SOUNDS.items():
        word = word.replace(letters, heard)
    word = SOFT_C.sub("s", word).replace("c", "k").replace("z", "s").replace("y", "i")
    return DOUBLED.sub(r"\1", word[:1] + re.sub("[aeiouhw]", "", word[1:]))


def _words(text: str) -> Iterator[str]:
    for word in text.lower().split():
        yield from expanded(word)


def _slips(word: str) -> int:
    return 2 if len(word) >= TWO_SLIPS_FROM else 1


def _deletions(word: str, most: int) -> set[str]:
    """`word` with up to `most` letters left out."""
    return {"".join(word[i] for i in kept) for count in range(most + 1) for kept in combinations(range(len(word)), len(word) - count)}


def _distance(one: str, other: str) -> int:
    """Letters added, left out, changed, or swapped with a neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
