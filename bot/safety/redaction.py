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

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
YEAR = r"(?:(?:19|20)\d\d|'\d\d)"
UNIT = r"(?:mg|mcg|ug|g|grams?|ml|iu|units?|steps|dollars|bucks|usd|people|patients|mile|miles|feet|calories|%|times|x|k)\b"
STATES = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
STATE_NAMES = (
    r"(?:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa"
    r"|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada"
    r"|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island"
    r"|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington,? d\.?c\.?|washington|west virginia|wisconsin|wyoming)"
)
ROAD = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|place|pl|terrace|ter|way|parkway|pkwy|highway"
    r"|hwy|square|sq|trail|trl|crescent|close|loop|alley|turnpike|pike)"
)
NO_ROAD_NAME = (
    r"(?!(?:minutes?|mins?|hours?|hrs?|miles?|days?|weeks?|months?|years?|times?|blocks?|on|the|a|in|of|to|and|or|by|from|more|trips?"
    r"|people|per)\b)"
)
UNIT_OF_HOUSE = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*#?\w{1,5}\b)"
PLACE = rf"(?:,?\s+(?:[A-Za-z][\w.'-]*\s?){{1,3}},?\s+(?:{STATES}|{STATE_NAMES})\b(?:\s*,?\s*\d{{5}}(?:-\d{{4}})?)?)"

CITY = r"(?:[A-Z][\w.'-]+\s){0,2}[A-Z][\w.'-]+,?\s+"
ZIP = r"\d{5}(?:-\d{4})?\b"


def _patterns(tag: str, *written: str, case: bool = False) -> list[tuple[str, "re.Pattern[str]"]]:
    return [(tag, re.compile(text, 0 if case else re.IGNORECASE)) for text in written]


# Looked for before phone numbers, and after; what is found first keeps its place.
BEFORE_PHONES = [
    *_patterns(
        "EMAIL",
        r"(?<![\w.+%'-])[\w.+%'-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}",
        r"(?<![\w.+-])[\w.+-]{1,64} (?:at|\(at\)|\[at\]) "
        r"(?:gmail|yahoo|hotmail|outlook|icloud|aol|proton|protonmail|comcast|verizon) (?:dot|\.) ?com\b",
    ),
    *_patterns(
        "LINK",
        r"\b(?:https?://|www\.)[^\s<>\"]+",
        r"(?<![\w.-])(?:[\w-]{1,63}\.){1,6}(?:com|org|net|edu|gov|io|co|us|uk|info|me|health|clinic)(?:/[^\s<>\"]*)?(?![\w@])",
    ),
    *_patterns(
        "DATE",
        r"\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:\d{4}|\d{2})\b",
        r"\b(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2}\b",
        rf"\b{MONTH}\s+{DAY}\s*,?\s*(?:of\s+)?{YEAR}(?!\d)",
        rf"\b{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}(?!\d)",
        *(
            rf"(?<=\b{cue} )(?:the\s+)?(?:{MONTH}\s+{DAY}|{DAY}\s+(?:of\s+)?{MONTH})(?!\w)"
            for cue in ("born", "born on", "birthday is", "birthday", "birth is", "birthdate is", "dob", "dob:", "dob is")
        ),
        *(rf"(?<=\b{cue} )\d{{6,8}}\b" for cue in ("dob", "dob:", "dob is", "born", "birth")),
    ),
    *_patterns(
        "ADDRESS",
        r"\b\d{1,6}[A-Z]?\s+(?:(?:n|s|e|w|north|south|east|west)\.?\s+)?"
        rf"(?:{NO_ROAD_NAME}[A-Z0-9][\w.'-]*\s+){{1,3}}{ROAD}\b\.?{UNIT_OF_HOUSE}?{PLACE}?",
        r"\bp\.?\s?o\.?\s+box\s+\d+",
        r"\b(?:zip(?: ?code)?|postcode|postal code)(?: is| ?:)?\s*" + ZIP,
    ),
    *_patterns("ADDRESS", rf"\b(?:{CITY})?{STATES},?\s+{ZIP}", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", case=True),
    *_patterns("ADDRESS", rf"\b{STATE_NAMES},?\s+{ZIP}"),
]
AFTER_PHONES = [
    *_patterns(
        "PHONE",
        r"(?<![\w$.])(?:\+?\d{1,3}[\s.-]?)?(?:\(\d{3}\)|\d{3})[\s.-]?\d{3}[\s.-]?\d{4}(?!\w)(?:\s*(?:x|ext\.?)\s*\d{1,5})?",
        r"(?<![\w$.-])\d{3}[-.]\d{4}(?![\w-])",
    ),
    *_patterns(
        "NUMBER",
        r"(?<![\w$])\d{3}[- ]\d{2}[- ]\d{4}(?!\w)",
        r"(?<![\w$-])\d{2,6}-\d{2,8}-\d{2,8}(?!\w)",
        r"(?<![\w$])\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?(?!\w)",
        rf"(?<![\w$.,-])\d{{5,30}}(?:-\d+){{0,6}}(?!\w|[.,]\d)(?!\s?{UNIT})",
        r"(?<![\w$-])(?=[A-Z0-9-]{6,40}(?![\w-]))(?=[A-Z0-9-]{0,40}[A-Z])(?=(?:[A-Z-]{0,40}\d){4})[A-Z0-9]+(?:-[A-Z0-9]+)*(?!\w)",
        *(rf"(?<=\b{cue} )\d{{4}}\b" for cue in ("ssn", "ssn is", "social", "social is", "ending in", "last four", "last 4", "pin is")),
        *(
            rf"(?<=\b{cue} )#?[A-Z]{{0,3}}\d{{4,}}\b"
            for cue in ("id", "id is", "mrn", "mrn is", "number", "account", "policy", "group", "member", "chart")
        ),
        r"#\s?[A-Z]{0,3}\d{4,}\b",
    ),
]
MEASURED = re.compile(rf"\d[\d.,]*(?:{UNIT}|[a-z]{{1,2}})", re.I)


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
        for tag, pattern in BEFORE_PHONES:
            yield from ((*match.span(), tag) for match in pattern.finditer(text))
        for call in phonenumbers.PhoneNumberMatcher(text, "US"):
            yield call.start, call.end, "PHONE"
        for tag, pattern in AFTER_PHONES:
            for match in pattern.finditer(text):
                if match[0].lower() not in self._vocabulary and not MEASURED.fullmatch(match[0]):
                    yield (*match.span(), tag)
