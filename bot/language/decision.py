"""From guesses to a decision: answer, offer a choice, decline, or something other than information."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from bot.language.topic_model import OUT_OF_SCOPE, Guess, TopicModel

FAQ = "faq/"
MOST_ANSWERS = 3
MOST_OFFERED = 3
STAFF = ("book_appointment", "reschedule_appointment", "cancel_appointment", "talk_to_human")
SAFETY = {"emergency": "emergency", "crisis": "crisis", "medical_advice": "advice"}
# The learned classifier is the second net behind the rules. A clause alone ("the pain is bad again") alarms only when it is
# nearly certain and the whole message points that way too: on held-out examples this takes false emergencies from 21 to 3
# of 1,572 and misses none more.
SAFETY_AT = 0.5
SAFETY_CLAUSE_AT = 0.85
SAFETY_SUPPORT = 0.1
# One of several questions may be a little less sure than a single one; a clause that asks nothing ("I had acupuncture once")
# counts only when the whole message is at least a little about it.
SEVERAL_EASIER = 0.1
STATEMENT_SUPPORT = 0.02
QUESTION = re.compile(r"\b(what|whats|how|hows|when|where|who|why|which|is|are|do|does|did|can|could|will|would|should|may)\b|\?", re.IGNORECASE)
WRONG_ANSWERS = 0.03  # share of all training messages that may be answered wrongly, out of fold
TOO_FAR = 0.02  # share of our own questions that may be declined as too far from anything known, out of fold
OFFER_SHARE = 0.35  # the probability that the offered topics must hold together


@dataclass(frozen=True)
class Cuts:
    """Cut points, chosen on out-of-fold predictions: answer at or above `answer`; decline below `offer`."""

    answer: float
    offer: float


@dataclass(frozen=True)
class Decision:
    """What to do with a message. `topics` are answered, or offered when `kind` is clarify."""

    kind: str
    intent: str
    topics: tuple[str, ...]
    confidence: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "topics": list(self.topics)}


def choose_cuts(model: TopicModel) -> Cuts:
    """The most generous cuts that keep wrong answers within WRONG_ANSWERS, and offers from all but the farthest questions of ours."""
    predicted = model.out_of_fold.argmax(axis=1)
    right = predicted == model.text_labels
    ours = np.array([model.labels[label] != OUT_OF_SCOPE for label in model.text_labels])
    answers = np.array([model.labels[label] != OUT_OF_SCOPE for label in predicted])
    sure = model.out_of_fold_sure
    for cut in np.arange(0.3, 0.96, 0.01):
        answered = answers & (sure >= cut)
        if (answered & ~right).mean() <= WRONG_ANSWERS:
            break
    offer = np.quantile(sure[ours & right], TOO_FAR)
    return Cuts(answer=round(float(cut), 2), offer=round(float(min(offer, cut)), 2))


def decide(whole: Guess, clauses: Sequence[Guess], cuts: Cuts) -> Decision:
    """The decision for a message, from the guess for all of it and for each of its clauses."""
    alarm = _alarm(whole, clauses)
    if alarm:
        return alarm
    several = _several(whole, clauses, cuts)
    if several and not (whole.sure >= cuts.answer and whole.label == OUT_OF_SCOPE):
        return several
    if whole.sure >= cuts.answer:
        return _settled(whole)
    sure_clause = max((guess for guess in clauses if guess.label.startswith(FAQ)), key=lambda guess: guess.sure, default=None)
    if sure_clause and sure_clause.sure >= cuts.answer:
        return _settled(sure_clause)
    return _unsure(whole, cuts)


def _alarm(whole: Guess, clauses: Sequence[Guess]) -> Optional[Decision]:
    for label, kind in SAFETY.items():
        certain = any(guess.label == label and guess.ranking[0][1] >= SAFETY_CLAUSE_AT for guess in clauses)
        if (whole.label == label and whole.ranking[0][1] >= SAFETY_AT) or (certain and whole.probability(label) >= SAFETY_SUPPORT):
            return Decision(kind, label, (label,), whole.sure, f"classifier: {label}")
    return None


def _several(whole: Guess, clauses: Sequence[Guess], cuts: Cuts) -> Optional[Decision]:
    """Two or more clauses that each clearly ask about an information topic."""
    sure = [guess for guess in clauses if guess.label.startswith(FAQ) and guess.sure >= cuts.answer - SEVERAL_EASIER]
    asked = [guess for guess in sure if QUESTION.search(guess.text) or whole.probability(guess.label) >= STATEMENT_SUPPORT]
    topics = tuple(dict.fromkeys(guess.label[len(FAQ) :] for guess in asked))[:MOST_ANSWERS]
    if len(topics) < 2:
        return None
    return Decision("answer", "faq", topics, min(guess.sure for guess in asked), "several questions in one message")


def _settled(guess: Guess) -> Decision:
    if guess.label.startswith(FAQ):
        return Decision("answer", "faq", (guess.label[len(FAQ) :],), guess.sure, f"like: {guess.nearest}")
    if guess.label == OUT_OF_SCOPE:
        return Decision("decline", OUT_OF_SCOPE, (), guess.sure, "clearly about something else")
    kind = SAFETY.get(guess.label) or ("staff" if guess.label in STAFF else "chat")
    return Decision(kind, guess.label, (guess.label,), guess.sure, f"like: {guess.nearest}")


def _unsure(guess: Guess, cuts: Cuts) -> Decision:
    offered = _offered(guess.ranking)
    share = sum(probability for label, probability in guess.ranking if _name(label) in offered)
    if guess.sure >= cuts.offer and guess.label != OUT_OF_SCOPE and offered and share >= OFFER_SHARE:
        return Decision("clarify", "clarify", offered, guess.sure, "not sure which of these")
    return Decision("decline", OUT_OF_SCOPE, (), guess.sure, "too far from anything known")


def _offered(ranking: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    names = [_name(label) for label, _ in ranking if label.startswith(FAQ) or label in STAFF]
    return tuple(names[:MOST_OFFERED])


def _name(label: str) -> str:
    return label[len(FAQ) :] if label.startswith(FAQ) else label


def decision_of(parse_data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The decision stored in a message's parse data; empty for messages that were not classified."""
    return parse_data.get("decision") or {}
