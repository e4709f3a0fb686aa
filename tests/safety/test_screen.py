"""What the screen promises beside its rules: order, context, places, speed, and clear words about faulty files."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from bot.answers.catalogue import Catalogue
from bot.errors import DataError
from bot.safety.normalise import normalise
from bot.safety.replies import safety_reply
from bot.safety.rule_file import TOPICS
from bot.safety.screen import Screen, Verdict

DATA = Path(__file__).parents[2] / "data"
SCREEN = Screen.load(DATA / "safety")


@pytest.mark.parametrize(
    "text, kind",
    [
        ("I took all my pills because I want to die", "emergency"),
        ("I want to die and I have chest pain", "emergency"),
        ("i fainted last week at work. i want to kill myself", "crisis"),
        ("this is an emergency, I'm going to kill myself", "crisis"),
        ("I want to die, should I stop my gabapentin?", "crisis"),
        ("should I stop my gabapentin? I have chest pain", "emergency"),
    ],
)
def test_the_gravest_wins(text: str, kind: str) -> None:
    assert SCREEN.check(text).kind == kind


@pytest.mark.parametrize(
    "alarm, silent",
    [
        ("I have chest pain", "I have no chest pain"),
        ("no fever but my chest hurts", "no fever and no chest pain"),
        ("no fever and my chest hurts", "no fever, chest pain or chills"),
        ("had a stroke in 2010 and now my arm is weak again", "had a stroke in 2010 and my arm was weak"),
        ("I fainted", "I fainted years ago"),
        ("is this a stroke", "what is a stroke"),
        ("can needling cause chest pain? I have it now", "can needling cause chest pain?"),
        ("do you take insurance and my face is drooping", "can neuropathy cause a drooping face"),
        ("my husband can't breathe", "what if my husband can't breathe during the session"),
        ("never had chest pain like this", "never had chest pain"),
        ("I want to die", "I'm dying to know"),
        ("my dad says he wants to die", "my dad is dying to meet you"),
    ],
)
def test_context_decides(alarm: str, silent: str) -> None:
    assert SCREEN.check(alarm).kind in ("emergency", "crisis")
    assert SCREEN.check(silent) == Verdict()


@pytest.mark.parametrize(
    "text, marked",
    [
        ("Hi 🙂 I have chest pain today", "have chest pain"),
        ("I   have CHEST\tPAIN", "have CHEST\tPAIN"),
        ("ｃｈｅｓｔ pain", "ｃｈｅｓｔ pain"),
        ("I want to k1ll mys\u200belf", "want to k1ll mys\u200belf"),
        ("i c​an’t breathe", "c​an’t breathe"),
    ],
)
def test_spans_are_places_in_the_original(text: str, marked: str) -> None:
    verdict = SCREEN.check(text)
    assert marked in [text[start:end] for start, end in verdict.spans]


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂", "\n\n", "12345", "' ' '", "-", "\u200b", "a" * 5000])
def test_anything_may_be_written(text: str) -> None:
    assert SCREEN.check(text) == Verdict()


def test_a_verdict_can_be_stored() -> None:
    assert SCREEN.check("chest pain").as_dict() == {
        "kind": "emergency",
        "topic": "heart",
        "rule": "chest pain",
        "spans": [[0, 10]],
        "certain": True,
    }


def test_every_topic_has_a_rule_and_a_reply() -> None:
    catalogue = Catalogue.load(DATA)
    for kind, topics in TOPICS.items():
        for topic in topics:
            assert any((rule.kind, rule.topic) == (kind, topic) for rule in SCREEN.rules)
            assert safety_reply(catalogue, Verdict(kind, topic)).text


def test_our_own_questions_and_buttons_are_no_alarm() -> None:
    catalogue = Catalogue.load(DATA)
    buttons = {button for variations in catalogue.responses.values() for response in variations for button in response.buttons}
    assert {text: SCREEN.check(text) for text in buttons | set(catalogue.questions().values()) if SCREEN.check(text).kind} == {}


@pytest.mark.parametrize("piece", ["my chest can not ", "a ", "k*", "no ", "xxxx", "My mother is 78, her feet burn at night, what does it cost? "])
def test_work_grows_no_faster_than_the_message(piece: str) -> None:
    def seconds(text: str) -> float:
        started = time.process_time()
        SCREEN.check(text)
        return time.process_time() - started

    # both are shorter than what normalise cuts
    short, long = (min(seconds((piece * size)[:size]) for _ in range(4)) for size in (450, 3600))
    assert long < 24 * short + 0.02, "eight times the message; quadratic work would take 64 times as long"


@pytest.mark.parametrize("text", ["la ciudad y el lugar donde vivo", "tengo una pregunta sobre el precio", "mi corazón, mi cabeza y mi mano"])
def test_spanish_words_are_not_taken_for_english_ones(text: str) -> None:
    plain = text.replace("ó", "o").replace(",", " ,").split()
    read = normalise(text, SCREEN._speller).words[1:-1]
    assert [word for word in read if word != "why"] == [word for word in plain if word != "y"]


@pytest.mark.parametrize(
    "alarm, silent",
    [
        ("why do I have chest pain", "why do people have chest pain"),
        ("what does it mean if I cough up blood", "what does it mean if somebody coughs up blood"),
        ("can you treat my slurred speech", "can needling cause slurred speech"),
        ("I had chest pain last year and now it is back", "I had chest pain last year and my feet burn"),
        ("saw a video about strokes, my face is drooping", "saw a video about strokes where a face was drooping"),
        ("no puedo respirar", "¿qué hago si no puedo respirar?"),
    ],
)
def test_one_s_own_signs_are_told_from_talk_about_signs(alarm: str, silent: str) -> None:
    assert SCREEN.check(alarm).kind == "emergency"
    assert SCREEN.check(silent) == Verdict()


def test_the_end_of_a_very_long_message_is_read() -> None:
    assert SCREEN.check("my feet burn at night. " * 2000 + "and I have chest pain").topic == "heart"


def test_rasa_does_not_take_the_files_for_training_data() -> None:
    keys = re.compile(r"^\s*-?\s*(nlu|rules|stories|responses|intents|forms|slots|actions|entities)\s*:")
    for path in (DATA / "safety").iterdir():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not keys.match(line), f"{path}:{number}"


RULE = """safety_rules:
  - name: one
    topic: heart
    source: NIDDK
    patterns: ["chest pain"]
    examples: ["chest pain", "my chest pain", "chest pain now"]
"""


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("safety_rules", "safety_rulez", "1: expected a list 'safety_rules:'"),
        ("    source: NIDDK\n", "", "2: rule 'one' needs a source"),
        ("topic: heart", "topic: hart", "3: rule 'one': topic must be one of"),
        (', "chest pain now"', "", "6: rule 'one' needs at least 3 examples"),
        ('["chest pain"]', '["chest {pain}"]', r"5: 'chest {pain}': {pain} is not under 'words:'"),
        ('["chest pain"]', '["chest (pain"]', r"5: 'chest \(pain': '\)' is missing"),
        ('["chest pain"]', '["chest .. 50 ..50 pain"]', "5: .*at most 12 words"),
        ('["chest pain"]', '["[chest]"]', "5: .*no word that must be there"),
        ('["chest pain"]', "[]", "2: rule 'one' needs patterns"),
        ('["chest pain"]', "[911]", "5: 'patterns': expected a text in quotes"),
        ("    examples", "    because: x\n    examples", "6: rule 'one': unknown entry 'because'"),
        ("    examples", "    unless_anywhere: ['(']\n    examples", "6: '\\(': it is empty"),
        ("    examples", "    although: [maybe]\n    examples", "6: rule 'one': 'although' may name"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    shutil.copytree(DATA / "safety", tmp_path / "safety")
    shutil.copytree(DATA / "terms", tmp_path / "terms")
    (tmp_path / "safety" / "emergency.yml").write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match="emergency.yml:" + message):
        Screen.load(tmp_path / "safety")


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="context.yml:0"):
        Screen.load(tmp_path)
