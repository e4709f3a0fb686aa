"""Which topics are asked about and which are only mentioned; and the file that it is learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.answers.catalogue import Catalogue
from bot.check import plain, read_examples
from bot.errors import DataError
from bot.language.asking import Asking
from bot.language.clauses import Run
from bot.language.several import ABOUT_THE_CHAT, STAFF, read_several
from bot.language.topic_model import Guess
from bot.settings import ROOT


def guess(text, ranking, sure=0.9):
    shares = {label: np.array([share]) for label, share in ranking}
    return Guess(text, ranking[0][0], sure, tuple(ranking), 0.0, 0.0, 0.0, 0.0, "nearest", shares)


@pytest.mark.parametrize("tuned", [True, False])
def test_it_learns_what_speaks_against_a_topic_that_is_only_mentioned(tuned):
    """By what the tuned view thinks, and without it by what the whole message says."""
    runs = [(Run(0, 0, "first"), guess("what about it?", [("faq/cost", 0.9)])), (Run(1, 1, "second"), guess("and that?", [("faq/hours", 0.9)]))]
    of_both, of_one = ({"faq/cost": 0.9, "faq/hours": share} for share in (0.8, 0.1))
    shares = (0.4, 0.4) if tuned else (0.4, 0.001)
    both, mentioned = (guess("what about it? and that?", [("faq/cost", 0.5), ("faq/hours", share)]) for share in shares)
    if tuned:
        both, mentioned = replace(both, asked=of_both), replace(mentioned, asked=of_one)
    asking = Asking.learn([(both, runs, frozenset({"cost", "hours"})), (mentioned, runs, frozenset({"cost"}))] * 20)
    for whole, labels in ((both, {"faq/cost", "faq/hours"}), (mentioned, {"faq/cost"})):
        assert {found.label for found in asking.asked(whole, runs) if found.probability > 0.5} == labels


def test_a_topic_that_only_the_tuned_view_saw_is_a_candidate():
    runs = [(Run(0, 0, "first"), guess("what about it?", [("faq/cost", 0.9)])), (Run(1, 1, "second"), guess("and that?", [("out_of_scope", 0.9)]))]
    whole = replace(guess("what about it? and that?", [("faq/cost", 0.9)]), asked={"faq/cost": 0.9, "faq/hours": 0.9, "faq/location": 0.01})
    asking = Asking.learn([(whole, runs, frozenset({"cost", "hours"})), (replace(whole, asked={"faq/cost": 0.9, "faq/hours": 0.1}), runs, frozenset({"cost"}))] * 20)
    assert [found.label for found in asking.asked(whole, runs) if found.probability > 0.5] == ["faq/cost", "faq/hours"]


def test_a_part_that_already_asks_about_something_likelier_speaks_against_a_second_topic():
    """Nothing else tells them apart: cost is said of the first part, where the place is clearly asked about, or of the second."""
    place, other = ("faq/location", 0.9), guess("and so on", [("out_of_scope", 0.9)])
    beside = [(Run(0, 0, "first"), guess("where?", [place])), (Run(1, 1, "second"), guess("how much?", [("faq/cost", 0.5)]))]
    within = [(Run(0, 0, "first"), guess("where?", [place, ("faq/cost", 0.5)])), (Run(1, 1, "second"), other)]
    whole = replace(guess("all of it", [place, ("faq/cost", 0.5)]), asked={"faq/location": 0.9, "faq/cost": 0.3})
    asking = Asking.learn([(whole, beside, frozenset({"location", "cost"})), (whole, within, frozenset({"location"}))] * 20)
    assert [found.label for found in asking.asked(whole, beside) if found.probability > 0.5] == ["faq/location", "faq/cost"]
    assert [found.label for found in asking.asked(whole, within) if found.probability > 0.5] == ["faq/location"]


def test_a_message_of_one_part_is_left_to_the_certainty_of_the_whole():
    runs = [(Run(0, 0, "first"), guess("what about it?", [("faq/cost", 0.9)])), (Run(1, 1, "second"), guess("and that?", [("faq/hours", 0.9)]))]
    message = guess("what about it? and that?", [("faq/cost", 0.5), ("faq/hours", 0.4)]), runs
    asking = Asking.learn([(*message, frozenset({"cost"})), (*message, frozenset({"cost", "hours"}))])
    assert asking.asked(guess("cost", [("faq/cost", 1.0)]), []) == []


def test_messages_of_which_nothing_can_be_learned_are_named():
    runs = [(Run(0, 0, "first"), guess("what about it?", [("faq/cost", 0.9)]))]
    with pytest.raises(DataError, match="data/several.*too few"):
        Asking.learn([(guess("what about it?", [("faq/cost", 0.9)]), runs, frozenset({"cost"}))] * 3)


def test_the_messages_name_topics_that_exist_and_stand_in_no_training_example():
    topics = {*Catalogue.load(ROOT / "data").topics, *ABOUT_THE_CHAT, *STAFF}
    messages = read_several(ROOT / "data" / "several")
    assert not {topic for _, asks in messages for topic in asks} - topics
    trained = {plain(example.text) for example in read_examples(ROOT / "data" / "nlu")}
    assert not [text for text, _ in messages if plain(text) in trained]


def test_a_mistake_names_file_and_line(tmp_path):
    (tmp_path / "wrong.yml").write_text("messages:\n- asks: [cost]\n  text: how much\n- asks: cost\n  text: how much\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"wrong\.yml:4: expected 'asks:'"):
        read_several(tmp_path)


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="no messages"):
        read_several(tmp_path / "nowhere")
