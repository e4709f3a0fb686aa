"""The clinic's own facts, from `data/clinic.yml`, and the help numbers of its region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Mapping

from bot.booking.hours import OpeningHours
from bot.yaml_file import YamlFile

SHORT = ("name", "region", "phone", "email", "website", "urgent_line")
FACTS = (
    "address", "parking", "directions", "price", "insurance_accepted", "payment_methods", "referral_rule", "first_visit",
    "cancellation_rule", "telehealth", "access", "languages", "providers", "new_patients", "session_length",
    "records_contact",
)  # fmt: skip
REQUIRED = ("name", "region", "phone", "time_zone", "hours")
HELP_NUMBERS = ("emergency_number", "crisis_line", "crisis_call", "crisis_text", "poison_line")
RETENTION_DAYS = 365  # unless the clinic says otherwise: nothing is kept for ever by default
LONGEST_RETENTION = 36_500
NOT_FILLED_IN = "Please ask our staff about this."


@dataclass(frozen=True)
class Clinic:
    """One clinic: texts for placeholders, opening hours, and which facts it left empty."""

    name: str
    sample: bool
    values: Mapping[str, str]
    missing: frozenset[str]
    hours: OpeningHours
    retention_days: int  # a conversation is deleted so long after its last message

    @classmethod
    def load(cls, data: Path) -> "Clinic":
        """Read `clinic.yml` and `regions.yml` in the folder `data`.

        Raises:
            DataError: a required fact is missing, a key is unknown, or the hours cannot be read.
        """
        file = YamlFile(data / "clinic.yml")
        clinic = file.section("clinic")
        for key in REQUIRED:
            if not clinic.get(key):
                file.fail(f"the clinic needs '{key}'", "clinic")
        facts = clinic.get("facts") or {}
        for key in facts:
            if key not in FACTS:
                file.fail(f"unknown fact {key!r}; known: {', '.join(FACTS)}", "clinic", "facts", key)
        texts = {**{key: clinic.get(key) for key in SHORT}, **{key: facts.get(key) for key in FACTS}}
        missing = frozenset(key for key, text in texts.items() if not str(text or "").strip())
        hours = OpeningHours.load(data / "clinic.yml")
        values = {key: str(text).strip() if key not in missing else NOT_FILLED_IN for key, text in texts.items()}
        values["clinic_name"] = values.pop("name")
        values["urgent_line"] = "" if "urgent_line" in missing else values["urgent_line"]
        days = _retention_days(file, clinic)
        values.update(hours=hours.hours_sentence(), retention_days=str(days))
        values.update(_help_numbers(data / "regions.yml", str(clinic["region"])))
        return cls(values["clinic_name"], bool(clinic.get("sample")), values, missing, hours, days)

    def values_now(self) -> dict[str, str]:
        """All values at this moment: the next closed days, and when staff answer, change while a process runs."""
        return {**self.values, "holidays": self.hours.holidays_sentence(), "promise": self.hours.promise(datetime.now(timezone.utc))[1]}


def _retention_days(file: YamlFile, clinic: Mapping[str, Any]) -> int:
    days = clinic.get("retention_days", RETENTION_DAYS)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_RETENTION:
        file.fail(f"'retention_days' must be a whole number from 1 to {LONGEST_RETENTION}", "clinic", "retention_days")
    return days


def _help_numbers(path: Path, region: str) -> dict[str, str]:
    file = YamlFile(path)
    regions = file.section("regions")
    if region not in regions:
        file.fail(f"no help numbers for region {region!r} of clinic.yml; known: {', '.join(regions)}", "regions")
    for key in HELP_NUMBERS:
        if key not in regions[region]:
            file.fail(f"region {region!r} needs {key!r}", "regions", region)
    return {key: str(regions[region][key] or "") for key in HELP_NUMBERS}
