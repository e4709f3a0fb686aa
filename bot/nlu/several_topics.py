"""Rasa policy: answers several topics of one message in order, then turns to a wish for staff, or back to an open request."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Text

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, LoopInterrupted, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.catalogue import FAQ
from bot.language.decision import decision_of
from bot.language.several import ABOUT_THE_CHAT, STAFF
from bot.nlu.form_answer import FORM

ABOVE_RULES = 7  # RulePolicy has priority 6
SWITCH = "action_switch_request"
ADVICE = "utter_medical_advice_diagnosis"  # the composer picks the one that fits the plea


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SeveralTopics(Policy):
    """Speaks up only when the decision names two topics or more."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"priority": ABOVE_RULES}

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        return self._resource

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, rule_only_data: Optional[Dict[Text, Any]] = None, **kwargs: Any
    ) -> PolicyPrediction:
        decision, done = _decision_and_done(tracker)
        if len(decision.get("topics") or ()) < 2 or decision.get("kind") != "answer":
            return self._prediction(self._default_predictions(domain))
        planned = () if FORM in done else _actions(decision, bool(tracker.active_loop_name))
        waiting = [action for action in planned if action not in done]
        events = None
        if waiting:
            action = waiting[0]
        elif tracker.active_loop_name and tracker.active_loop_name not in done:
            action, events = tracker.active_loop_name, [LoopInterrupted(True)]
        else:
            action = ACTION_LISTEN_NAME
        prediction = self._default_predictions(domain)
        prediction[domain.index_for_action(action)] = 1.0
        return self._prediction(prediction, optional_events=events, is_no_user_prediction=True)


def _actions(decision: Mapping[Text, Any], request_is_open: bool) -> List[Text]:
    """What is about the chat itself, "I can't judge that" where it is due, answers; then a wish for staff opens the request form,
    or turns an open request into another.
    """
    topics = decision["topics"]
    first = [ABOUT_THE_CHAT[topic] for topic in topics if topic in ABOUT_THE_CHAT] + [ADVICE] * bool(decision.get("pleads"))
    answers = [FAQ + topic for topic in topics if topic not in (*ABOUT_THE_CHAT, *STAFF)]
    wish = [SWITCH] * request_is_open + [FORM] if any(topic in STAFF for topic in topics) else []
    return first + answers + wish


def _decision_and_done(tracker: DialogueStateTracker) -> "tuple[Mapping[Text, Any], List[Text]]":
    """What was decided for the newest message, and the actions taken since."""
    done: List[Text] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return decision_of(event.parse_data or {}), done
        if isinstance(event, ActionExecuted):
            done.append(event.action_name or "")
    return {}, done
