"""YAML with the line of every value, so that a mistake in a rota can be pointed at."""

from __future__ import annotations

from typing import Any

import yaml

from domain.errors import Code, HoldfastError

Path = tuple[str | int, ...]


class Marked:
    """What a file says, all of it as text, lists and mappings: 22:00 is a time there and NO is a country.

    Raises:
        HoldfastError: `broken-configuration`, naming the file and the line.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self._name = name
        self._lines: dict[Path, int] = {}
        try:
            node = yaml.compose(data, yaml.BaseLoader)
            found = self._walk(node, ()) if node is not None else {}
            if not isinstance(found, dict):
                raise self.broken((), "a mapping is wanted")
            self.content: dict[str, Any] = found
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            broken = self._said(0 if mark is None else mark.line + 1, "", "not readable as YAML")
        except (UnicodeDecodeError, RecursionError):
            broken = self._said(0, "", "not readable as YAML")
        else:
            return
        raise broken  # outside the handler, so that no context carries a line of the file

    def broken(self, path: Path, why: str) -> HoldfastError:
        """The error for what stands at this path: its place, its line, and why in a few fixed words."""
        known = path
        while known and known not in self._lines:
            known = known[:-1]
        text = ""
        for part in path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return self._said(self._lines.get(known, 1), text, why)

    def _said(self, line: int, place: str, why: str) -> HoldfastError:
        where = ", ".join(each for each in (self._name, f"line {line}" if line else "", place) if each)
        return HoldfastError(Code.BROKEN_CONFIGURATION, f"{where}: {why}")

    def _walk(self, node: yaml.Node, path: Path) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self._walk(each, (*path, number)) for number, each in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key, value in node.value:
                here = (*path, str(key.value))
                if not isinstance(key, yaml.ScalarNode) or key.value in found:
                    self._lines[here] = key.start_mark.line + 1
                    raise self.broken(here, "this key stands there twice")
                self._lines[here] = key.start_mark.line + 1
                found[key.value] = self._walk(value, here)
            return found
        return node.value
