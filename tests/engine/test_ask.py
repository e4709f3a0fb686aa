"""`./nerveline ask --batch`: the contract's objects, and bad lines that stop nothing."""

from __future__ import annotations

import json

import pytest

from bot.engine.ask import ask_batch, explanation
from bot.errors import DataError


def test_a_batch_with_bad_lines(tmp_path, capsys, assistant, monkeypatch):
    monkeypatch.setattr("bot.engine.ask.Assistant", lambda settings: assistant)
    questions = tmp_path / "in.jsonl"
    questions.write_text('{"text": "does it hurt?", "id": 7}\nnot json\n{"txt": "x"}\n\n{"text": ""}\n{"text": "' + "x" * 2001 + '"}\n{"text": "i want to die"}\n', encoding="utf-8")
    assert ask_batch(questions, tmp_path / "out.jsonl") == 1
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row.get("decision", "error") for row in found] == ["answer", "error", "error", "error", "error", "crisis"]
    first = found[0]
    assert first["id"] == 7 and first["topics"] == ["does_it_hurt"] and 0 < first["confidence"] <= 1 and first["replies"][0] and first["disclaimer"]
    said = capsys.readouterr().err
    assert f"{questions}:2: not JSON" in said and f"{questions}:3: expected" in said and "2 answered, 4 bad lines" in said


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere.jsonl"):
        ask_batch(tmp_path / "nowhere.jsonl", tmp_path / "out.jsonl")


def test_an_explanation_names_clauses_readings_and_rules(visitor):
    said = explanation(visitor.say("how much is it and where are you"))
    for part in ("decision   answer cost, location", "clause     how much is it", "reading ", "nearest ", "closeness "):
        assert part in said
    assert "rule 'face drooping'" in explanation(visitor.say("my face is drooping on one side"))


def test_what_was_mistyped_is_read_as_it_was_meant(visitor):
    found = visitor.say("wat does it csot and does it hurtt")
    assert found["topics"] == ["cost", "does_it_hurt"]
    assert "read as    wat does it cost and does it hurt" in explanation(found)
