"""Messages joined from single examples: what they ask is what their examples ask, and nothing else."""

from __future__ import annotations

import numpy as np

from bot.language.joining import MOST_WORDS, Joiner

TEXTS = ["what does it cost?", "when are you open", "where are you", "thanks a lot", "chest pain right now", "how " + "very " * MOST_WORDS + "long"]
COST, HOURS, LOCATION, THANKS, EMERGENCY = range(5)
TARGETS = np.array([COST, HOURS, LOCATION, THANKS, EMERGENCY, COST])


def test_a_message_holds_each_of_its_questions_once_and_never_an_alarm():
    joiner = Joiner(TEXTS, TARGETS, frozenset({COST, HOURS, LOCATION}), frozenset({THANKS}))
    random = np.random.default_rng(1)
    numbers = set()
    for _ in range(300):
        text, asked = joiner.message(random)
        found = [number for number, part in enumerate(("cost", "open", "where", "thanks", "chest")) if part in text.lower()]
        assert sorted(asked) == [number for number in found if number < THANKS], text
        assert EMERGENCY not in found and "very" not in text, "alarms and long examples are not joined"
        numbers.add((len(asked), THANKS in found))
    assert numbers == {(1, True), (2, True), (2, False), (3, False)}
