"""Personal data in visitors' messages replaced by tags, for lists, search, review and training examples.

Rules reach nearly all numbers and addresses, and most names, never all of them: masked text is "redacted", not anonymous.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import phonenumbers

from bot.safety.names import Names, read_names
from bot.safety.vocabulary import read_vocabulary

MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
YEAR = r"(?:(?:19|20)\d\d|'\d\d)"
UNIT = r"(?:mg|mcg|ug|g|grams?|ml|iu|units?|steps|dollars|bucks|usd|people|patients|mile|miles|feet|calories|%|times|x|k)\b"
STATES = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
STATE_NAMES = (
    r"(?:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa"
    r"|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada"
    r"|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island"
    r"|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming)"
)
ROAD = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|place|pl|terrace|ter|way|parkway|pkwy|highway"
    r"|hwy|square|sq|trail|trl|crescent|close|loop|alley|turnpike|pike)"
)
NO_ROAD_NAME = r"(?!(?:minutes?|mins?|hours?|hrs?|miles?|days?|weeks?|months?|years?|times?|blocks?|on|the|a|in|of|to|and|or|by|from|more|trips?|people|per)\b)"
UNIT_OF_HOUSE = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*#?\w{1,5}\b)"
PLACE = rf"(?:,?\s+(?:[A-Za-z][\w.'-]*\s?){{1,3}},?\s+(?:{STATES}|{STATE_NAMES})\b(?:\s*,?\s*\d{{5}}(?:-\d{{4}})?)?)"

PATTERNS: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("EMAIL", re.compile(r"[\w.+%'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+", re.I)),
    ("EMAIL", re.compile(r"\b[\w.+-]+ (?:at|\(at\)|\[at\]) (?:gmail|yahoo|hotmail|outlook|icloud|aol|proton|protonmail|comcast|verizon) (?:dot|\.) ?com\b", re.I)),
    ("LINK", re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.I)),
    ("LINK", re.compile(r"\b(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|co|us|uk|info|me|health|clinic)(?:/[^\s<>\"]*)?(?![\w@])", re.I)),
    ("DATE", re.compile(rf"\b\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?(?:\d{{4}}|\d{{2}})\b|\b(?:19|20)\d\d[/.-]\d{{1,2}}[/.-]\d{{1,2}}\b")),
    ("DATE", re.compile(rf"\b{MONTH}\s+{DAY}(?:\s*,?\s*(?:of\s+)?{YEAR})(?!\d)|\b{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}(?!\d)", re.I)),
    ("DATE", re.compile(rf"(?<=\bborn on )(?:the\s+)?{DAY}\s+(?:of\s+)?{MONTH}|(?<=\bborn on ){MONTH}\s+{DAY}\b|(?<=\bborn ){MONTH}\s+{DAY}\b", re.I)),
    ("DATE", re.compile(rf"(?<=\bbirthday is )(?:the\s+)?(?:{MONTH}\s+{DAY}|{DAY}\s+(?:of\s+)?{MONTH})\b", re.I)),
    ("DATE", re.compile(r"(?<=\bdob )\s*:?\s*\d{6,8}\b|(?<=\bdob: )\d{6,8}\b|(?<=\bdob is )\d{6,8}\b", re.I)),
    ("ADDRESS", re.compile(rf"\b\d{{1,6}}[A-Za-z]?\s+(?:(?:n|s|e|w|north|south|east|west)\.?\s+)?(?:{NO_ROAD_NAME}[A-Za-z0-9][\w.'-]*\s+){{1,3}}{ROAD}\b\.?{UNIT_OF_HOUSE}?{PLACE}?", re.I)),
    ("ADDRESS", re.compile(r"\bp\.?\s?o\.?\s+box\s+\d+", re.I)),
    ("ADDRESS", re.compile(rf"\b(?:{STATES}|{STATE_NAMES}),?\s+\d{{5}}(?:-\d{{4}})?\b")),
    ("ADDRESS", re.compile(rf"\b{STATE_NAMES},?\s+\d{{5}}(?:-\d{{4}})?\b", re.I)),
    ("ADDRESS", re.compile(r"\b(?:zip(?: ?code)?|postcode|postal code)(?: is| ?:)?\s*\d{5}(?:-\d{4})?\b", re.I)),
    ("ADDRESS", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")),
    ("PHONE", re.compile(r"(?<![\w$.])(?:\+?\d{1,3}[\s.-]?)?(?:\(\d{3}\)|\d{3})[\s.-]?\d{3}[\s.-]?\d{4}(?!\w)(?:\s*(?:x|ext\.?)\s*\d{1,5})?")),
    ("PHONE", re.compile(r"(?<![\w$.-])\d{3}[-.]\d{4}(?![\w-])")),
    ("NUMBER", re.compile(r"(?<![\w$])\d{3}[- ]\d{2}[- ]\d{4}(?!\w)")),
    ("NUMBER", re.compile(r"(?<![\w$])\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?(?!\w)")),
    ("NUMBER", re.compile(rf"(?<![\w$.,])\d{{5,}}(?:-\d+)*(?!\w|[.,]\d)(?!\s?{UNIT})", re.I)),
    ("NUMBER", re.compile(r"(?<![\w$])(?=[A-Za-z0-9-]*[A-Za-z])(?=(?:[A-Za-z-]*\d){4})[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?!\w)")),
    ("NUMBER", re.compile(r"(?<=\bssn )\d{4}\b|(?<=\bssn is )\d{4}\b|(?<=\bsocial is )\d{4}\b|(?<=\bsocial )\d{4}\b|(?<=\bending in )\d{4}\b|(?<=\blast four )\d{4}\b|(?<=\blast 4 )\d{4}\b|(?<=\bpin is )\d{4}\b", re.I)),
    ("NUMBER", re.compile(r"(?<=\b(?:id|no|nr))[.:#]*\s?#?\s?[A-Z]{0,3}\d{4,}\b|(?<=\bmrn)[.:# ]*(?:is )?[A-Z]{0,3}\d{4,}\b", re.I)),
)
MEASURED = re.compile(rf"\d[\d.,]*(?:{UNIT}|[a-z]{{1,2}})", re.I)
TAG = re.compile(r"\[[A-Z]+\]")


class Redactor:
    """Masks personal data."""

    def __init__(self, vocabulary: frozenset[str], names: frozenset[str]) -> None:
        self._vocabulary = vocabulary
        self._names = Names(vocabulary, names)

    @classmethod
    def load(cls, folder: Path) -> "Redactor":
        """Read `vocabulary.txt` and `names.txt` in `folder`.

        Raises:
            DataError: one of them cannot be used.
        """
        return cls(read_vocabulary(folder / "vocabulary.txt"), read_names(folder / "names.txt"))

    def mask(self, text: str) -> str:
        """`text` with tags such as [PHONE] and [NAME] in place of personal data."""
        taken: list[tuple[int, int, str]] = []
        for start, end, tag in self._found(text):
            if not any(start < other_end and other_start < end for other_start, other_end, _ in taken):
                taken.append((start, end, tag))
        taken += [(start, end, "NAME") for start, end in self._names.find(text, [(start, end) for start, end, _ in taken])]
        for start, end, tag in sorted(taken, reverse=True):
            text = f"{text[:start]}[{tag}]{text[end:]}"
        return text

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        for tag, pattern in PATTERNS[:12]:
            yield from ((*match.span(), tag) for match in pattern.finditer(text))
        for match in phonenumbers.PhoneNumberMatcher(text, "US"):
            yield match.start, match.end, "PHONE"
        for tag, pattern in PATTERNS[12:]:
            for found in pattern.finditer(text):
                if found[0].lower() not in self._vocabulary and not MEASURED.fullmatch(found[0]):
                    yield (*found.span(), tag)
