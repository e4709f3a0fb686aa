"""Which topics are asked about and which are only mentioned; and the file that it is learned from."""

from __future__ import annotations

import pytest

from bot.answers.catalogue import Catalogue
from bot.check import plain, read_examples
from bot.errors import DataError
from bot.language.asking import Asking
from bot.language.clauses import Run
from bot.language.several import STAFF, read_several
from bot.language.topic_model import Guess
from bot.settings import ROOT


def guess(text, ranking, sure=0.9):
    return Guess(text, ranking[0][0], sure, tuple(ranking), 0.0, 0.0, 0.0, 0.0, "nearest")


def two_parts(first, second, whole):
    """A message that was read: the likeliest label and its share for either part, and the ranking of the whole."""
    runs = [(Run(0, 0, "first"), guess("what about it?", [first, ("out_of_scope", 1 - first[1])])), (Run(1, 1, "second"), guess("and that?", [second, ("out_of_scope", 1 - second[1])]))]
    return guess("what about it? and that?", whole), runs


def test_it_learns_to_ask_for_support_by_the_whole_message():
    both = [(*two_parts(("faq/cost", 0.9), ("faq/hours", 0.9), [("faq/cost", 0.5), ("faq/hours", 0.4)]), frozenset({"cost", "hours"}))] * 20
    mentioned = [(*two_parts(("faq/cost", 0.9), ("faq/hours", 0.6), [("faq/cost", 0.95), ("faq/hours", 0.001)]), frozenset({"cost"}))] * 20
    asking = Asking.learn([*both, *mentioned])
    assert {found.label for found in asking.asked(*both[0][:2]) if found.probability > 0.5} == {"faq/cost", "faq/hours"}
    assert {found.label for found in asking.asked(*mentioned[0][:2]) if found.probability > 0.5} == {"faq/cost"}
    assert asking.asked(guess("cost", [("faq/cost", 1.0)]), []) == [], "a message of one part is left to the certainty of the whole"


def test_a_rival_that_fills_the_whole_message_speaks_against_a_topic():
    both = [(*two_parts(("faq/cost", 0.9), ("faq/hours", 0.9), [("faq/cost", 0.5), ("faq/hours", 0.1)]), frozenset({"cost", "hours"}))] * 20
    mentioned = [(*two_parts(("faq/cost", 0.9), ("faq/hours", 0.9), [("faq/cost", 0.89), ("faq/hours", 0.1)]), frozenset({"cost"}))] * 20
    asking = Asking.learn([*both, *mentioned])
    assert {found.label for found in asking.asked(*both[0][:2]) if found.probability > 0.5} == {"faq/cost", "faq/hours"}
    assert {found.label for found in asking.asked(*mentioned[0][:2]) if found.probability > 0.5} == {"faq/cost"}


def test_the_messages_name_topics_that_exist_and_stand_in_no_training_example():
    topics = {*Catalogue.load(ROOT / "data").topics, *STAFF}
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
