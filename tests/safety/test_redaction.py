"""Personal data is masked; ordinary words, doses and codes are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import DataError
from bot.safety.redaction import Redactor

REDACTOR = Redactor.load(Path(__file__).parents[2] / "data" / "terms")

MASKED = [
    ("call me at 555-123-4567", "call me at [PHONE]"),
    ("my cell is (212) 555-0187 ext 4", "my cell is [PHONE]"),
    ("reach me on +44 20 7946 0958", "reach me on [PHONE]"),
    ("2125550187 is my number", "[PHONE] is my number"),
    ("mail jane.doe+x@example.co.uk please", "mail [EMAIL] please"),
    ("it's bob at gmail dot com", "it's [EMAIL]"),
    ("see https://example.com/a?b=1 for it", "see [LINK] for it"),
    ("I found you on www.example.org", "I found you on [LINK]"),
    ("born 03/14/1962", "born [DATE]"),
    ("DOB: 1962-03-14", "DOB: [DATE]"),
    ("my birthday is March 14, 1962", "my birthday is [DATE]"),
    ("since the 3rd of June 2019", "since the [DATE]"),
    ("my ssn is 078-05-1120", "my ssn is [NUMBER]"),
    ("card 4111 1111 1111 1111", "card [NUMBER]"),
    ("member id XJH123456789", "member id [NUMBER]"),
    ("MRN 0048213", "MRN [NUMBER]"),
    ("medicare 1EG4-TE5-MK73", "medicare [NUMBER]"),
    ("I live at 742 Evergreen Terrace, Springfield, OR 97403", "I live at [ADDRESS]"),
    ("i live at 12 oak street apt 4", "i live at [ADDRESS]"),
    ("PO Box 1234", "[ADDRESS]"),
    ("I live in Portland, OR 97201", "I live in [ADDRESS]"),
    ("My name is John Smith", "My name is [NAME]"),
    ("my name is rose hope", "my name is [NAME]"),
    ("this is maria calling", "this is [NAME] calling"),
    ("I'm John Smith, new patient", "I'm [NAME], new patient"),
    ("Dr. Patel sent me", "Dr. [NAME] sent me"),
    ("please call Mary on Monday", "please call [NAME] on Monday"),
    ("my son Billy has numb feet", "my son [NAME] has numb feet"),
    ("my husband Mark and I", "my husband [NAME] and I"),
    ("Please tell Sarah I'm late", "Please tell [NAME] I'm late"),
    ("account 99-1234-77", "account [NUMBER]"),
    ("ask for jennifer at the desk", "ask for [NAME] at the desk"),
    ("I saw Kowalczyk about my feet", "I saw [NAME] about my feet"),
    ("Mary's feet are numb", "[NAME]'s feet are numb"),
    ("hi, karen here, my toes tingle", "hi, [NAME] here, my toes tingle"),
    ("MY NAME IS DAVID", "MY NAME IS [NAME]"),
    ("mr. o'brien is my doctor", "mr. [NAME] is my doctor"),
    ("I was treated by Dr Nguyen in Boston", "I was treated by Dr [NAME] in [NAME]"),
]
KEPT = [
    "I take 600 mg gabapentin three times a day",
    "50,000 IU of vitamin D a week",
    "B12 was low, 210",
    "pain at T10 and L5",
    "do you bill 20560 or 97140?",
    "I am 67 years old",
    "2 weeks ago my feet went numb",
    "Can I come on Thursday at 10:30?",
    "is Lyrica better than Cymbalta",
    "my A1c is 8.2",
    "Burning feet at night",
    "I have had diabetes since 2004",
    "I'm Diabetic and on Medicare",
    "does dry needling help with sciatica?",
    "it costs $12500 a year",
    "blood pressure 140/90",
    "My left calf and Achilles hurt",
    "DOES IT HURT",
    "What Should I Wear",
    "I'm fine, thanks",
    "this is great",
    "My doctor said EMG and MRI",
    "i may 5 times a night wake up",
    "15 minutes drive from here",
    "Neuropaty in my feet",
    "I'm Catholic, are you open on Good Friday?",
    "call me back please",
    "will it hurt, mark my words",
]


@pytest.mark.parametrize("text, masked", MASKED)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert REDACTOR.mask(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_text_is_kept(text: str) -> None:
    assert REDACTOR.mask(text) == text


def test_masking_twice_changes_nothing() -> None:
    for text, _ in MASKED:
        once = REDACTOR.mask(text)
        assert REDACTOR.mask(once) == once


def test_missing_vocabulary_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="vocabulary.txt:0"):
        Redactor.load(tmp_path)
