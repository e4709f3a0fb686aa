"""The layers of the architecture: who may import what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# library: folders or files that may import it
ALLOWED = {
    "rasa": ("bot/nlu/", "bot/engine/"),
    "rasa_sdk": ("actions/", "bot/engine/in_process_actions.py"),
    "sanic": ("bot/web/", "bot/engine/channel.py"),
    "sqlalchemy": ("bot/store/",),
    "alembic": ("bot/store/",),
    "spacy": ("bot/language/", "bot/nlu/clinic_language.py"),
    "tensorflow": ("bot/language/asking_head.py", "bot/language/trainable_layers.py", "bot/language/tuning.py"),
    "transformers": ("bot/language/trainable_layers.py",),
    "onnx": ("bot/language/quick_layers.py",),
    "onnxruntime": ("bot/language/quick_layers.py",),
}
# our package: packages of ours that it may import
MAY_USE = {
    "answers": {"booking"},
    "booking": set(),
    "language": set(),
    "safety": {"answers"},
    "store": set(),
    "security": {"store"},
    "chat": {"answers", "booking", "safety", "security", "store"},
    "web": {"answers", "booking", "chat", "safety", "security", "store"},
    "nlu": {"answers", "booking", "language", "safety"},
    "engine": {"answers", "language", "nlu", "safety", "security"},
}
FILES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")])


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_keep_to_the_layers(path):
    name = str(path.relative_to(ROOT))
    package = name.split("/")[1] if name.startswith("bot/") and name.count("/") > 1 else None
    for module in imported(path):
        library = module.split(".")[0]
        if library in ALLOWED:
            assert name.startswith(ALLOWED[library]), f"{name} imports {module}"
        if package and module.startswith("bot.") and module.count("."):
            used = module.split(".")[1]
            if used in MAY_USE and used != package:
                assert used in MAY_USE[package], f"{name} imports {module}"


def test_no_file_is_too_long():
    assert not [str(path) for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 400]
