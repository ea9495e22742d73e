"""Every failure as one code, one sentence and one status; nothing of what was sent comes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from domain.errors import Code, HoldfastError

STATUS: dict[Code, int] = {
    Code.UNKNOWN_CASE: 404,
    Code.NO_SUCH_SUBJECT: 404,
    Code.UNKNOWN_PROCEDURE: 404,
    Code.UNKNOWN_SOURCE: 404,
    Code.UNPROVEN: 401,
    Code.TOO_LARGE: 413,
    Code.NOT_SEATED: 403,
    Code.EXCLUDED: 403,
    Code.NOT_ALLOWED: 403,
    Code.SUSPENDED: 403,
    Code.UNKNOWN_PERSON: 403,
    Code.STEP_UP: 403,
    Code.EXPIRED: 409,
    Code.NOT_OPEN: 409,
    Code.STALE: 409,
    Code.DUPLICATE_KEY: 409,
    Code.ALREADY_CLOSED: 409,
    Code.STILL_RUNNING: 409,
    Code.NO_COPY: 409,
    Code.INVALID: 422,
    Code.REASON_REQUIRED: 422,
    Code.ARTEFACT_REQUIRED: 422,
    Code.NOT_A_SUBSET: 422,
    Code.UNREACHABLE: 503,
    Code.TRANSIENT: 503,
    Code.NOT_RECORDED: 503,
}
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,40}$")


def status_of(code: Code) -> int:
    """The HTTP status of a code; 500 where nothing better is known."""
    return STATUS.get(code, 500)


def as_body(error: HoldfastError) -> dict[str, str]:
    return {"code": error.code.value, "sentence": error.sentence}


def wrong_fields(errors: Sequence[Any]) -> HoldfastError:
    """`invalid`, naming each wrong field of a request by its place and never its value.

    `errors` are pydantic's. The name of a field that we do not know was chosen by the sender: it is not repeated.
    """
    named = []
    for each in errors:
        place = [str(part) for part in each["loc"] if str(part) not in ("body", "query", "path")]
        if each["type"] == "extra_forbidden":
            place = [*place[:-1], "an unknown field"]
        named.append(".".join(part for part in place if _NAME.match(part) or part == "an unknown field") or "the body")
    return HoldfastError(Code.INVALID, ", ".join(dict.fromkeys(named)))
