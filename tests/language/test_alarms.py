"""The learned net behind the rules: what whole and parts say is weighed together."""

from __future__ import annotations

import numpy as np
import pytest

from bot.errors import DataError
from bot.language.alarms import AlarmNet
from bot.language.regression import Regression
from bot.language.topic_model import Guess


def read(*alarm, asked=0.0):
    """A text as it was read: the share of alarms by two views and by the votes, and what the tuned view says is asked."""
    return Guess("text", "faq/cost", 0.5, (("faq/cost", 0.5),), 0.0, 0.0, 0.0, 0.0, "nearest", {"faq/cost": 1 - np.array(alarm), "emergency": np.array(alarm)}, {"emergency": asked})


PLAIN = read(0.9, 0.9, 0.9, asked=0.9), []
IN_PASSING = read(0.1, 0.2, 0.3, asked=0.7), [read(0.9, 0.99, 0.9), read(0.0, 0.0, 0.0)]
FRAGMENT = read(0.01, 0.02, 0.01, asked=0.02), [read(0.9, 0.99, 0.9), read(0.0, 0.0, 0.0)]
CALM = read(0.0, 0.0, 0.0), []
NET = AlarmNet.learn([PLAIN, IN_PASSING, FRAGMENT, CALM] * 20, np.array([True, True, False, False] * 20))


@pytest.mark.parametrize("message, alarms", [(PLAIN, True), (IN_PASSING, True), (FRAGMENT, False), (CALM, False)])
def test_an_alarm_in_passing_counts_and_a_fragment_that_sounds_bad_does_not(message, alarms):
    assert (NET.probability(*message) > 0.5) is alarms


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
