"""What staff promise: inside opening hours, over weekends, holidays, half days and clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.booking.hours import OpeningHours
from bot.errors import DataError

CLINIC = """
clinic:
  time_zone: America/New_York
  hours:
    mon: ["08:00-12:00", "13:00-17:00"]
    tue: ["08:00-17:00"]
    fri: ["08:00-15:00"]
  holidays: [{date: "2026-12-25", name: Christmas Day}]
  half_days: [{date: "2026-11-27", name: Day after, hours: ["08:00-10:00"]}]
  answer_within_hours: 4
"""


@pytest.fixture
def hours(tmp_path):
    (tmp_path / "clinic.yml").write_text(CLINIC, encoding="utf-8")
    return OpeningHours.load(tmp_path / "clinic.yml")


def at(hours, text):
    return datetime.fromisoformat(text).replace(tzinfo=hours.zone)


@pytest.mark.parametrize(
    "asked, said",
    [
        ("2026-11-23 09:00", "2:00 PM (EST) today"),  # over the lunch break
        ("2026-11-23 16:00", "11:00 AM (EST) tomorrow, Tuesday"),
        ("2026-11-24 20:00", "10:00 AM (EST) on Monday, November 30"),  # 2 h on the half day, the rest on Monday
        ("2026-12-23 09:00", "noon (EST) on Monday, December 28"),  # Friday is a holiday
        ("2027-03-12 14:30", "11:30 AM (EDT) on Monday, March 15"),  # over the clock change
    ],
)
def test_the_promise(hours, asked, said):
    due, sentence = hours.promise(at(hours, asked))
    assert said in sentence
    assert hours.is_open(due) or hours.on(due.date())[-1][1] >= due.time()


def changed(tmp_path, old, new):
    (tmp_path / "changed.yml").write_text(CLINIC.replace(old, new), encoding="utf-8")
    return OpeningHours.load(tmp_path / "changed.yml")


def test_a_clinic_that_is_closed_for_long_promises_no_moment(tmp_path):
    closed = ", ".join(f'{{date: "{date(2026, 11, 23) + timedelta(days=day)}", name: Rebuilding}}' for day in range(70))
    hours = changed(tmp_path, 'holidays: [{date: "2026-12-25", name: Christmas Day}]', f"holidays: [{closed}]")
    due, sentence = hours.promise(at(hours, "2026-11-24 09:50"))
    assert sentence == "Our staff get back to you as soon as they can. We are closed today for Rebuilding."
    assert due > at(hours, "2027-01-20 00:00"), "behind every real promise in the list of staff"


def test_the_promise_says_neither_call_nor_write(hours):
    """The visitor may have left an e-mail address only."""
    assert hours.promise(at(hours, "2026-11-23 09:00"))[1] == "Our staff get back to you by 2:00 PM (EST) today."


@pytest.mark.parametrize("asked, said", [("2026-11-24 16:05", "5:10 PM"), ("2026-11-24 14:01:30", "3:15 PM"), ("2026-11-24 14:00:00", "3:00 PM")])
def test_rounding_neither_passes_closing_time_nor_shortens_the_promise(tmp_path, asked, said):
    hours = changed(tmp_path, CLINIC, CLINIC.replace("hours: 4", "hours: 1").replace("08:00-17:00", "08:00-17:10"))
    assert f"by {said} (EST) today" in hours.promise(at(hours, asked))[1]


@pytest.mark.parametrize("written", ["-3", "0", "soon", ".nan", ".inf", "4 hours", "[4]"])
def test_an_impossible_answer_time_is_refused_with_its_line(tmp_path, written):
    with pytest.raises(DataError, match=r"changed\.yml:10: answer_within_hours"):
        changed(tmp_path, "answer_within_hours: 4", f"answer_within_hours: {written}")


def test_an_answer_time_that_is_left_empty_is_the_usual_one(tmp_path):
    assert changed(tmp_path, "answer_within_hours: 4", "answer_within_hours:").answer_within == timedelta(hours=4)


def test_open_and_closed(hours):
    assert hours.is_open(at(hours, "2026-11-23 08:00")) and not hours.is_open(at(hours, "2026-11-23 12:30"))
    assert not hours.is_open(at(hours, "2026-12-25 09:00"))
    assert hours.next_opening(at(hours, "2026-12-25 09:00")) == at(hours, "2026-12-28 08:00")


def test_the_week_in_words(hours):
    assert hours.hours_sentence().startswith("We are open Monday 8:00 AM to noon and 1:00 PM to 5:00 PM; Tuesday")


def test_the_week_in_spanish(hours):
    assert hours.hours_sentence("es").startswith("Abrimos lunes de 8:00 AM a 12:00 PM y de 1:00 PM a 5:00 PM; martes")


@pytest.mark.parametrize("old, new", [("08:00-15:00", "15:00-08:00"), ("America/New_York", "Mars/Olympus"), ("2026-12-25", "2026-13-25"), ("fri:", "freitag:")])
def test_bad_hours_are_refused_with_their_line(tmp_path, old, new):
    path = tmp_path / "clinic.yml"
    path.write_text(CLINIC.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=r"clinic\.yml:\d+: "):
        OpeningHours.load(path)
