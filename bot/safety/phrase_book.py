"""Many phrases looked for at once: most are ruled out by one missing word, without running their expressions."""

from __future__ import annotations

from collections import defaultdict
from typing import Generic, Iterable, TypeVar

from bot.safety.normalise import Message
from bot.safety.phrases import Phrase, Word, words_of

Owner = TypeVar("Owner")


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
        there = message.words_and_beginnings
        numbers = {number for word in there if word in self._by_word for number in self._by_word[word]}
        found = (self._phrases[number] for number in sorted(numbers))
        return [(owner, phrase) for owner, phrase in found if phrase.possible(there)]

    def find(self, message: Message) -> list[tuple[Owner, tuple[int, int]]]:
        """Everything found, as token ranges."""
        return [
            (owner, message.token_range(*span))
            for owner, phrase in self.candidates(message)
            for part in phrase.find(message.text)
            for span in part
        ]
