"""`python -m actions`: the action server on loopback, sending first what an earlier process left in the outbox."""

from __future__ import annotations

import os

from rasa_sdk.endpoint import run

from actions.outbox import outbox
from bot.settings import Settings

if __name__ == "__main__":
    os.environ["SANIC_HOST"] = "127.0.0.1"  # rasa_sdk's only setting for it; its default is every address
    outbox()
    run("actions", Settings.load().actions_port)
