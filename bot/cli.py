"""The command line: `./nerveline <command>`. Each command imports what it needs, so that none waits for TensorFlow in vain."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Optional, Sequence

from bot.errors import NervelineError

EPILOG = """examples:
  ./nerveline ask "does it hurt?"
  ./nerveline ask --explain "how much is it and where are you"
  ./nerveline ask --batch questions.jsonl --out answers.jsonl
  ./nerveline check
  ./nerveline staff add --email sam@example.com --name "Sam Lee" --role admin
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command; returns the exit code. Errors of ours are one plain sentence on stderr."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given) or 0)
    except NervelineError as error:
        print(f"nerveline: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nerveline", description="The clinic's chat assistant.", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="start web, engine and actions, and keep them running")
    serve.set_defaults(run=_serve)

    train = commands.add_parser("train", help="train the engine's model")
    train.add_argument("--if-needed", action="store_true", help="only when data, configuration or code changed")
    train.set_defaults(run=_train)

    ask = commands.add_parser("ask", help="one question, answered without servers")
    ask.add_argument("text", nargs="?", help="the question")
    ask.add_argument("--json", action="store_true", help="print the whole reply as JSON")
    ask.add_argument("--explain", action="store_true", help="also print how it was understood: clauses, readings, nearest example, rules")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl", help='a file with one {"text": ...} a line')
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl", help="where the replies to --batch go")
    ask.set_defaults(run=_ask)

    check = commands.add_parser("check", help="check settings, clinic facts, answers, training data, reading level, review dates")
    check.set_defaults(run=_check)

    migrate = commands.add_parser("migrate", help="bring the database to the newest form")
    migrate.set_defaults(run=_migrate)

    purge = commands.add_parser(
        "purge", help="delete conversations that are older than the clinic keeps them; also done daily while web runs",
        description="Delete every conversation whose last message is older than 'retention_days' of data/clinic.yml, unless a request of it is open.",
        epilog="example:\n  ./nerveline purge", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    purge.set_defaults(run=_purge)

    staff = commands.add_parser("staff", help="accounts of staff").add_subparsers(required=True, metavar="command")
    add = staff.add_parser("add", help="print a one-time link with which a new account sets its password")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", choices=("staff", "admin"), default="staff")
    add.set_defaults(run=_staff_add)
    return parser


def _serve(_: argparse.Namespace) -> int:
    from bot.serve import serve

    return serve()


def _train(given: argparse.Namespace) -> int:
    from bot.engine.training import train

    return train(only_if_needed=given.if_needed)


def _ask(given: argparse.Namespace) -> int:
    from bot.engine.ask import ask, ask_batch

    if given.batch:
        if not given.out:
            raise NervelineError("--batch needs --out OUT.jsonl")
        return ask_batch(given.batch, given.out)
    if not given.text:
        raise NervelineError('nothing was asked: ./nerveline ask "does it hurt?"')
    return ask(given.text, as_json=given.json, explain=given.explain)


def _check(_: argparse.Namespace) -> int:
    from bot.check import check

    return check()


def _migrate(_: argparse.Namespace) -> int:
    from bot.settings import Settings
    from bot.store.database import upgrade

    print(f"The database is at version {upgrade(Settings.load().database_url)}.")
    return 0


def _purge(_: argparse.Namespace) -> int:
    from bot.answers.clinic import Clinic
    from bot.chat.retention import purge
    from bot.settings import Settings
    from bot.store.database import Database

    settings = Settings.load()
    days = Clinic.load(settings.data).retention_days
    deleted = purge(Database.open(settings.database_url), days)
    print(f"{deleted} conversation{'' if deleted == 1 else 's'} without a message for {days} days deleted.")
    return 0


def _staff_add(given: argparse.Namespace) -> int:
    from bot.security.accounts import invite
    from bot.settings import Settings
    from bot.store.database import Database

    settings = Settings.load()
    link = invite(Database.open(settings.database_url), settings.public_url, email=given.email, name=given.name, role=given.role)
    print(f"Open this link once, within 24 hours, to set the password:\n{link}")
    return 0
