"""One part of the benchmark: what is trained on, what is tested, and which systems are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

Rows = Sequence["tuple[str, str]"]


@dataclass(frozen=True)
class Part:
    """Train and test rows as (text, label); `explain` adds calibration and confusions."""

    name: str
    train: Rows
    test: Rows
    systems: Sequence[Any]
    explain: bool = False
