"""`./nerveline check` finds what a person may have got wrong, and this repository passes it."""

from __future__ import annotations

from datetime import date

from bot.check import Example, check_answers, check_examples, check_leaks, read_examples, reading_grade
from bot.language.several import read_several

TODAY = date(2026, 11, 24)


def test_our_own_content_has_no_errors(catalogue, data):
    """Review dates are checked by the command, not here: a test must not fail because time goes by."""
    findings = [*check_answers(catalogue, TODAY), *check_examples(list(read_examples(data / "nlu")), catalogue.topics)]
    assert not [finding for finding in findings if finding.error]


def test_no_test_question_is_a_training_example(data):
    from tests.conftest import ROOT

    several = [Example("several", text, "data/several") for text, _ in read_several(data / "several")]
    assert not list(check_leaks([*read_examples(data / "nlu"), *several], ROOT / "tests"))


def test_an_overdue_review_is_found(catalogue):
    assert any("its review was due" in finding.what for finding in check_answers(catalogue, date(2030, 1, 1)))


def test_reading_grade_tells_plain_from_hard():
    assert reading_grade("We put a thin needle in. You may feel a small prick. Then it is done.") < 4
    assert reading_grade("Polyneuropathic symptomatology necessitates comprehensive electrophysiological investigation and multidisciplinary evaluation.") > 12


def test_doubles_near_doubles_and_missing_topics_are_found():
    examples = [Example("faq/cost", "how much is a visit", "a:1"), Example("faq/hours", "How much is a visit?", "b:2"), Example("faq/hours", "how much is a visit here", "b:3"), Example("faq/nothing", "x y z", "c:4")]
    said = [(finding.where, finding.what, finding.error) for finding in check_examples(examples, ["cost", "hours"])]
    assert any(where == "b:2" and "stands already at a:1 as faq/cost" in what and error for where, what, error in said)
    assert any(where == "b:3" and "nearly the same" in what and not error for where, what, error in said)
    assert any("faq/nothing has no answer" in what for _, what, _ in said) and any("fewer than 20" in what for _, what, _ in said)


def test_a_leak_is_found(tmp_path, monkeypatch):
    import bot.check

    monkeypatch.setattr(bot.check, "ROOT", tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"text": "How much is a visit?", "topics": []}\n')
    assert list(check_leaks([Example("faq/cost", "how much is a visit", "a:1")], tmp_path))
