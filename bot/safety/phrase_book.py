"""Many phrases looked for at once: most are ruled out by one missing word, without running their expressions."""

from __future__ import annotations

from collections import defaultdict
from typing import Generic, Iterable, TypeVar

from bot.safety.normalise import Message
from bot.safety.phrases import Phrase, Word, words_of

Owner = TypeVar("Owner")
SHORTEST_BEGINNING = 2


class PhraseBook(Generic[Owner]):
    """Phrases with their owners (rules, or names of lists)."""

    def __init__(self, phrases: Iterable[tuple[Owner, Phrase]]) -> None:
        self._phrases = list(phrases)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, (_, phrase) in enumerate(self._phrases):
            for word in phrase.needed:
                self._by_word[word].append(number)

    def words(self) -> set[Word]:
        """All words of all phrases."""
        return {word for _, phrase in self._phrases for part in phrase.parts for word in words_of(part)}

    def candidates(self, message: Message) -> list[tuple[Owner, Phrase]]:
        """The phrases that could be in `message`, in their written order."""
        numbers: set[int] = set()
        for word in set(message.words):
            numbers.update(self._by_word.get(word, ()))
            for length in range(SHORTEST_BEGINNING, len(word) + 1):
                numbers.update(self._by_word.get(word[:length] + "*", ()))
        return [self._phrases[number] for number in sorted(numbers)]

    def find(self, message: Message) -> list[tuple[Owner, tuple[int, int]]]:
        """Everything found, as token ranges."""
        return [
            (owner, message.token_range(*span))
            for owner, phrase in self.candidates(message)
            for part in phrase.find(message.text)
            for span in part
        ]
