"""Sealing: what visitors write is stored encrypted (AES-256-GCM), each text bound to its row.

The key file holds all keys and names the current one, so keys can be changed without rewriting old rows. A sealed text
is `key id + "." + 12-byte nonce + ciphertext`; the row's name is authenticated with it, so that a sealed text copied
to another row does not open.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError, StoreError

NONCE_BYTES = 12  # the size that NIST SP 800-38D recommends for GCM


class Sealer:
    """Seals and opens texts with the keys of one key file."""

    def __init__(self, current: str, keys: dict[str, bytes]) -> None:
        self._current = current
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    @classmethod
    def load(cls, path: Path) -> "Sealer":
        """Read the key file; make one (mode 0600, its folder 0700) when there is none.

        Raises:
            SettingsError: the file is malformed or readable by others.
        """
        if not path.exists():
            _write_new_key_file(path)
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by others: chmod 600 it")
        try:
            document = json.loads(path.read_text(encoding="ascii"))
            keys = {name: base64.b64decode(key) for name, key in document["keys"].items()}
            return cls(document["current"], keys)
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{path} is not a key file: {error}") from None

    def seal(self, text: str, row: str) -> bytes:
        """Encrypt `text` for the row named `row`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode("utf-8"), row.encode("utf-8"))
        return self._current.encode("ascii") + b"." + nonce + sealed

    def open(self, sealed: bytes, row: str) -> str:
        """Decrypt what `seal` made for the same row.

        Raises:
            StoreError: unknown key, or the text was changed or belongs to another row.
        """
        name, _, rest = bytes(sealed).partition(b".")
        cipher = self._ciphers.get(name.decode("ascii", "replace"))
        if cipher is None:
            raise StoreError(f"sealed with a key that is not in the key file: row {row}")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], row.encode("utf-8")).decode("utf-8")
        except InvalidTag:
            raise StoreError(f"sealed text does not belong to row {row}, or was changed") from None


def _write_new_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)  # a first start: settings may have made the folder a moment ago
    key = base64.b64encode(AESGCM.generate_key(bit_length=256)).decode("ascii")
    document = json.dumps({"current": "k1", "keys": {"k1": key}})
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(document)
    except FileExistsError:
        pass  # another process was first; its key is the one to use
