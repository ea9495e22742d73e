"""What a command's end means to the shell, and how an error reaches a person or a program."""

from __future__ import annotations

import json
from itertools import pairwise

from domain.errors import Code, HoldfastError

OK, FAILED, USAGE, NOT_FOUND, DENIED, UNREACHABLE = range(6)
INTERRUPTED = 130  # 128 + SIGINT, as shells say it

_EXITS = {
    USAGE: (
        Code.INVALID,
        Code.REASON_REQUIRED,
        Code.ARTEFACT_REQUIRED,
        Code.NOT_A_SUBSET,
        Code.BROKEN_CONFIGURATION,  # a file or a variable that whoever runs us must correct
    ),
    NOT_FOUND: (Code.UNKNOWN_CASE, Code.UNKNOWN_PROCEDURE, Code.NO_SUCH_SUBJECT),
    DENIED: (
        Code.STEP_UP,
        Code.EXPIRED,
        Code.NOT_SEATED,
        Code.EXCLUDED,
        Code.NOT_ALLOWED,
        Code.SUSPENDED,
        Code.UNKNOWN_PERSON,
    ),
    UNREACHABLE: (Code.UNREACHABLE, Code.NOT_RECORDED, Code.TRANSIENT),
}
_BY_CODE = {code: status for status, codes in _EXITS.items() for code in codes}


class Told(HoldfastError):
    """An error whose whole sentence the command line knows better: it names the option or the command to use."""

    def __init__(self, code: Code, sentence: str) -> None:
        self._said = sentence
        super().__init__(code)

    @property
    def sentence(self) -> str:
        return self._said


def exit_status(code: Code) -> int:
    """0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 unreachable."""
    return _BY_CODE.get(code, FAILED)


def error_text(error: HoldfastError, *, as_json: bool) -> str:
    """One line for a person, or one JSON object `{"error": {"code", "sentence"}}`."""
    if as_json:
        return json.dumps({"error": {"code": error.code.value, "sentence": error.sentence}})
    return f"{error.sentence} [{error.code.value}]"


def wants_json(arguments: list[str]) -> bool:
    """Whether the command line asks for JSON; read by hand, because it must hold even if it cannot be parsed."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    joined = {"-ojson", "--output=json", "--json"}
    pairs = pairwise(before)
    return bool(joined & set(before)) or any(a in ("-o", "--output") and b == "json" for a, b in pairs)
