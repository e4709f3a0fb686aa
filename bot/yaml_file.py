"""YAML files whose mistakes are reported with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn, Union

import yaml

from bot.errors import DataError

Key = Union[str, int]


class YamlFile:
    """One parsed YAML file that still knows on which line each value stands."""

    def __init__(self, path: Path) -> None:
        """Parse `path`.

        Raises:
            DataError: the file is missing, not UTF-8, or not YAML.
        """
        self.path = path
        try:
            loader = yaml.CSafeLoader(path.read_text(encoding="utf-8"))
            self._root = loader.get_single_node()
            self.data: Any = loader.construct_document(self._root) if self._root else None
        except OSError as error:
            raise DataError(f"{path}:0: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise DataError(f"{path}:0: not UTF-8: {error.reason} at byte {error.start}") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 0
            raise DataError(f"{path}:{line}: not YAML: {getattr(error, 'problem', error)}") from None

    def line(self, *keys: Key) -> int:
        """Line of the value under `keys`, or of its nearest parent that exists."""
        node, line = self._root, 1
        for key in keys:
            child = _child(node, key)
            if child is None:
                break
            node, line = child
        return line

    def section(self, key: str) -> dict[str, Any]:
        """The mapping under the top-level `key`.

        Raises:
            DataError: it is missing or not a mapping.
        """
        value = self.data.get(key) if isinstance(self.data, dict) else None
        if not isinstance(value, dict):
            self.fail(f"expected a mapping '{key}:' at the top level")
        return value

    def fail(self, reason: str, *keys: Key) -> NoReturn:
        """Raise a DataError that points at the value under `keys`."""
        raise DataError(f"{self.path}:{self.line(*keys)}: {reason}")


def _child(node: Any, key: Key) -> Any:
    """The child node and its line, or None."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return value, name.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value, value.start_mark.line + 1
    return None
