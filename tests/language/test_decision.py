"""From guesses to a decision: three zones, several topics, alarms and pleas for advice first."""

from __future__ import annotations

import pytest

from bot.language import decision
from bot.language.asking import Asked
from bot.language.decision import Cuts
from bot.language.topic_model import Guess

CUTS = Cuts(answer=0.8, offer=-3.0, near=-3.0)


def guess(label, sure, text="what is it", known=0.0, **others):
    rest = {name.replace("__", "/"): share for name, share in others.items()}
    ranking = ((label, max(0.0, 1.0 - sum(rest.values()))), *rest.items())
    return Guess(text, label, sure, ranking, known, 0.0, 0.0, 0.0, "nearest")


def decide(whole, parts=(), alarm=0.0, **asked):
    """`asked` are the labels likely asked about, in the order in which they stand in the message."""
    likely = [Asked(label.replace("__", "/"), share, place) for place, (label, share) in enumerate(asked.items())]
    return decision.decide(whole, parts, sorted(likely, key=lambda found: -found.probability), alarm, CUTS)


def test_sure_is_answered():
    assert decide(guess("faq/cost", 0.9)).topics == ("cost",)


def test_unsure_is_offered_and_far_is_declined():
    offered = decide(guess("faq/cost", 0.5, faq__insurance=0.3, faq__payment=0.1))
    assert (offered.kind, offered.topics) == ("clarify", ("cost", "insurance", "payment"))
    assert decide(guess("faq/cost", 0.5, known=-5.0)).kind == "decline"


def test_what_lies_too_far_from_anything_known_is_not_answered_however_sure():
    assert decide(guess("faq/cost", 0.9, known=-3.5)).kind == "decline"
    assert decide(guess("faq/cost", decision.EXACT, known=-3.5)).kind == "answer", "a known text, word for word"


def test_out_of_scope_is_never_offered():
    assert decide(guess("out_of_scope", 0.5, faq__cost=0.4)).kind == "decline"


def test_several_questions_are_all_answered_in_their_order_at_most_three():
    asked = {"faq__cost": 0.8, "faq__hours": 0.9, "faq__location": 0.8, "faq__contact": 0.75}
    assert decide(guess("faq/cost", 0.5), **asked).topics == ("cost", "hours", "location")


def test_what_is_urgent_is_answered_first():
    assert decide(guess("faq/cost", 0.5), faq__cost=0.9, faq__hours=0.8, faq__is_it_safe=0.8).topics == ("is_it_safe", "cost", "hours")


def test_a_wish_for_staff_is_kept_for_after_the_answer():
    found = decide(guess("book_appointment", 0.9), book_appointment=0.9, faq__cost=0.8)
    assert (found.kind, found.intent, found.topics) == ("answer", "book_appointment", ("cost", "book_appointment"))


def test_what_is_said_to_the_assistant_itself_is_answered_first():
    found = decide(guess("bot_challenge", 0.9), faq__privacy=0.9, bot_challenge=0.8)
    assert (found.kind, found.intent, found.topics) == ("answer", "faq", ("bot_challenge", "privacy"))
    found = decide(guess("talk_to_human", 0.9), talk_to_human=0.9, bot_challenge=0.8)
    assert (found.kind, found.intent, found.topics) == ("answer", "talk_to_human", ("bot_challenge", "talk_to_human"))
    found = decide(guess("sources", 0.9), sources=0.9, more_detail=0.8)
    assert (found.kind, found.intent, found.topics) == ("answer", "sources", ("sources", "more_detail"))


def test_what_is_only_mentioned_is_not_answered():
    assert decide(guess("faq/does_it_hurt", 0.9), faq__does_it_hurt=0.9, faq__dry_needling_vs_acupuncture=0.2).topics == ("does_it_hurt",)


def test_one_part_that_is_surely_asked_is_answered_where_the_whole_is_unclear():
    assert decide(guess("out_of_scope", 0.4), faq__location=0.9).topics == ("location",)
    assert decide(guess("out_of_scope", 0.4), faq__location=0.6).kind == "decline"


def test_the_net_decides_whether_there_is_an_alarm_and_the_likeliest_kind_is_named():
    fragment = guess("crisis", 0.9, "i sat with the keys in my hand", emergency=0.005)
    assert decide(guess("book_appointment", 0.9, emergency=0.001), [fragment], alarm=decision.ALARM_AT).kind == "crisis"
    assert decide(guess("book_appointment", 0.9, emergency=0.001), [fragment], alarm=decision.ALARM_AT - 0.01).kind == "staff"


def test_a_plea_for_advice_in_a_part_needs_support():
    plea = guess("medical_advice", 0.9, "should i stop")
    assert decide(guess("book_appointment", 0.9), [plea]).kind == "staff"
    assert decide(guess("book_appointment", 0.6, medical_advice=0.1), [plea]).kind == "advice"


def test_a_plea_for_advice_hides_no_answers_to_several_questions():
    found = decide(guess("medical_advice", 0.9), faq__cost=0.9, faq__location=0.8)
    assert (found.kind, found.topics, found.pleads) == ("answer", ("cost", "location"), True)
    assert decide(guess("medical_advice", 0.9), faq__cost=0.9, book_appointment=0.8).kind == "advice", "one question beside it may be the plea itself"
    assert not decide(guess("faq/cost", 0.9), faq__cost=0.9, faq__location=0.8).pleads


@pytest.mark.parametrize("kind", ["emergency", "crisis"])
def test_the_learned_alarm_comes_before_any_answer(kind):
    assert decide(guess(kind, 0.55), alarm=0.9, faq__cost=0.99, faq__hours=0.99).kind == kind
