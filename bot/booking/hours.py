"""Opening hours, holidays and half days of the clinic, and what staff can promise within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.yaml_file import YamlFile

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPANISH_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
# Words of the sentences on opening hours. Spanish awaits a qualified reviewer.
WORDS = {
    "en": {"open": "We are open {}.", "closed": " We are closed {}.", "and": " and ", "through": " to ", "until": "{} to {}", "days": DAY_NAMES, "noon": "noon"},
    "es": {"open": "Abrimos {}.", "closed": " Cerramos {}.", "and": " y ", "through": " a ", "until": "de {} a {}", "days": SPANISH_DAYS, "noon": "12:00 PM"},
}
FARTHEST_DAYS = 60  # a clinic that is closed longer than this promises nothing
USUAL_ANSWER_HOURS = 4  # when clinic.yml names none
NO_PROMISE = "Our staff get back to you as soon as they can."
Period = tuple[time, time]


@dataclass(frozen=True)
class OpeningHours:
    """When the clinic is open. All times are in `zone`."""

    zone: ZoneInfo
    week: tuple[tuple[Period, ...], ...]  # by weekday, Monday first
    special: Mapping[date, tuple[tuple[Period, ...], str]]  # holidays (no periods) and half days, with their names
    answer_within: timedelta  # opening time within which staff answer a request

    @classmethod
    def load(cls, path: Path) -> "OpeningHours":
        """Read the section `clinic:` of clinic.yml.

        Raises:
            DataError: unknown zone, malformed hours or date, or a week without any opening time.
        """
        file = YamlFile(path)
        clinic = file.section("clinic")
        try:
            zone = ZoneInfo(str(clinic.get("time_zone")))
        except (ZoneInfoNotFoundError, ValueError):
            file.fail(f"unknown time_zone {clinic.get('time_zone')!r}; use a name like America/New_York", "clinic", "time_zone")
        written = clinic.get("hours") or {}
        for day in written:
            if day not in DAYS:
                file.fail(f"unknown day {day!r}; days are {', '.join(DAYS)}", "clinic", "hours", day)
        week = tuple(_periods(file, written.get(day) or [], "hours", day) for day in DAYS)
        if not any(week):
            file.fail("the clinic is closed all week: give at least one opening time", "clinic", "hours")
        special = dict(_special_days(file, clinic))
        return cls(zone, week, special, _answer_within(file, clinic.get("answer_within_hours")))

    def on(self, day: date) -> tuple[Period, ...]:
        """The opening periods of a date, in order; empty when closed."""
        return self.special[day][0] if day in self.special else self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether the clinic is open at an aware moment."""
        local = at.astimezone(self.zone)
        return any(start <= local.time() < end for start, end in self.on(local.date()))

    def next_opening(self, at: datetime) -> Optional[datetime]:
        """The next moment at or after `at` when the clinic is open; None when that is too far away."""
        if self.is_open(at):
            return at
        return next((start for start, _ in self._openings(at) if start >= at), None)

    def promise(self, at: datetime) -> tuple[datetime, str]:
        """When staff answer a request made at `at`: the moment, and the sentence that says so (by phone or by mail, as the visitor wished)."""
        now = at.astimezone(self.zone)
        due = self._answered_by(at)
        sentence = f"Our staff get back to you by {self._moment(due, now)}." if due else NO_PROMISE
        return due or now + timedelta(days=FARTHEST_DAYS), f"{sentence} {self._closed_today(now.date())}".strip()

    def hours_sentence(self, language: str = "en") -> str:
        """The week in one sentence, days of equal hours together."""
        words = WORDS.get(language, WORDS["en"])
        runs: list[tuple[int, int]] = []
        for day in range(7):
            if runs and self.week[day] == self.week[runs[-1][0]]:
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        said = [f"{_days(first, last, words)} {_periods_text(self.week[first], words)}" for first, last in runs if self.week[first]]
        closed = [_days(first, last, words) for first, last in runs if not self.week[first]]
        text = words["open"].format("; ".join(said))
        return text + words["closed"].format(words["and"].join(closed)) if closed else text

    def holidays_sentence(self, today: Optional[date] = None, shown: int = 3) -> str:
        """The next closed days by name."""
        today = today or datetime.now(self.zone).date()
        coming = [(day, name) for day, (periods, name) in sorted(self.special.items()) if day >= today and not periods][:shown]
        if not coming:
            return "No closed days are planned."
        return f"The next closed days are {', '.join(f'{name} ({_date(day)})' for day, name in coming)}."

    def _openings(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Opening periods from the day of `at` on, as moments that end after `at`."""
        first = at.astimezone(self.zone).date()
        for number in range(FARTHEST_DAYS):
            day = first + timedelta(days=number)
            for start, end in self.on(day):
                period = datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)
                if period[1] > at:
                    yield period

    def _answered_by(self, at: datetime) -> Optional[datetime]:
        """`answer_within` of opening time after `at`; None when that is too far away."""
        left = self.answer_within
        for start, end in self._openings(at):
            start = max(start, at)
            if end - start >= left:
                return min(_next_quarter((start + left).astimezone(self.zone)), end)
            left -= end - start
        return None

    def _moment(self, due: datetime, now: datetime) -> str:
        clock = f"{_clock(due.time())} ({due.tzname()})"
        if due.date() == now.date():
            return f"{clock} today"
        if due.date() == now.date() + timedelta(days=1):
            return f"{clock} tomorrow, {DAY_NAMES[due.weekday()]}"
        return f"{clock} on {DAY_NAMES[due.weekday()]}, {_date(due.date())}"

    def _closed_today(self, day: date) -> str:
        periods, name = self.special.get(day, ((), ""))
        return f"We are closed today for {name}." if name and not periods else ""


def _answer_within(file: YamlFile, written: Any) -> timedelta:
    hours = USUAL_ANSWER_HOURS if written is None else written
    if not isinstance(hours, (int, float)) or not 0 < hours <= FARTHEST_DAYS * 24:
        file.fail(f"answer_within_hours {hours!r} must be a number of hours above 0", "clinic", "answer_within_hours")
    return timedelta(hours=hours)


def _special_days(file: YamlFile, clinic: Mapping[str, Any]) -> Iterator[tuple[date, tuple[tuple[Period, ...], str]]]:
    for key in ("holidays", "half_days"):
        for index, item in enumerate(clinic.get(key) or []):
            try:
                day = date.fromisoformat(str(item["date"]))
                name = str(item["name"])
            except (TypeError, KeyError, ValueError):
                file.fail(f'{key}: each entry needs date: "2026-12-25" and name:', "clinic", key, index)
            yield day, (_periods(file, item.get("hours") or [], key, index), name)


def _periods(file: YamlFile, written: Any, *where: Any) -> tuple[Period, ...]:
    periods = []
    for text in written if isinstance(written, list) else [written]:
        try:
            start, end = (time.fromisoformat(part.strip()) for part in str(text).split("-"))
        except ValueError:
            file.fail(f'opening time {text!r} must look like "08:00-12:00"', "clinic", *where)
        if start >= end or (periods and start < periods[-1][1]):
            file.fail(f"opening time {text!r} ends before it starts, or overlaps the one before", "clinic", *where)
        periods.append((start, end))
    return tuple(periods)


def _next_quarter(moment: datetime) -> datetime:
    """Rounded up to the quarter of an hour: people say 3:15, not 3:07."""
    return moment.replace(microsecond=0) + timedelta(seconds=-(moment.minute * 60 + moment.second) % 900)


def _clock(moment: time, noon: str = "noon") -> str:
    if (moment.hour, moment.minute) == (12, 0):
        return noon
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def _periods_text(periods: tuple[Period, ...], words: Mapping[str, Any]) -> str:
    said = [words["until"].format(_clock(start, words["noon"]), _clock(end, words["noon"])) for start, end in periods]
    return str(words["and"].join(said))


def _days(first: int, last: int, words: Mapping[str, Any]) -> str:
    days = words["days"]
    if first == last:
        return str(days[first])
    joiner = words["and"] if last == first + 1 else words["through"]
    return f"{days[first]}{joiner}{days[last]}"


def _date(day: date) -> str:
    return f"{day:%B} {day.day}"
