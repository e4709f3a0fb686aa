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


@pytest.mark.parametrize(
    "second, whole",
    [
        (0.6, [("faq/cost", 0.95), ("faq/hours", 0.001)]),  # the whole message does not support it
        (0.9, [("faq/cost", 0.89), ("faq/hours", 0.1)]),  # as much support, but a rival fills the whole
    ],
)
def test_it_learns_what_speaks_against_a_topic_that_is_only_mentioned(second, whole):
    supported = [("faq/cost", 0.5), ("faq/hours", 0.4 if second < 0.9 else 0.1)]
    both = (*two_parts(("faq/cost", 0.9), ("faq/hours", 0.9), supported), frozenset({"cost", "hours"}))
    mentioned = (*two_parts(("faq/cost", 0.9), ("faq/hours", second), whole), frozenset({"cost"}))
    asking = Asking.learn([both, mentioned] * 20)
    for *message, topics in (both, mentioned):
        assert {found.label for found in asking.asked(*message) if found.probability > 0.5} == {f"faq/{topic}" for topic in topics}


def test_a_message_of_one_part_is_left_to_the_certainty_of_the_whole():
    message = two_parts(("faq/cost", 0.9), ("faq/hours", 0.9), [("faq/cost", 0.5), ("faq/hours", 0.4)])
    asking = Asking.learn([(*message, frozenset({"cost"})), (*message, frozenset({"cost", "hours"}))])
    assert asking.asked(guess("cost", [("faq/cost", 1.0)]), []) == []


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
