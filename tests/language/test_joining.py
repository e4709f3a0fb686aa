"""Messages joined from single examples: what they ask is what their examples ask, and nothing else."""

from __future__ import annotations

import numpy as np

from bot.language.joining import MOST_WORDS, Joiner

TEXTS = ["what does it cost?", "when are you open", "where are you", "thanks a lot", "chest pain right now", "how " + "very " * MOST_WORDS + "long"]
COST, HOURS, LOCATION, THANKS, EMERGENCY = range(5)
TARGETS = np.array([COST, HOURS, LOCATION, THANKS, EMERGENCY, COST])


def test_a_message_asks_what_its_examples_ask_each_once():
    joiner = Joiner(TEXTS, TARGETS, frozenset({COST, HOURS, LOCATION}), frozenset({EMERGENCY}))
    random = np.random.default_rng(1)
    numbers = set()
    for _ in range(300):
        text, asked = joiner.message(random)
        found = [number for number, part in enumerate(("cost", "open", "where", "thanks", "chest")) if part in text.lower()]
        assert sorted(asked) == [number for number in found if number != THANKS], text
        assert "very" not in text, "long examples are not joined"
        numbers.add((len(found), THANKS in found, EMERGENCY in found))
    assert numbers == {(2, False, False), (3, False, False), (2, True, False), (3, True, False), (2, False, True)}, "beside an alarm stands one"


def test_few_examples_are_no_endless_search():
    text, asked = Joiner(TEXTS[:1], TARGETS[:1], frozenset({COST}), frozenset()).message(np.random.default_rng(1))
    assert (text, asked) == (TEXTS[0], [COST])
