"""Is a message in the middle of a request an answer to our question, a command, or a question of the visitor's?

And: is an answer good enough? Rules only, so that a name is never mistaken for a topic.
"""

from __future__ import annotations

import re
from typing import Callable, Mapping, Optional

import dateparser.search
import phonenumbers
from email_validator import EmailNotValidError, validate_email

STOP = re.compile(
    r"^\W*(please )?(stop|cancel( (it|this|that|the request|request))?|never ?mind|forget (it|this|about it)|quit|exit|abort|"
    r"i (do ?n.?t|no longer) want (to|this|it).{0,40}|i changed my mind|leave it)\W*$",
    re.IGNORECASE,
)
BACK = re.compile(
    r"^\W*(please )?((go |step |move )?back( (one|a)? ?(step|question))?|previous( question)?|undo|(that|this) (was|is) wrong|"
    r"i made a mistake|wrong (name|number|answer|phone|email))\W*$",
    re.IGNORECASE,
)
WHY = re.compile(r"^\W*(but )?(why\b.{0,60}|what (do you need|is) (that|it|this) for\W*|what for)\W*$", re.IGNORECASE)
YES = re.compile(r"^\W*(y|yes|yeah|yep|yup|ya|sure|ok|okay|of course|please do|go ahead|send( it)?|correct|right|that.?s right|i agree|agreed|fine|si)\b", re.IGNORECASE)
NO = re.compile(r"^\W*(n|no|nope|nah|not|don.?t|do not|never|disagree)\b", re.IGNORECASE)
CHANGE = re.compile(r"\b(change|wrong|fix|correct the|edit|different|mistake|update)\b", re.IGNORECASE)
NEW = re.compile(r"\b(new|first( time)?|never been|not been|haven.?t been|no)\b", re.IGNORECASE)
RETURNING = re.compile(r"\b(been (before|there|here)|returning|existing|current|old|already|again|yes|patient (there|here)|before)\b", re.IGNORECASE)
SKIP = re.compile(r"^\W*(skip|none|nothing|no|nope|n/?a|rather not( say)?|prefer not.*|private|pass)\W*$", re.IGNORECASE)
TIME_WORDS = re.compile(
    r"\b(mon|tues?|wed(nes)?|thu(rs?)?|fri|sat(ur)?|sun)(day)?s?\b|\b(morning|afternoon|noon|evening|lunch|today|tomorrow|tmrw|tonight|week(day|end)?s?|"
    r"month|soon|asap|any ?(time|day)|whenever|early|late|earliest|flexible|next|after|before|between)\b|\b\d{1,2}(:\d\d)?\s?([ap]\.?m|o.?clock)\b|\b\d{1,2}[/.-]\d{1,2}\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"^\W*(what|where|when|who|why|which|how|is|are|do|does|did|can|could|will|would|should|may|have|has|was|were)\b|\?\s*$", re.IGNORECASE
)
FIELD_WORDS = (
    ("visitor_name", re.compile(r"\bname\b", re.IGNORECASE)),
    ("contact", re.compile(r"\b(phone|number|e-?mail|contact|mail)\b", re.IGNORECASE)),
    ("times", re.compile(r"\b(times?|days?|when|date|morning|afternoon)\b", re.IGNORECASE)),
    ("appointment", re.compile(r"\bappointment\b", re.IGNORECASE)),
    ("reason", re.compile(r"\b(reason|note|why)\b", re.IGNORECASE)),
    ("returning", re.compile(r"\b(new|returning|before|patient)\b", re.IGNORECASE)),
)
LONGEST = {"visitor_name": 80, "contact": 120, "times": 200, "appointment": 200, "reason": 300}


def command(text: str) -> Optional[str]:
    """"stop", "back" or "why" when the message is such a command, else None."""
    for name, pattern in (("stop", STOP), ("back", BACK), ("why", WHY)):
        if pattern.search(text):
            return name
    return None


def looks_like_answer(slot: str, text: str) -> bool:
    """Whether `text` can only sensibly be meant as the value of `slot`, whatever else it resembles."""
    asks = bool(QUESTION.search(text))
    if slot == "contact":
        return "@" in text or sum(character.isdigit() for character in text) >= 5
    if slot == "visitor_name":
        return not asks and len(text.split()) <= 6
    if slot == "returning":
        return not asks and bool(NEW.search(text) or RETURNING.search(text))
    if slot in ("times", "appointment"):
        return bool(TIME_WORDS.search(text)) and not (asks and text.rstrip().endswith("?"))
    if slot == "reason":
        return not asks
    return bool(YES.search(text) or NO.search(text) or (slot == "confirmed" and CHANGE.search(text)))


def valid_name(text: str) -> Optional[str]:
    """The name, without "my name is"; None when it cannot be one."""
    name = re.sub(r"^\W*(my name is|my name.?s|name is|i am|i.?m|it.?s|this is|call me)\s+", "", text.strip(), flags=re.IGNORECASE).strip(" .,!")
    letters = sum(character.isalpha() for character in name)
    return name if letters >= 2 and letters >= len(name) * 0.6 and len(name) <= LONGEST["visitor_name"] else None


def valid_contact(text: str, region: str = "US") -> Optional[str]:
    """A phone number in international form or an e-mail address found in `text`, else None."""
    for word in text.replace(",", " ").split():
        if "@" in word:
            try:
                return validate_email(word.strip(".,;<>()"), check_deliverability=False).normalized
            except EmailNotValidError:
                return None
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return None


def valid_returning(text: str) -> Optional[str]:
    """"new" or "returning"."""
    if re.search(r"\b(been (before|there|here)|returning|existing|again)\b", text, re.IGNORECASE) and not re.search(r"\b(never|not|haven.?t)\b", text, re.IGNORECASE):
        return "returning"
    if NEW.search(text):
        return "new"
    return "returning" if RETURNING.search(text) else None


def valid_times(text: str) -> Optional[str]:
    """The wish in the visitor's words when it names a day or time, else None."""
    said = text.strip()
    if len(said) > LONGEST["times"]:
        return None
    found = TIME_WORDS.search(said) or dateparser.search.search_dates(said, languages=["en"])
    return said if found else None


def valid_appointment(text: str) -> Optional[str]:
    """Which appointment: any description of a few characters ("I don't know" counts: staff can find it by name)."""
    said = text.strip()
    return said if 2 <= len(said) <= LONGEST["appointment"] else None


def valid_reason(text: str) -> Optional[str]:
    """One line; "-" when the visitor would rather not say."""
    said = " ".join(text.split())
    if SKIP.search(said):
        return "-"
    return said[: LONGEST["reason"]] or None


def valid_yes(text: str) -> Optional[str]:
    """"yes" or "no"."""
    if NO.search(text):
        return "no"
    return "yes" if YES.search(text) else None


def field_to_change(text: str) -> Optional[str]:
    """Which slot "change the phone number" is about."""
    return next((slot for slot, words in FIELD_WORDS if words.search(text)), None)


VALIDATORS: Mapping[str, Callable[[str], Optional[str]]] = {
    "visitor_name": valid_name,
    "contact": valid_contact,
    "returning": valid_returning,
    "appointment": valid_appointment,
    "times": valid_times,
    "reason": valid_reason,
    "consent": valid_yes,
}
