"""Hashes of helper code: Rasa's own fingerprint sees only the source of the component class."""

from __future__ import annotations

import hashlib
from pathlib import Path

BOT = Path(__file__).resolve().parent.parent


def source_hash(*files: str) -> str:
    """Hash of source files, named relative to `bot/`."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((BOT / name).read_bytes())
    return digest.hexdigest()


def files_hash(folder: Path) -> str:
    """Hash of the YAML files in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
