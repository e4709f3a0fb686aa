"""Curated answers: complete, checked at loading, and never with an invented clinic fact."""

from __future__ import annotations

import itertools
import re
import shutil
from datetime import datetime

import pytest
import yaml

from bot.answers.catalogue import LATE, Catalogue
from bot.answers.clinic import FACTS, NOT_FILLED_IN, REQUIRED, SHORT
from bot.booking import hours
from bot.errors import DataError


@pytest.fixture
def copy(data, tmp_path):
    """A copy of the content that a test may break."""
    shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("nlu"))
    return tmp_path / "data"


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, "the test expects this text in the file"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_answer_has_what_a_reader_needs(catalogue):
    assert len(catalogue.topics) == 75
    for topic in catalogue.topics:
        reply = catalogue.reply(f"utter_faq/{topic}")
        assert reply.text and reply.sources and reply.evidence and reply.reviewed_on, topic
        assert 1 <= len(reply.buttons) <= 5, topic
        assert "{" not in reply.text and "}" not in reply.text, topic


def test_a_fact_that_the_clinic_left_empty_is_not_invented(catalogue):
    reply = catalogue.reply("utter_faq/insurance")
    assert NOT_FILLED_IN in reply.text
    assert "Talk to a person" in reply.buttons


def test_every_answer_reads_well_when_the_clinic_left_everything_empty(copy):
    """A fact is a sentence of its own, so that "please ask our staff" can stand in its place."""
    path = copy / "clinic.yml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    optional = {key: None for key in SHORT if key not in REQUIRED}
    written["clinic"] = {**written["clinic"], **optional, "facts": {}, "holidays": [], "half_days": []}
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    catalogue = Catalogue.load(copy)
    given = dict.fromkeys(LATE, "so")
    asked = 0
    for name, variations in catalogue.responses.items():
        for slots in ({rule["name"]: rule["value"] for rule in response.condition} for response in variations):
            for text in {catalogue.reply(name, slots=slots, more=more, **given).text for more in (False, True)}:
                asked += text.count(NOT_FILLED_IN)
                for before, after in itertools.pairwise(text.split(NOT_FILLED_IN)):
                    assert not before or before.endswith(("\n", ". ", ": ")), f"{name}: {text}"
                    assert not after or re.match(r"\n| [A-Z]", after), f"{name}: {text}"
                assert ".." not in text and "  " not in text, f"{name}: {text}"
    assert asked >= len(FACTS), "the test looks at answers with facts"


def test_the_next_closed_days_are_those_after_the_moment_of_the_reply(copy, monkeypatch):
    """A process runs for months: what was next at its start is past."""
    catalogue = Catalogue.load(copy)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 12, 28, 12, tzinfo=tz)

    monkeypatch.setattr(hours, "datetime", Later)
    said = catalogue.reply("utter_faq/hours").text
    assert "The next closed days are New Year's Day (January 1)." in said and "Christmas" not in said


def test_a_wish_for_a_person_is_told_at_once_when_staff_answer(catalogue):
    said = catalogue.reply("utter_ask_request_form_visitor_name", slots={"request_kind": "person"}).text
    assert "Our staff get back to you by" in said and "What is your name?" in said


def test_a_filled_in_fact_is_shown(copy):
    replace(copy / "clinic.yml", "insurance_accepted:", "insurance_accepted: We take the plans of Example Mutual.")
    reply = Catalogue.load(copy).reply("utter_faq/insurance")
    assert "Example Mutual" in reply.text and "Talk to a person" not in reply.buttons


@pytest.mark.parametrize(
    "file, old, new, said",
    [
        ("answers/neuropathy.yml", "evidence: strong", "evidence: certain", "evidence must be one of"),
        ("answers/neuropathy.yml", 'reviewed_on: "', 'reviewed_on: "x', "must be a date in quotes"),
        ("answers/neuropathy.yml", "disclaimer: general", "disclaimer: none", "metadata 'disclaimer' must be one of"),
        ("answers/clinic.yml", "{price}", "{prise}", "unknown placeholder {prise}"),
        ("answers/clinic.yml", "sources: [cms", "sources: [nobody", "unknown source 'nobody'"),
        ("answers/clinic.yml", "next: [insurance", "next: [insurances", "'next' names 'insurances'"),
        ("clinic.yml", "  phone:", "  telephone:", "the clinic needs 'phone'"),
        ("clinic.yml", "    price:", "    prize:", "unknown fact 'prize'"),
        ("clinic.yml", '"08:00-17:00"', '"8 to 5"', "must look like"),
        ("clinic.yml", "retention_days: 365", "retention_days: for ever", "'retention_days' must be a whole number"),
        ("clinic.yml", "region: US", "region: Mars", "no help numbers for region 'Mars'"),
        ("regions.yml", "    crisis_text:", "    crisis_sms:", "region 'US' needs 'crisis_text'"),
        ("answers/disclaimer.yml", "    urgent:", "    pressing:", "disclaimer 'urgent' is missing"),
    ],
)
def test_a_mistake_names_file_line_and_reason(copy, file, old, new, said):
    replace(copy / file, old, new)
    with pytest.raises(DataError) as error:
        Catalogue.load(copy)
    assert said in str(error.value)
    assert f"{(copy / file).name}:" in str(error.value) or "regions.yml:" in str(error.value)


def test_yaml_that_cannot_be_read_names_its_line(copy):
    path = copy / "answers" / "clinic.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(10, "  : : [")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=r"clinic\.yml:1[0-9]: not YAML"):
        Catalogue.load(copy)


def test_no_answer_says_what_the_article_claims_without_proof(catalogue):
    """The fact sheet's table 'Claims in the seed article': what must not be said."""
    forbidden = ("revolutionary", "flush", "toxins are", "lowers cortisol", "guarantee", "safe for you")
    for variations in catalogue.responses.values():
        for response in variations:
            said = f"{response.text} {response.more}".lower()
            assert not [words for words in forbidden if words in said and f"not {words}" not in said], response.name


def test_every_source_that_is_listed_is_known_by_title(data):
    listed = yaml.safe_load((data / "answers" / "sources.yml").read_text(encoding="utf-8"))["sources"]
    assert all(source["title"] and source["publisher"] for source in listed.values())
