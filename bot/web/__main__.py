"""`python -m bot.web`: serve the web application in this process."""

from __future__ import annotations

import logging
import sys

from bot.errors import NervelineError
from bot.settings import Settings


def main() -> int:
    logging.basicConfig(level=logging.INFO, format='{"at": "%(asctime)s", "level": "%(levelname)s", "from": "%(name)s", "event": "%(message)s"}')
    for noisy in ("httpx", "sanic.root", "sanic.server", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        settings = Settings.load()
        from bot.web.app import make_app

        app = make_app(settings)
    except NervelineError as error:
        print(f"nerveline: {error}", file=sys.stderr)
        return 1
    app.run(host=settings.host, port=settings.port, single_process=True, access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
