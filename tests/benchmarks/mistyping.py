"""Typing errors as fingers make them on a phone: what is left of the understanding when every fifth word holds one."""

from __future__ import annotations

import numpy as np

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FEWEST_LETTERS = 3  # shorter words are left alone: "is" and "it" would become each other
MISTYPED_WORDS = 0.2
NEIGHBORS = {
    key: "".join(other for row, keys in enumerate(KEYS) for place, other in enumerate(keys) if other != key and abs(row - at) <= 1 and abs(place - column) <= 1)
    for at, letters in enumerate(KEYS)
    for column, key in enumerate(letters)
}


def mistyped(text: str, random: np.random.Generator) -> str:
    """The text with an error in some of its words: a neighboring key instead or besides, a letter left out, doubled, or two swapped."""
    return " ".join(_mistyped(word, random) if len(word) >= FEWEST_LETTERS and random.random() < MISTYPED_WORDS else word for word in text.split(" "))


def _mistyped(word: str, random: np.random.Generator) -> str:
    at = int(random.integers(len(word)))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    near = NEIGHBORS.get(letter.lower(), letter)
    key = near[int(random.integers(len(near)))]
    made = (key + after, letter + key + after, after, letter + letter + after, after[:1] + letter + after[1:])
    return before + made[int(random.integers(len(made)))]
