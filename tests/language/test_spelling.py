"""What fingers without feeling type is read as it was meant; names, acronyms and other languages stay as they are."""

from __future__ import annotations

import pytest

from bot.language.spelling import OFTEN, Spelling
from bot.safety.vocabulary import read_vocabulary

EXAMPLES = ["does it hurt", "how much does neuropathy treatment cost", "burning feet at night", "do I need a referral", "is parking free"] * OFTEN


@pytest.fixture(scope="module")
def spelling(data):
    return Spelling.learn(EXAMPLES, read_vocabulary(data / "terms" / "vocabulary.txt"))


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("how mutch does it hurtt", "how much does it hurt"),
        ("my feet are burnimg at nihgt", "my feet are burning at night"),
        ("do i need a referal?", "do i need a referral?"),
        ("Nueropathy", "neuropathy"),
        ("IS PARKIMG FREE", "IS parking FREE"),
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(spelling, typed, meant):
    assert spelling.repaired(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "do you take Medigar and HMQ",  # capitals: a name, an acronym
        "does it hurt",
        "is the cranial nerve hurting",  # English that no example holds
        "kys and unal1ve",  # what looks like a slip may be meant
        "free-parkin, me@hrut.com",
        "puedo estacionar cerca de la clinica",  # mostly unknown: another language
        "it's o.k. 555-0100 :)",
        "",
    ],
)
def test_everything_else_stays(spelling, text):
    assert spelling.repaired(text) == text
