"""Every reply carries its disclaimer: each topic, each button, each decision, each state, on each way out of Rasa."""

from __future__ import annotations

import logging
import uuid

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage

from bot.answers.disclaimer import KINDS
from bot.engine import disclaimer_guard

DECISIONS = {
    "does it hurt?": "answer",
    "what is it, does it hurt and how much does it cost": "answer",
    "should i stop taking my gabapentin": "advice",
    "my face is drooping on one side": "emergency",
    "i want to die": "crisis",
    "who won the football game last night": "decline",
    "hello": "chat",
    "Talk to a person": "staff",
}
FORM = ("Book an appointment", "how much is it", "why do you ask?", "Ann Lee", "12", "212 555 0147", "go back", "212 555 0147", "I am new", "Skip", "purple", "Thursday morning", "Yes", "change the phone number", "ann@example.com", "stop")


def carries(answer, catalogue):
    wordings = {catalogue.disclaimers.of(kind).text for kind in KINDS}
    assert answer["replies"] and answer["disclaimer"]
    for card in answer["cards"]:
        assert card["disclaimer"]["text"] in wordings, card["response"]
    return answer


@pytest.mark.parametrize("text, decision", DECISIONS.items())
def test_every_decision(visitor, catalogue, text, decision):
    assert carries(visitor.say(text), catalogue)["decision"] == decision


def test_every_topic_and_every_button_of_its_answer(new_visitor, catalogue):
    buttons = set()
    for topic in catalogue.topics:
        answer = carries(new_visitor().say(catalogue.question(topic)), catalogue)
        assert answer["topics"] == [topic]
        buttons |= {title for card in answer["cards"] for title in card["buttons"]}
    for title in sorted(buttons):
        carries(new_visitor().say(title), catalogue)


def test_every_button_of_every_other_response_is_understood(new_visitor, catalogue):
    """A tap must never be answered with 'I don't know'."""
    for name, variations in catalogue.responses.items():
        if not name.startswith(("utter_ask_request_form", "utter_faq")):
            for title in {title for response in variations for title in response.buttons}:
                assert carries(new_visitor().say(title), catalogue)["decision"] not in ("decline", "clarify"), (name, title)


def test_every_step_of_a_request(visitor, catalogue):
    for text in FORM:
        carries(visitor.say(text), catalogue)


@pytest.mark.parametrize("text", ["", " ", "/restart", "/", "🙂", "?" * 500, "a" * 2000, "{visitor_name}", "<script>alert(1)</script>", "\x00", "‮abc"])
def test_rubbish_is_answered_with_it_too(visitor, catalogue, text):
    carries(visitor.say(text or "."), catalogue)


def test_the_ways_out_of_rasa_other_than_ours(assistant, loop, catalogue):
    """`rasa shell` and the REST channel deliver through OutputChannel.send_response: the text itself carries it there."""
    for text in (*DECISIONS, *FORM):
        channel = CollectingOutputChannel()
        loop.run_until_complete(assistant._agent.handle_message(UserMessage(text, channel, "rest-" + uuid.uuid4().hex, input_channel="rest")))
        assert channel.messages
        for message in channel.messages:
            assert any(catalogue.disclaimers.of(kind).text in message["text"] for kind in KINDS), (text, message)


def test_no_channel_of_rasa_goes_around_the_guard():
    import rasa.core.channels  # noqa: F401  all built-in channels

    def below(cls):
        return {found for child in cls.__subclasses__() for found in {child, *below(child)}}

    assert not [cls for cls in below(OutputChannel) if "send_response" in vars(cls)]


def test_a_text_that_never_saw_the_generator_is_repaired_and_recorded(catalogue, loop, caplog):
    disclaimer_guard.guard_all_channels(catalogue.disclaimers)
    channel = CollectingOutputChannel()
    with caplog.at_level(logging.ERROR):
        loop.run_until_complete(channel.send_response("x", {"text": "Raw text of an action."}))
    assert catalogue.disclaimers.of("general").text in channel.messages[0]["text"]
    assert "disclaimer_fault" in caplog.text and "Raw text" not in caplog.text
