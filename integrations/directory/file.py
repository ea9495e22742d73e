"""The directory as a YAML file that its keeper edits while we run: read again at each question, refused when broken."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from domain.errors import Code, HoldfastError
from domain.people import Agency, Directory, Person, Role
from integrations.directory.checks import faults

# Only these words of the file may appear in an error; every other key is somebody's text.
_KNOWN = frozenset(
    {*Directory.model_fields, *Person.model_fields, *Agency.model_fields, *(role.value for role in Role)}
)


class DirectoryFile:
    """`domain.outside.LiveDirectory`. The file is a mapping of `people`, `agencies` and `on_call` as in
    `domain.people.Directory`; `revision` is a label, to which a hash of the file's bytes is added.

    The bytes are compared at each question, not the time of the file: an edit in the same tick would stay unseen,
    and a suspended person would keep their access.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[str, Directory] | None = None

    async def current(self) -> Directory:
        """The directory as the file says it now.

        Raises:
            HoldfastError: `broken-configuration`, naming the file and the entry, never its value. A directory read
                earlier is not used in its place.
        """
        return await asyncio.to_thread(self._current)

    def _current(self) -> Directory:
        data = self._bytes()
        digest = hashlib.sha256(data).hexdigest()
        known = self._read
        if known is None or known[0] != digest:
            known = (digest, self._parsed(data, digest[:12]))
            self._read = known
        return known[1]

    def _bytes(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            broken = self._broken(f"cannot be read: {type(error).__name__}")
        raise broken

    def _parsed(self, data: bytes, digest: str) -> Directory:
        try:
            content = yaml.load(data, _OneMeaning)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError as error:
            broken = self._broken(_line(error))
        except (ValueError, RecursionError):  # 2031-02-31; a nesting that nobody wrote by hand
            broken = self._broken("an unreadable value")
        else:
            return self._checked(content, digest)
        raise broken  # outside the handler, so that no context carries a line of the file

    def _checked(self, content: object, digest: str) -> Directory:
        if not isinstance(content, dict):
            raise self._broken("no mapping of people, agencies and on_call")
        label = content.get("revision", "")
        given = {**content, "revision": f"{label}+{digest}" if label else digest}
        try:
            directory = Directory.model_validate(given)
        except ValidationError as error:
            broken = self._broken("; ".join(_place(each["loc"], each["type"]) for each in error.errors()[:5]))
        else:
            found = faults(directory)
            if not found:
                return directory
            broken = self._broken("; ".join(found[:5]))
        raise broken

    def _broken(self, what: str) -> HoldfastError:
        return HoldfastError(Code.BROKEN_CONFIGURATION, f"{self._path.name}: {what}")


class _OneMeaning(yaml.SafeLoader):
    """YAML lets a later key silently replace an earlier one: half a rota would vanish. Here it is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(problem="twice", problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    twice = ", a key that stands there twice" if getattr(error, "problem", "") == "twice" else ""
    return "not readable as YAML" if mark is None else f"line {mark.line + 1}{twice or ', not readable as YAML'}"


def _place(location: tuple[int | str, ...], kind: str) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part in _KNOWN:
            text += f".{part}" if text else part
        elif part != "[key]":
            text += ".?" if text else "?"
    return f"{text} ({kind})"
