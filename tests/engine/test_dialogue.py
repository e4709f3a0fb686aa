"""Conversations: digressions in a request, going back, correcting, stopping, context, safety in every state."""

from __future__ import annotations

import pytest

from bot.settings import Settings


def asks(answer):
    """What the last reply asks for, or its name."""
    return answer["cards"][-1]["response"].replace("utter_ask_request_form_", "")


@pytest.fixture(autouse=True)
def kept(monkeypatch, tmp_path):
    """Requests go to an outbox of this test; web is not there, so they are kept."""
    import actions.outbox
    from actions.outbox import Outbox
    from bot.security.sealing import Sealer

    made = Outbox(tmp_path / "outbox", "http://127.0.0.1:9", Settings.load().internal_secret, Sealer.load(tmp_path / "keys.json"))
    monkeypatch.setattr(actions.outbox, "outbox", lambda: made)
    monkeypatch.setattr("actions.send_request.outbox", lambda: made)
    return tmp_path / "outbox"


def test_a_request_with_a_question_in_the_middle(visitor, kept):
    assert asks(visitor.say("can i come thursday")) == "visitor_name"
    assert asks(visitor.say("Ann Lee")) == "contact"
    answer = visitor.say("how much is it")
    assert answer["topics"] == ["cost"] and asks(answer) == "contact", "the question is answered and the form goes on"
    answer = visitor.say("does it hurt and are you open on saturday")
    assert asks(answer) == "contact" and set(answer["topics"]) == {"does_it_hurt", "hours"}
    assert asks(visitor.say("my number is 212 555 0147")) == "returning"
    assert asks(visitor.say("why do you ask?")) == "returning"
    assert asks(visitor.say("I am new")) == "reason"
    assert asks(visitor.say("burning feet")) == "times"
    assert asks(visitor.say("Thursday morning")) == "consent"
    summary = visitor.say("Yes")
    assert asks(summary) == "confirmed"
    for part in ("Ann Lee", "+1 212-555-0147", "burning feet", "Thursday morning"):
        assert part in summary["replies"][-1]
    done = visitor.say("Yes, send it")
    assert asks(done) == "utter_request_kept", "web is away: the visitor is told, nothing is lost"
    assert len(list(kept.glob("*.sealed"))) == 1
    assert b"Ann Lee" not in next(kept.glob("*.sealed")).read_bytes()
    assert visitor.say("thanks")["decision"] == "chat"


def test_going_back_and_changing(visitor):
    visitor.say("Book an appointment"), visitor.say("Ann Lee"), visitor.say("212 555 0147")
    assert asks(visitor.say("go back")) == "contact"
    assert asks(visitor.say("ann@example.com")) == "returning"
    visitor.say("been before"), visitor.say("Skip"), visitor.say("any morning")
    assert "ann@example.com" in visitor.say("yes")["replies"][-1]
    assert asks(visitor.say("change the name")) == "visitor_name"
    assert "Ann Smith" in visitor.say("Ann Smith")["replies"][-1]
    answer = visitor.say("no")
    assert [card["response"] for card in answer["cards"]] == ["utter_change_what", "utter_ask_request_form_confirmed"]


def test_stopping_forgets_what_was_typed(visitor, kept):
    visitor.say("Book an appointment"), visitor.say("Ann Lee")
    assert asks(visitor.say("stop")) == "utter_request_stopped"
    assert asks(visitor.say("Book an appointment")) == "visitor_name", "nothing was remembered"
    assert not list(kept.glob("*"))


@pytest.mark.parametrize(
    "before, text, asked",
    [
        (["Talk to a person"], "rather not say", "visitor_name"),
        (["Talk to a person", "Ann Lee", "212 555 0147"], "I don't want to take pills anymore", "consent"),
        (["Talk to a person", "Ann Lee", "212 555 0147", "Skip"], "ok but don't call me", "consent"),
        (["Talk to a person", "Ann Lee", "212 555 0147", "Skip", "yes"], "yes but something is misspelled", "confirmed"),
        (["Talk to a person", "Ann Lee", "212 555 0147", "Skip", "yes"], "the name", "visitor_name"),
    ],
)
def test_what_is_not_plain_neither_ends_nor_sends_a_request(visitor, kept, before, text, asked):
    for given in before:
        visitor.say(given)
    assert asks(visitor.say(text)) == asked
    assert not list(kept.glob("*.sealed"))


def test_a_question_beside_the_yes_wipes_nothing(visitor, kept):
    for text in ("Book an appointment", "Ann Lee", "212 555 0147", "I am new", "Skip", "Thursday", "yes"):
        visitor.say(text)
    assert asks(visitor.say("Yes, send it. When will you call?")) == "utter_request_kept"
    assert len(list(kept.glob("*.sealed"))) == 1


def test_without_consent_nothing_is_sent(visitor, kept):
    for text in ("Talk to a person", "Ann Lee", "212 555 0147", "Skip"):
        visitor.say(text)
    assert asks(visitor.say("No")) == "utter_request_declined_consent"
    assert not list(kept.glob("*.sealed"))


@pytest.mark.parametrize("opening, questions", [("Move my appointment", ["visitor_name", "contact", "appointment", "times", "consent"]), ("Cancel my appointment", ["visitor_name", "contact", "appointment", "consent"]), ("Talk to a person", ["visitor_name", "contact", "reason", "consent"])])
def test_each_kind_asks_only_what_it_needs_and_says_what_it_is(visitor, opening, questions):
    answers = {"visitor_name": "Ann Lee", "contact": "212 555 0147", "appointment": "monday at 3", "times": "friday", "reason": "my bill"}
    answer = visitor.say(opening)
    for question in questions:
        assert asks(answer) == question
        answer = visitor.say(answers.get(question, "yes"))
    assert asks(answer) == "confirmed"
    assert {"Move": "Move an", "Cancel": "Cancel an", "Talk": "A call from"}[opening.split()[0]] in "".join(answer["replies"])


def test_an_open_request_becomes_another_kind(visitor):
    visitor.say("Book an appointment"), visitor.say("Ann Lee")
    answer = visitor.say("Talk to a person")
    assert asks(answer) == "contact", "the name is kept"


@pytest.mark.parametrize("text, decision", [("i cant breathe since the needles yesterday", "emergency"), ("i want to end my life", "crisis"), ("should i double my gabapentin", "advice")])
def test_safety_comes_first_in_the_middle_of_a_request(visitor, text, decision):
    visitor.say("Book an appointment"), visitor.say("Ann Lee")
    answer = visitor.say(text)
    assert answer["decision"] == decision
    if decision != "advice":
        assert len(answer["cards"]) == 1, "no small talk after it"
    assert asks(visitor.say("212 555 0147")) == "returning", "the request is still there"


def test_more_sources_and_repeat_are_about_the_last_answer(visitor):
    first = visitor.say("does it hurt?")
    more = visitor.say("Tell me more")
    assert more["cards"][0]["topic"] == "does_it_hurt" and more["replies"] != first["replies"]
    sources = visitor.say("Where does this come from?")
    assert sources["cards"][0]["sources"] and sources["cards"][0]["response"] == "utter_sources"
    visitor.say("what does it cost")
    assert visitor.say("say that again please")["cards"][0]["topic"] == "cost"


def test_start_over_forgets_the_request(visitor):
    visitor.say("Book an appointment"), visitor.say("Ann Lee")
    assert asks(visitor.say("start over")) == "utter_restart"
    assert visitor.say("does it hurt?")["topics"] == ["does_it_hurt"]


def test_the_same_message_twice_in_a_row_is_answered_twice(visitor):
    assert visitor.say("does it hurt?")["replies"] == visitor.say("does it hurt?")["replies"]


def test_one_conversation_knows_nothing_of_another(new_visitor):
    ann, bob = new_visitor(), new_visitor()
    ann.say("Book an appointment"), ann.say("Ann Lee")
    assert asks(bob.say("Book an appointment")) == "visitor_name"
    assert "Ann" not in "".join(bob.say("Bob")["replies"])


def test_yes_to_the_offer_of_our_staff_starts_the_request(visitor):
    assert visitor.say("who won the football game last night")["decision"] == "decline"
    assert asks(visitor.say("yes please")) == "visitor_name"


@pytest.mark.parametrize("asked", ["My mother is on Eliquis. Is dry needling safe for her?", "who is the president"])
def test_why_after_a_refusal_is_not_about_neuropathy(visitor, asked):
    visitor.say(asked)
    assert visitor.say("why?")["cards"][0]["response"] == "utter_bot_challenge"


def test_why_is_about_the_last_answer(visitor):
    visitor.say("does it hurt?")
    assert visitor.say("why?")["cards"][0]["topic"] == "does_it_hurt"


def test_not_what_i_meant_offers_the_next_likeliest_topics(visitor):
    visitor.say("how much is it")
    answer = visitor.say("That's not what I meant")
    assert answer["cards"][0]["response"] == "utter_not_meant" and len(answer["cards"][0]["buttons"]) > 2
    assert "What does it cost?" not in answer["cards"][0]["buttons"]


@pytest.mark.parametrize("text", ["cuánto cuesta una visita", "wie viel kostet das", "我的脚麻了", "combien ça coûte une séance"])
def test_another_language_gets_the_interpreter_line(visitor, text):
    answer = visitor.say(text)
    assert answer["decision"] == "decline" and answer["cards"][0]["response"] == "utter_other_language"


@pytest.mark.parametrize("name", ["José García", "Nguyen Thi Hoa", "Müller", "Parkins", "pryce"])
def test_a_foreign_name_is_a_name(visitor, name):
    visitor.say("Book an appointment")
    assert asks(visitor.say(name)) == "contact"


@pytest.mark.parametrize(
    "text, topic",
    [("how much is it and i would like to make an appointment", "cost"), ("i want to book an appointment. where are you located?", "location")],
)
def test_a_wish_beside_a_question_is_kept_for_after_the_answer(visitor, kept, text, topic):
    answer = visitor.say(text)
    assert [card["response"] for card in answer["cards"]] == [f"utter_faq/{topic}", "utter_ask_request_form_visitor_name"]
    assert answer["topics"] == [topic, "book_appointment"]
    assert asks(visitor.say("Ann Lee")) == "contact", "the request goes on as any other"


def test_what_is_said_to_the_assistant_itself_hides_no_question(visitor, kept):
    def responses(text):
        return [card["response"] for card in visitor.say(text)["cards"]]

    assert responses("are you a real person? and how much is a session") == ["utter_bot_challenge", "utter_faq/cost"]
    assert responses("say that again please, and where are you located?") == ["utter_faq/cost", "utter_faq/location"]
    assert responses("are you a bot? say that again please")[1] == "utter_bot_challenge", "what is repeated went before"
    assert responses("are you a bot? can i talk to a real person") == ["utter_bot_challenge", "utter_ask_request_form_visitor_name"]
    assert responses("what can you help me with, and what are your hours") == ["utter_capabilities", "utter_faq/hours", "utter_ask_request_form_visitor_name"]


def test_a_plea_for_advice_beside_questions_is_said_not_to_be_judged_before_they_are_answered(visitor, kept):
    answer = visitor.say("what does it cost, is there parking, and should I stop my gabapentin before")
    assert answer["cards"][0]["response"].startswith("utter_medical_advice_")
    assert {"cost", "location"} <= set(answer["topics"]) and answer["cards"][1]["response"].startswith("utter_faq/")


def test_a_wish_beside_a_question_turns_an_open_request(visitor):
    visitor.say("can i come thursday")
    answer = visitor.say("how much is it and actually i need to cancel my appointment")
    assert answer["cards"][0]["response"] == "utter_faq/cost" and asks(answer) == "visitor_name"
