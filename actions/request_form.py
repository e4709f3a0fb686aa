"""The booking form: which questions a request needs, whether an answer is good enough, going back and changing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Optional, Text

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.answers.clinic import Clinic
from bot.booking.form_answers import VALIDATORS, field_to_change, phone_region, valid_yes
from bot.settings import Settings

QUESTIONS: Dict[Text, List[Text]] = {
    "book": ["visitor_name", "contact", "returning", "reason", "times", "consent", "confirmed"],
    "reschedule": ["visitor_name", "contact", "appointment", "times", "consent", "confirmed"],
    "cancel": ["visitor_name", "contact", "appointment", "consent", "confirmed"],
    "person": ["visitor_name", "contact", "reason", "consent", "confirmed"],
}
ALL = ["visitor_name", "contact", "returning", "appointment", "reason", "times", "consent", "confirmed"]
INTENT_KINDS = {
    "book_appointment": "book",
    "reschedule_appointment": "reschedule",
    "cancel_appointment": "cancel",
    "talk_to_human": "person",
}


def questions(tracker: Tracker) -> List[Text]:
    """The slots that this kind of request asks for, in order."""
    return QUESTIONS[tracker.get_slot("request_kind") or "book"]


@lru_cache(maxsize=1)
def clinic_phone_region() -> Optional[Text]:
    clinic = Clinic.load(Settings.load().data)
    return phone_region(clinic.values["region"], clinic.values["phone"])


class ValidateRequestForm(FormValidationAction):
    """Validates each answer; a refused one is explained and asked again."""

    def name(self) -> Text:
        return "validate_request_form"

    async def required_slots(
        self, domain_slots: List[Text], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Text]:
        return questions(tracker)

    def _checked(self, slot: Text, value: Any, dispatcher: CollectingDispatcher, **known: Any) -> Dict[Text, Any]:
        good = VALIDATORS[slot](str(value or ""), **known)
        if good is None:
            dispatcher.utter_message(response=f"utter_invalid_{slot}")
        return {slot: good}

    def validate_visitor_name(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("visitor_name", value, dispatcher)

    def validate_contact(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("contact", value, dispatcher, region=clinic_phone_region())

    def validate_returning(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("returning", value, dispatcher)

    def validate_appointment(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("appointment", value, dispatcher)

    def validate_reason(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("reason", value, dispatcher)

    def validate_times(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        return self._checked("times", value, dispatcher)

    def validate_consent(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        """Without consent there is nothing more to ask: the form ends and nothing is sent."""
        checked = self._checked("consent", value, dispatcher)
        return {**checked, "confirmed": "no", "requested_slot": None} if checked["consent"] == "no" else checked

    def validate_confirmed(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Dict[Text, Any]:
        """A plain yes sends; a part that is to be changed is asked again; anything else asks which part."""
        text = str(value or "")
        slot = field_to_change(text)
        if slot in questions(tracker):
            return {slot: None, "confirmed": None}
        if valid_yes(text) == "yes":
            return {"confirmed": "yes"}
        dispatcher.utter_message(response="utter_change_what")
        return {"confirmed": None}


class StepBack(Action):
    """Takes back the answer to the last question."""

    def name(self) -> Text:
        return "action_step_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        asked = questions(tracker)
        requested = tracker.get_slot("requested_slot")
        position = asked.index(requested) if requested in asked else 0
        if position == 0:
            dispatcher.utter_message(response="utter_request_back_at_start")
            return []
        return [SlotSet(asked[position - 1], None)]


class SwitchRequest(Action):
    """Turns an open request into another kind; name and contact are kept."""

    def name(self) -> Text:
        return "action_switch_request"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        intent = tracker.get_intent_of_latest_message()
        kind = INTENT_KINDS.get(intent or "")
        return [SlotSet("request_kind", kind), SlotSet("confirmed", None)] if kind else []


class ClearRequest(Action):
    """Forgets what was typed into a request that is not sent."""

    def name(self) -> Text:
        return "action_clear_request"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        return cleared()


def cleared() -> List[EventType]:
    return [SlotSet(slot, None) for slot in [*ALL, "request_kind"]]
