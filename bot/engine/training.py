"""Training: Rasa's own, with progress on the terminal, skipped when nothing that matters changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import ROOT, Settings

MODEL = "nerveline"
RECORD = "trained-from.json"
SOURCES = ("config.yml", "domain.yml", "data", "bot/nlu", "bot/language", "requirements/engine.txt")
SUFFIXES = {".yml", ".txt", ".py", ".jsonl"}


def train(*, only_if_needed: bool) -> int:
    """Run `rasa train`; returns its exit code."""
    settings = Settings.load()
    record = settings.models / RECORD
    now = fingerprint(settings)
    if only_if_needed and up_to_date(settings, now):
        print("The model is up to date.", flush=True)
        return 0
    print("Training the model (about 25 minutes on two cores) ...", flush=True)
    started = time.monotonic()
    # Not validated here: that takes a minute, and `make test` does it.
    files = ["--fixed-model-name", MODEL, "--out", str(settings.models), "--data", str(settings.data)]
    command = [sys.executable, "-m", "rasa", "train", "--skip-validation", *files]
    code = subprocess.run(command, cwd=ROOT, env=rasa_environment()).returncode
    if code == 0:
        record.write_text(json.dumps({"fingerprint": now}), encoding="ascii")
        print(f"The model was trained in {time.monotonic() - started:.0f} seconds.", flush=True)
    return code


def up_to_date(settings: Settings, now: str) -> bool:
    """Whether the model in the models folder was trained from exactly this."""
    record = settings.models / RECORD
    if not (record.exists() and model_file(settings).exists()):
        return False
    return bool(json.loads(record.read_text(encoding="ascii")).get("fingerprint") == now)


def model_file(settings: Settings) -> Path:
    return settings.models / f"{MODEL}.tar.gz"


def fingerprint(settings: Settings) -> str:
    """Hash of everything that the model is made from."""
    digest = hashlib.sha256()
    for name in SOURCES:
        path = settings.data if name == "data" else ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in SUFFIXES:
                digest.update(str(file.relative_to(path.parent)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def rasa_environment() -> dict[str, str]:
    """Environment variables for Rasa: quiet, no telemetry, our code importable."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(ROOT),
    }
