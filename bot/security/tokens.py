"""How tokens are stored: hashed, so that a copy of the database opens nothing."""

from __future__ import annotations

import hashlib


def hashed(secret: str) -> str:
    """SHA-256 as hex. Tokens are 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(as_bytes(secret)).hexdigest()


def as_bytes(secret: str) -> bytes:
    """For comparing: what came in a header may hold half characters, which stand for bytes that are not UTF-8."""
    return secret.encode("utf-8", "surrogatepass")
