"""What can go wrong, as a small tree.

NervelineError
├── SettingsError   a setting is missing or wrong: the start is refused, the setting is named
├── DataError       a file under data/ is wrong: the message starts with "file:line: "
└── StoreError      the database cannot be used just now
"""


class NervelineError(Exception):
    """Base of all errors that are ours; its text may be shown to the person who runs the program."""


class SettingsError(NervelineError):
    """A setting is missing or has a value that cannot be used."""


class DataError(NervelineError):
    """A data file is malformed. The text names file, line and reason."""


class StoreError(NervelineError):
    """The database cannot be opened or written."""
