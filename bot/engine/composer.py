"""Which curated response is said: the rule names a safe default, the situation may name a better one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from bot.answers.catalogue import FAQ, Catalogue
from bot.answers.reply import Reply
from bot.language.decision import MOST_OFFERED, decision_of

STAFF_TITLES = {
    "book_appointment": "Book an appointment",
    "reschedule_appointment": "Move my appointment",
    "cancel_appointment": "Cancel my appointment",
    "talk_to_human": "Talk to a person",
}
NONE_OF_THESE = "None of these"
PERHAPS_ASKED_AT = 0.15  # P(asked) from which a topic that is not answered is offered beside the answers
WISHES = {"book": "Book an appointment", "reschedule": "Move an appointment", "cancel": "Cancel an appointment", "person": "A call from our staff"}
SUMMARY = (
    ("visitor_name", "Name"), ("contact", "Contact"), ("returning", "New or returning"), ("appointment", "Appointment"),
    ("reason", "Reason"), ("times", "Preferred times"),
)  # fmt: skip


def compose(
    catalogue: Catalogue, name: str, parse_data: Mapping[str, Any], slots: Mapping[str, Any], said: Sequence[str], values: Mapping[str, str],
    before: Mapping[str, Any],
) -> Reply:  # fmt: skip
    """The reply for the response `name` in this situation.

    `said` holds the responses of this conversation, newest last; `values` come from an action ({number}, {promise});
    `before` is what was understood of the visitor's message before this one.
    """
    last = next((response for response in reversed(said) if response.startswith(FAQ)), "")
    if name == "utter_nothing_more" and last and catalogue.has_more(last[len(FAQ) :]):
        return catalogue.reply(last, slots=slots, more=True)
    if name == "utter_no_sources" and last:
        return _sources(catalogue, catalogue.reply(last, slots=slots))
    if name == "utter_nothing_to_repeat" and said and said[-1] != name:
        return catalogue.reply(said[-1], slots=slots, **values)
    if name == "utter_feedback_negative" and last and said[-1] == last:
        return _not_meant(catalogue, before, {response[len(FAQ) :] for response in said})
    if name == "utter_clarify":
        return _choice(catalogue, decision_of(parse_data).get("topics") or ())
    if name.startswith("utter_why_"):
        name = _existing(catalogue, f"utter_why_{slots.get('requested_slot')}", name)
    if name.startswith(("utter_emergency_", "utter_crisis_", "utter_medical_advice_")):
        name = _existing(catalogue, _by_verdict(name, parse_data), name)
    if name == "utter_ask_request_form_confirmed":
        values = {**values, "summary": summary(slots)}
    return _offering(catalogue, catalogue.reply(name, slots=slots, **values), parse_data)


def summary(slots: Mapping[str, Any]) -> str:
    """The request as the visitor gave it, one line for each part, and first what it is for: who cancels must see that."""
    wish = WISHES[slots.get("request_kind") or "book"]
    return "\n".join([wish, *(f"{title}: {slots[slot]}" for slot, title in SUMMARY if slots.get(slot) and slots[slot] != "-")])


def _sources(catalogue: Catalogue, answer: Reply) -> Reply:
    titles = "; ".join(f"{source['title']} ({source['publisher']}, {source['year']})" for source in answer.sources)
    reply = catalogue.reply("utter_sources", sources=titles, reviewed_on=answer.reviewed_on)
    return Reply.from_dict({**reply.as_dict(), "sources": answer.sources, "topic": answer.topic, "evidence": answer.evidence}, catalogue.disclaimers)


def _offering(catalogue: Catalogue, reply: Reply, parse_data: Mapping[str, Any]) -> Reply:
    """An answer with buttons for what the message perhaps asks too, before the others, and none for what is answered beside it."""
    decision = decision_of(parse_data)
    answered = [topic for topic in decision.get("topics") or () if topic in catalogue.topics]
    if decision.get("kind") != "answer" or reply.topic not in answered:
        return reply
    likely = (parse_data.get("evidence") or {}).get("asked") or ()
    perhaps = [topic for topic, probability in likely if probability >= PERHAPS_ASKED_AT and topic not in decision["topics"]]
    offered = [_title(catalogue, topic) for topic in perhaps if topic in catalogue.topics or topic in STAFF_TITLES]
    buttons = dict.fromkeys([*(offered if reply.topic == answered[0] else ()), *reply.buttons])
    return replace(reply, buttons=tuple(title for title in buttons if title not in map(catalogue.question, answered)))


def _choice(catalogue: Catalogue, topics: Sequence[str]) -> Reply:
    return catalogue.reply("utter_clarify").with_buttons(*(_title(catalogue, topic) for topic in topics), NONE_OF_THESE)


def _not_meant(catalogue: Catalogue, before: Mapping[str, Any], answered: set[str]) -> Reply:
    """Offer what the message before may have meant instead."""
    likely = [guess["name"].removeprefix("faq/") for guess in before.get("intent_ranking") or ()]
    others = [topic for topic in likely if topic not in answered and (topic in catalogue.topics or topic in STAFF_TITLES)][:MOST_OFFERED]
    if not others:
        return catalogue.reply("utter_feedback_negative")
    return catalogue.reply("utter_not_meant").with_buttons(*(_title(catalogue, topic) for topic in others))


def _title(catalogue: Catalogue, topic: str) -> str:
    return STAFF_TITLES.get(topic) or catalogue.question(topic)


def _by_verdict(name: str, parse_data: Mapping[str, Any]) -> str:
    verdict = parse_data.get("safety") or {}
    return f"utter_{verdict.get('kind')}_{verdict.get('topic')}"


def _existing(catalogue: Catalogue, wanted: str, default: str) -> str:
    return wanted if wanted in catalogue.responses else default
