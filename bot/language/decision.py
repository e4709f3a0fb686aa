"""From guesses to a decision: answer, offer a choice, decline, or something other than information."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Mapping, Sequence

import numpy as np

from bot.language.asking import Asked
from bot.language.several import ABOUT_THE_CHAT, FAQ, STAFF, URGENT, name_of
from bot.language.topic_model import ALARMS, EXACT, OUT_OF_SCOPE, Guess, TopicModel

MOST_ANSWERS = 3
MOST_OFFERED = 3
ADVICE = ("medical_advice",)
SAFETY = {"emergency": "emergency", "crisis": "crisis", "medical_advice": "advice"}
# The learned net behind the rules: P(alarm) that is one by itself, and below which it outweighs weak signs.
ALARM_AT, SIGNS_AT = 0.45, 0.1
# A plea for advice in a part alone counts only when it is nearly certain and the whole message points that way too.
ADVICE_AT, ADVICE_PART_AT, ADVICE_SUPPORT = 0.5, 0.93, 0.06
ASKED_AT = 0.45  # P(asked) from which a topic of a message of several parts counts as asked
WRONG_ANSWERS = 0.06  # share of unseen examples that may be answered wrongly; they are unlike those learned from: real questions fare far better
TOO_FAR = 0.02  # share of our own questions that may be declined as too far from anything known, out of fold
# Without examples of what is out of scope, only closeness guards against it: share of a left-out topic's questions that may be answered.
LEFT_OUT_ANSWERED = 0.02
OFFER_SHARE = 0.35  # the probability that the offered topics must hold together


@dataclass(frozen=True)
class Cuts:
    """Cut points, chosen on unseen examples: answer from certainty `answer` on texts at least as `known` as `near`; offer a
    choice to texts at least as `known` as `offer`.
    """

    answer: float
    offer: float
    near: float


@dataclass(frozen=True)
class Decision:
    """What to do with a message. `topics` are answered, or offered when `kind` is clarify; where it also `pleads` for personal
    advice, "I can't judge that" is said before them.
    """

    kind: str
    intent: str
    topics: tuple[str, ...]
    confidence: float
    reason: str
    pleads: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "topics": list(self.topics)}


def choose_cuts(model: TopicModel) -> Cuts:
    """The most generous cuts that keep wrong answers within WRONG_ANSWERS, and offers from all but the farthest questions of ours."""
    seen = model.unseen.seen
    truth, predicted = model.text_labels[model.unseen.rows], model.probabilities(seen).argmax(axis=1)
    outside = np.array([label == OUT_OF_SCOPE for label in model.labels])
    sure = model.sure(seen)
    for cut in np.arange(0.3, 0.96, 0.01):
        answered = ~outside[predicted] & (sure >= cut)
        if (answered & (predicted != truth)).mean() <= WRONG_ANSWERS:
            break
    offer = np.quantile(model.known(seen)[~outside[truth] & (predicted == truth)], TOO_FAR)
    near = offer if outside.any() else _near(model, cut)
    return Cuts(answer=round(float(cut), 2), offer=round(float(offer), 2), near=round(float(near), 2))


def _near(model: TopicModel, answer: float) -> float:
    """The most generous `near` that leaves enough of the texts unanswered whose own topic was taken away."""
    without = model.unseen.without
    known, sure = model.known(without), model.sure(without) >= answer
    allowed = int(LEFT_OUT_ANSWERED * len(known))
    answered = np.sort(known[sure])[::-1]
    return float(answered[allowed]) + 0.01 if len(answered) > allowed else float(known.min())


def decide(whole: Guess, parts: Sequence[Guess], likely: Sequence[Asked], alarm: float, cuts: Cuts) -> Decision:
    """The decision for a message, from the guess for all of it and for each run of its parts, the labels `likely` asked about,
    and the probability of an alarm.
    """
    if alarm >= ALARM_AT:
        return _safety(whole, parts, ALARMS)
    asked = [found for found in likely if found.probability >= ASKED_AT]
    pleads = _pleads(whole, parts)
    if pleads and sum(found.label.startswith(FAQ) for found in asked) < 2:
        return _safety(whole, parts, ADVICE)
    if len(asked) > 1:
        return replace(_several(asked), pleads=pleads)
    if whole.sure >= cuts.answer and (whole.known >= cuts.near or whole.sure == EXACT):
        return _settled(whole)
    if asked and asked[0].probability >= cuts.answer:
        return _settled_part(asked[0])
    return _unsure(whole, cuts)


def _safety(whole: Guess, parts: Sequence[Guess], labels: Sequence[str]) -> Decision:
    label = whole.label if whole.label in labels else max(labels, key=lambda name: max(guess.probability(name) for guess in (whole, *parts)))
    return Decision(SAFETY[label], label, (label,), whole.sure, f"classifier: {label}")


def _pleads(whole: Guess, parts: Sequence[Guess]) -> bool:
    support = sum(whole.probability(label) for label in ADVICE)
    part = max((guess.ranking[0][1] for guess in parts if guess.label in ADVICE), default=0.0)
    return (whole.label in ADVICE and support >= ADVICE_AT) or (part >= ADVICE_PART_AT and support >= ADVICE_SUPPORT)


def _several(asked: Sequence[Asked]) -> Decision:
    """What is said to the assistant itself, then information in the order asked, what is urgent first; a wish for staff is kept
    for afterwards.
    """
    ordered = sorted(asked[: MOST_ANSWERS + 1], key=lambda found: (found.label not in ABOUT_THE_CHAT, name_of(found.label) not in URGENT, found.first))
    topics = tuple(name_of(found.label) for found in ordered if found.label not in STAFF)[:MOST_ANSWERS]
    wish = next((found.label for found in ordered if found.label in STAFF), "")
    if not topics:
        return Decision("staff", wish, (wish,), asked[0].probability, "a wish in one part of the message")
    intent = wish or ("faq" if any(found.label.startswith(FAQ) for found in ordered) else topics[0])
    confidence = min(found.probability for found in ordered)
    return Decision("answer", intent, topics + ((wish,) if wish else ()), confidence, "several questions in one message")


def _settled(guess: Guess) -> Decision:
    if guess.label.startswith(FAQ):
        return Decision("answer", "faq", (name_of(guess.label),), guess.sure, f"like: {guess.nearest}")
    if guess.label == OUT_OF_SCOPE:
        return Decision("decline", OUT_OF_SCOPE, (), guess.sure, "clearly about something else")
    return Decision(SAFETY.get(guess.label) or _kind(guess.label), guess.label, (guess.label,), guess.sure, f"like: {guess.nearest}")


def _settled_part(asked: Asked) -> Decision:
    intent = "faq" if asked.label.startswith(FAQ) else asked.label
    return Decision(_kind(asked.label), intent, (name_of(asked.label),), asked.probability, "one part of the message")


def _kind(label: str) -> str:
    return "answer" if label.startswith(FAQ) else "staff" if label in STAFF else "chat"


def _unsure(guess: Guess, cuts: Cuts) -> Decision:
    offered = _offered(guess.ranking)
    share = sum(probability for label, probability in guess.ranking if name_of(label) in offered)
    if guess.known >= cuts.offer and guess.label != OUT_OF_SCOPE and offered and share >= OFFER_SHARE:
        return Decision("clarify", "clarify", offered, guess.sure, "not sure which of these")
    return Decision("decline", OUT_OF_SCOPE, (), guess.sure, "too far from anything known")


def _offered(ranking: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    names = [name_of(label) for label, _ in ranking if label.startswith(FAQ) or label in STAFF]
    return tuple(names[:MOST_OFFERED])


def several_asked(decision: Mapping[str, Any]) -> bool:
    """Whether several topics of information are answered."""
    return decision.get("kind") == "answer" and sum(topic not in (*ABOUT_THE_CHAT, *STAFF) for topic in decision["topics"]) > 1


def decision_of(parse_data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The decision stored in a message's parse data; empty for messages that were not classified."""
    return parse_data.get("decision") or {}
