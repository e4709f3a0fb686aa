"""Ordinary and medical words: never taken for a misspelling of something else, never for a name. Also words of other languages."""

from __future__ import annotations

from pathlib import Path

from bot.errors import DataError

NOTE = "#"


def read_vocabulary(path: Path) -> frozenset[str]:
    """The words of a file with one word a line.

    Raises:
        DataError: the file cannot be read, or a line holds more than one word.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:0: cannot be read: {error}") from None
    words = set()
    for number, line in enumerate(lines, 1):
        word = line.split(NOTE, 1)[0].strip()
        if " " in word:
            raise DataError(f"{path}:{number}: expected one word a line, found {word!r}")
        if word:
            words.add(word.lower())
    return frozenset(words)


def read_foreign_words(path: Path) -> frozenset[str]:
    """The words of a file with several words a line, or nothing when there is no such file.

    Raises:
        DataError: the file cannot be read.
    """
    if not path.exists():
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:0: cannot be read: {error}") from None
    return frozenset(word.lower() for line in lines for word in line.split(NOTE, 1)[0].split())
