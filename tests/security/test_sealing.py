"""Sealed texts open only in their own row, with their own key."""

from __future__ import annotations

import json

import pytest

from bot.errors import SettingsError, StoreError
from bot.security.sealing import Sealer


def test_a_text_comes_back_and_is_not_readable_in_between(tmp_path):
    sealer = Sealer.load(tmp_path / "keys.json")
    sealed = sealer.seal("numb feet", "message:1")
    assert b"numb" not in sealed and sealer.open(sealed, "message:1") == "numb feet"
    assert Sealer.load(tmp_path / "keys.json").open(sealed, "message:1") == "numb feet"


def test_a_text_copied_to_another_row_or_changed_does_not_open(tmp_path):
    sealer = Sealer.load(tmp_path / "keys.json")
    sealed = sealer.seal("numb feet", "message:1")
    for wrong, row in ((sealed, "message:2"), (sealed[:-1] + b"\0", "message:1"), (b"k9." + sealed[3:], "message:1")):
        with pytest.raises(StoreError):
            sealer.open(wrong, row)


def test_an_older_key_still_opens(tmp_path):
    path = tmp_path / "keys.json"
    sealed = Sealer.load(path).seal("old", "r")
    document = json.loads(path.read_text())
    document["keys"]["k2"] = document["keys"]["k1"][::-1].replace("=", "") [:43] + "="
    document["current"] = "k2"
    path.write_text(json.dumps(document))
    newer = Sealer.load(path)
    assert newer.open(sealed, "r") == "old" and newer.seal("new", "r").startswith(b"k2.")


def test_the_folder_with_a_new_key_file_is_closed_to_others(tmp_path):
    """It also holds logs and the database; another program may have made it before."""
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    Sealer.load(folder / "keys.json")
    assert folder.stat().st_mode & 0o777 == 0o700 and (folder / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    Sealer.load(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        Sealer.load(tmp_path / "keys.json")
