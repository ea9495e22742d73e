"""Files that people hand in: YAML or JSON, refused by the place of the mistake and never by its text."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from console.cli.exits import Told
from domain.errors import Code
from domain.uploads import Upload, plain_name, unfit

_LIMIT = 1 << 20  # bytes; a form of a megabyte is the wrong file
_MOST_ATTACHED = 10 << 20  # bytes; as much as a mail may bring


def read_bytes(name: str, limit: int = _LIMIT) -> bytes:
    """The bytes of a file, `-` for standard input.

    Raises:
        HoldfastError: `invalid` if it cannot be read or is larger than `limit` (bytes; 1 MiB).
    """
    try:
        if name == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        raise Told(Code.INVALID, f"{name!r} cannot be read: {error.strerror}; name another file.") from None
    if len(data) > limit:
        raise Told(Code.INVALID, f"{name!r} is larger than {limit >> 20} MiB; name another file.")
    return data


def uploads_of(names: Sequence[str]) -> tuple[Upload, ...]:
    """Files to attach, as they are; nothing opens one.

    Raises:
        HoldfastError: `invalid` if one cannot be read, they are too many, or all together are larger than 10 MiB.
    """
    found = tuple(Upload(data=read_bytes(each, _MOST_ATTACHED), name=plain_name(Path(each).name)) for each in names)
    if reason := unfit(found):
        raise Told(Code.INVALID, reason)
    if sum(len(each.data) for each in found) > _MOST_ATTACHED:
        raise Told(Code.INVALID, f"all attachments are larger than {_MOST_ATTACHED >> 20} MiB; attach what matters.")
    return found


def read_text(name: str) -> str:
    """The text of a file; `invalid` too if it is empty or not UTF-8."""
    try:
        text = read_bytes(name).decode()
    except UnicodeDecodeError:
        raise Told(Code.INVALID, f"{name!r} is not UTF-8 text; a record is kept as text.") from None
    if not text.strip():
        raise Told(Code.INVALID, f"{name!r} is empty; write down what the script asks for.")
    return text


def key_of(data: bytes, *, drill: bool) -> str:
    """The declare key of a file: the same bytes are the same case. A drill never takes the key of the real thing."""
    return f"{'drill' if drill else 'file'}-{hashlib.sha256(data).hexdigest()}"


def parse_entry(name: str, data: bytes) -> dict[str, Any]:
    """An entry of a list, as text and lists of text; what is absent is not there."""
    return {key: value for key, value in _mapping(name, data, _Answers).items() if value is not None}


def parse_answers(name: str, data: bytes) -> dict[str, Any]:
    """Answers as text and lists of text, absent ones as None: the form says what is a number, not YAML.

    (YAML would make a country of `NO` into false, and a date of a case number.)
    """
    return _mapping(name, data, _Answers)


def parse_values(name: str, data: bytes) -> dict[str, Any]:
    """A mapping with numbers, true and false as YAML and JSON spell them."""
    return _mapping(name, data, _Values)


class _Values(yaml.SafeLoader):
    """A later key would silently replace an earlier one; here it is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(problem="twice", problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _Answers(_Values):
    """Only null is told from text."""


_NULL = "tag:yaml.org,2002:null"
_Answers.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag == _NULL]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Values.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(name: str, data: bytes, loader: type[yaml.SafeLoader]) -> dict[str, Any]:
    try:
        found = yaml.load(data, loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        what = "a key that stands there twice" if getattr(error, "problem", "") == "twice" else "not readable as YAML"
        raise Told(Code.INVALID, f"{name!r}, {where}{what}; correct it and send it again.") from None
    except (ValueError, RecursionError, TypeError):
        raise Told(Code.INVALID, f"{name!r} is not readable as YAML; correct it and send it again.") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise Told(Code.INVALID, f"{name!r} is not a mapping of field names to answers; see --template.")
    return found
