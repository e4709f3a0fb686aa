"""The learned net behind the rules: what whole and parts say is weighed together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.errors import DataError
from bot.language.alarms import AlarmNet
from bot.language.regression import Regression
from bot.language.topic_model import EXACT, Guess


def read(*alarm, asked=0.0):
    """A text as it was read: the share of alarms by two views and by the votes, and what the tuned view says is asked."""
    return Guess("some text", "faq/cost", 0.5, (("faq/cost", 0.5),), 0.0, 0.0, 0.0, 0.0, "nearest", {"faq/cost": 1 - np.array(alarm), "emergency": np.array(alarm)}, {"emergency": asked})


# The same whole says little; what a part says, and the head of the whole, make the difference.
QUIET = read(0.1, 0.2, 0.1, asked=0.1)
PLAIN = read(0.9, 0.9, 0.9, asked=0.9), []
IN_PASSING = QUIET, [read(0.8, 0.9, 0.9), read(0.0, 0.0, 0.0)]
REMARK = QUIET, [read(0.2, 0.3, 0.1), read(0.0, 0.0, 0.0)]
CALM = read(0.0, 0.0, 0.0), []
NET = AlarmNet.learn([PLAIN, IN_PASSING, REMARK, CALM] * 20, np.array([True, True, False, False] * 20))


@pytest.mark.parametrize("message, alarms", [(PLAIN, True), (IN_PASSING, True), (REMARK, False), (CALM, False)])
def test_what_the_parts_say_counts_beside_the_whole(message, alarms):
    assert (NET.judge(*message, to_the_end=True).probability > 0.5) is alarms


def test_behind_the_end_of_what_is_read_a_part_counts_by_itself():
    story = read(0.0, 0.0, 0.0), [read(0.99, 0.99, 0.99, asked=0.99), read(0.0, 0.0, 0.0)]
    assert NET.judge(*story, to_the_end=False).probability > 0.9 > NET.judge(*story, to_the_end=True).probability
    doubtful = read(0.0, 0.0, 0.0), [read(0.3, 0.4, 0.5, asked=0.4)]
    judged = NET.judge(*doubtful, to_the_end=False)
    assert judged.trace > judged.probability, "not sure enough for an alarm, but signs of the rules count"


def test_a_text_known_word_for_word_leaves_the_net_no_say():
    known = replace(PLAIN[0], text="my name and nothing else", sure=EXACT)
    assert NET.judge(known, [], to_the_end=True).probability == 0.0, "known to be about its cost"
    assert NET.judge(replace(CALM[0], label="crisis", sure=EXACT), [], to_the_end=True).probability == 1.0


@pytest.mark.parametrize("text, alarms", [("struggling for air", True), ("chest pain?", False)])
def test_a_part_that_is_a_known_alarm_is_one_whatever_stands_around_it(text, alarms):
    part = replace(read(0.0, 0.0, 0.0), text=text, label="emergency", sure=EXACT)
    assert (NET.judge(CALM[0], [part], to_the_end=True).probability == 1.0) is alarms


def test_of_a_list_of_words_the_whole_counts():
    loud = [replace(read(0.9, 0.9, 0.9), text=word) for word in ("some", "text")]
    assert NET.probability(QUIET, loud) == NET.probability(QUIET, [])


def test_the_order_of_the_parts_changes_nothing():
    whole, parts = IN_PASSING
    assert NET.probability(whole, parts) == NET.probability(whole, parts[::-1])


def test_without_any_alarm_to_learn_from_training_stops():
    with pytest.raises(DataError, match="emergency and crisis"):
        AlarmNet.learn([CALM], np.array([False]))


def test_a_regression_is_the_same_after_it_was_stored():
    kept = Regression.restored(NET.regression.stored())
    features = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]])
    assert kept.probabilities(features) == NET.regression.probabilities(features)
