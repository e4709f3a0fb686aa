"""Is a message in the middle of a request an answer to our question, a command, or a question of the visitor's?

And: is an answer good enough? Rules only, so that a name is never mistaken for a topic.
"""

from __future__ import annotations

import re
from typing import Callable, Mapping, Optional

import dateparser.search
import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Whole messages only: a command may end the request, so a sentence that merely begins like one is an answer.
STOP = re.compile(
    r"^\W*((please|ok(ay)?|fine|oh|no)\W+)*(stop( (it|this|here|now))?|never ?mind|forget (about )?(it|this|that)|quit|exit|abort|leave it|"
    r"i changed my mind|i (do ?n.?t|no longer) want (this|it|to( (do|send|book|go on|continue)( (this|it|that))?)?)( any ?more)?)( please)?\W*$|"
    r"^\W*(please )?cancel( (it|this|that|(the )?request))?( please)?\W*$",
    re.IGNORECASE,
)
BACK = re.compile(
    r"^\W*(please )?((go |step |move )?back( (one|a)? ?(step|question))?|previous( question)?|undo|(that|this) (was|is) wrong|"
    r"i made a mistake|wrong (name|number|answer|phone|email))\W*$",
    re.IGNORECASE,
)
WHY = re.compile(
    r"^\W*(but )?(why( (that|this|not)| (do|would) you (need|ask|want)\b.{0,60}| (do|should|must) i (have to )?(tell|say|give|answer|share)\b.{0,60}|"
    r" (is|are) (that|this|it|these) (needed|necessary|important|required))?|what (do you need|is) (that|it|this) for|what for)\W*$",
    re.IGNORECASE,
)
YES = re.compile(r"^\W*(y|yes|yeah|yep|yup|ya|sure|ok|okay|of course|please do|go ahead|send( it)?|correct|right|that.?s right|i agree|agreed|fine|si)\b", re.IGNORECASE)
NO = re.compile(r"^\W*(n|no(?! (problem|worries)\b)|nope|nah|not|don.?t|do not|never|disagree)\b", re.IGNORECASE)
CHANGE = re.compile(r"\b(change|wrong|fix|correct the|incorrect|edit|different|mistake|update|(mis)?spell(ed|ing)?|(mis)?spelt|typo)\b", re.IGNORECASE)
TAKEN_BACK = re.compile(
    r"\b(no(?! (problem|worries)\b)|not|never|without|(do|wo|ca|did|is|are|was|should|would)n['’]?t|can ?not|stop|quit|forget|wait|hold on|but|except|unless|"
    r"cancel(?! (my|the) (appointment|visit)\b))\b",
    re.IGNORECASE,
)
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
    ("visitor_name", re.compile(r"\b(sur)?name\b", re.IGNORECASE)),
    ("contact", re.compile(r"\b(phone|number|e-?mail|contact|mail)\b", re.IGNORECASE)),
    ("times", re.compile(r"\b(times?|days?|when|date|morning|afternoon)\b", re.IGNORECASE)),
    ("appointment", re.compile(r"\bappointment\b", re.IGNORECASE)),
    ("reason", re.compile(r"\b(reason|note|why)\b", re.IGNORECASE)),
    ("returning", re.compile(r"\b(new|returning|before|patient)\b", re.IGNORECASE)),
)
REFUSAL = re.compile(r"\b((do|wo)n['’]?t|do not|rather not|prefer not)\b", re.IGNORECASE)
SHORT = 3  # words: "the phone number"
PHONE_REGIONS = {"UK": "GB"}  # where clinic.yml and phone numbers call a country differently
LONGEST = {"visitor_name": 80, "contact": 120, "times": 200, "appointment": 200, "reason": 300}


def command(text: str, slot: str) -> Optional[str]:
    """"stop", "back" or "why" when the message is such a command in answer to the question for `slot`, else None."""
    if slot == "reason" and text.strip(" .!").lower() == "back":
        return None  # the part of the body
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
    return bool(YES.search(text) or NO.search(text) or (slot == "confirmed" and (CHANGE.search(text) or field_to_change(text))))


def valid_name(text: str) -> Optional[str]:
    """The name, without "my name is"; None when it cannot be one."""
    name = re.sub(r"^\W*(my name is|my name.?s|name is|i am|i.?m|it.?s|this is|call me)\s+", "", text.strip(), flags=re.IGNORECASE).strip(" .,!")
    if REFUSAL.search(name):
        return None
    letters = sum(character.isalpha() for character in name)
    return name if letters >= 2 and letters >= len(name) * 0.6 and len(name) <= LONGEST["visitor_name"] else None


def phone_region(clinic_region: str, clinic_phone: str) -> Optional[str]:
    """The country of numbers without a country code: that of the clinic's own number, or else of its region."""
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(clinic_phone))
    except phonenumbers.NumberParseException:
        country = None
    return country or PHONE_REGIONS.get(clinic_region, clinic_region)


def valid_contact(text: str, region: Optional[str]) -> Optional[str]:
    """A phone number in international form or an e-mail address found in `text`, else None."""
    for word in text.replace(",", " ").split():
        if "@" in word:
            try:
                return validate_email(word.strip(".,;<>()"), check_deliverability=False).normalized
            except EmailNotValidError:
                return None
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
        if phonenumbers.is_possible_number_with_reason(match.number) == phonenumbers.ValidationResult.IS_POSSIBLE:  # not without its area code
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
    """"yes" or "no"; None also for a yes that takes itself back ("ok, but don't call"), which nobody may count as consent."""
    if NO.search(text):
        return "no"
    return "yes" if YES.search(text) and not (TAKEN_BACK.search(text) or CHANGE.search(text)) else None


def field_to_change(text: str) -> Optional[str]:
    """Which slot "change the phone number", "no, the name" or just "the name" is about; a part that is only mentioned is not changed."""
    just_named = len(text.split()) <= SHORT and not (YES.search(text) or QUESTION.search(text))
    if not (just_named or CHANGE.search(text) or NO.search(text)):
        return None
    return next((slot for slot, words in FIELD_WORDS if words.search(text)), None)


VALIDATORS: Mapping[str, Callable[..., Optional[str]]] = {
    "visitor_name": valid_name,
    "contact": valid_contact,
    "returning": valid_returning,
    "appointment": valid_appointment,
    "times": valid_times,
    "reason": valid_reason,
    "consent": valid_yes,
}
