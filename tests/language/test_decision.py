"""From guesses to a decision: three zones, several topics, and alarms that need support."""

from __future__ import annotations

from bot.language.decision import Cuts, decide
from bot.language.topic_model import Guess

CUTS = Cuts(answer=0.8, offer=0.3)


def guess(label, sure, text="what is it", **others):
    rest = {name: share for name, share in others.items()}
    ranking = ((label, max(0.0, 1.0 - sum(rest.values()))), *((name.replace("__", "/"), share) for name, share in rest.items()))
    return Guess(text, label, sure, ranking, 0.0, 0.0, 0.0, "nearest")


def test_sure_is_answered():
    assert decide(guess("faq/cost", 0.9), [], CUTS).topics == ("cost",)


def test_unsure_is_offered_and_far_is_declined():
    offered = decide(guess("faq/cost", 0.5, faq__insurance=0.3, faq__payment=0.1), [], CUTS)
    assert (offered.kind, offered.topics) == ("clarify", ("cost", "insurance", "payment"))
    assert decide(guess("faq/cost", 0.1), [], CUTS).kind == "decline"


def test_out_of_scope_is_never_offered():
    assert decide(guess("out_of_scope", 0.5, faq__cost=0.4), [], CUTS).kind == "decline"


def test_several_questions_are_all_answered_at_most_three():
    asked = [guess(f"faq/{topic}", 0.9) for topic in ("cost", "hours", "location", "contact")]
    assert decide(guess("faq/cost", 0.5), asked, CUTS).topics == ("cost", "hours", "location")


def test_a_remark_does_not_become_a_second_topic():
    remark = guess("faq/dry_needling_vs_acupuncture", 0.95, "i had acupuncture once")
    assert decide(guess("faq/does_it_hurt", 0.9), [remark, guess("faq/does_it_hurt", 0.9)], CUTS).topics == ("does_it_hurt",)


def test_a_frightening_fragment_alone_raises_no_alarm_but_a_supported_one_does():
    fragment = guess("emergency", 0.9, "the pain is bad again")
    assert decide(guess("faq/sleep", 0.9), [fragment, guess("faq/sleep", 0.9)], CUTS).kind == "answer"
    assert decide(guess("faq/sleep", 0.6, emergency=0.3), [fragment], CUTS).kind == "emergency"


def test_the_learned_alarm_comes_before_any_answer():
    assert decide(guess("crisis", 0.55), [guess("faq/cost", 0.99)], CUTS).kind == "crisis"
