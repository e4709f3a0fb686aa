"""Requests that web has not confirmed yet: one sealed file each, tried again until web has them.

A file is written before the first attempt and removed after web's confirmation, so a crash at any moment loses
nothing; web stores a request once however often it arrives (its key).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Text

import requests

from bot.errors import NervelineError
from bot.security.sealing import Sealer
from bot.settings import Settings

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5
RETRY_SECONDS = 10  # short, because the visitor was told "as soon as possible"; the call is on loopback


class Outbox:
    """Sends requests to web and keeps those that it could not send."""

    def __init__(self, folder: Path, url: Text, secret: Text, sealer: Sealer) -> None:
        self._folder, self._url, self._secret, self._sealer = folder, url, secret, sealer
        folder.mkdir(parents=True, exist_ok=True)

    async def send(self, request: Mapping[Text, Any]) -> Optional[Dict[Text, Any]]:
        """Web's receipt (number, promise), or None when the request is kept for later."""
        return await asyncio.get_running_loop().run_in_executor(None, self._keep_and_send, dict(request))

    def send_kept(self) -> int:
        """Try every kept request once; returns how many are still waiting."""
        return sum(self._try(path) is None for path in sorted(self._folder.glob("*.sealed")))

    def keep_sending(self) -> None:
        """Start the thread that sends kept requests until the process ends."""
        threading.Thread(target=self._loop, name="outbox", daemon=True).start()

    def _keep_and_send(self, request: Dict[Text, Any]) -> Optional[Dict[Text, Any]]:
        path = self._folder / f"{hashlib.sha256(request['key'].encode()).hexdigest()[:32]}.sealed"
        sealed = self._sealer.seal(json.dumps(request), path.name)
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return self._try(path)

    def _try(self, path: Path) -> Optional[Dict[Text, Any]]:
        try:
            request = self._opened(path)
            if request is None:
                return {}
            receipt = self._post(request)
        except (OSError, ValueError) as error:  # requests' errors are OSErrors
            logger.warning("request_kept kind=%s", type(error).__name__)
            return None
        path.unlink(missing_ok=True)
        return dict(receipt)

    def _post(self, request: Mapping[Text, Any]) -> Any:
        with requests.Session() as http:
            http.trust_env = False  # web is ours: no proxy of the environment stands between
            answer = http.post(f"{self._url}/internal/requests", json=request, headers={"X-Nerveline-Secret": self._secret}, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            return answer.json()

    def _opened(self, path: Path) -> Optional[Dict[Text, Any]]:
        """The request in a file; None when the other thread sent it meanwhile, or when nobody can read it.

        Raises:
            OSError: the file cannot be read just now.
        """
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return dict(json.loads(self._sealer.open(sealed, path.name)))
        except (NervelineError, ValueError) as error:
            bad = path.rename(path.with_suffix(".bad"))  # out of the way, but kept: with its key file it can be read again
            logger.error("request_unreadable file=%s kind=%s", bad.name, type(error).__name__)
            return None

    def _loop(self) -> None:
        pause = threading.Event()
        while not pause.wait(RETRY_SECONDS):
            try:
                self.send_kept()
            except Exception as error:  # the thread must outlive any surprise: it is what keeps the promise
                logger.error("outbox_failed kind=%s", type(error).__name__)


@lru_cache(maxsize=1)
def outbox() -> Outbox:
    """The process's outbox, already sending what an earlier process left."""
    settings = Settings.load()
    made = Outbox(settings.var / "outbox", settings.web_url, settings.internal_secret, Sealer.load(settings.var / "keys.json"))
    made.keep_sending()
    return made
