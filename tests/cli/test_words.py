"""What a person may type, and what other people's text may do to their terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.cli.connect import is_loopback
from console.cli.exits import exit_status
from console.cli.finding import case_of, matching
from console.cli.forms import answers_of, pairs
from console.cli.output import clean
from domain.desk import Waiting
from domain.errors import Code, HoldfastError
from domain.policy import FieldKind, FormField


def waiting(key: str, title: str) -> Waiting:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Waiting(
        case="EDR-00000-00000",
        key=key,
        kind="gate",
        title=title,
        severity=1,
        opened_at=at,
        nonce="",
        digest="",
        rungs=1,
    )


OPEN = (
    waiting("notify/release/1", "Release subscriber data?"),
    waiting("notify/release-content/1", "Release content as well?"),
    waiting("notify/refuse/2", "Refuse this request?"),
)


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("notify/release/1", "notify/release/1"),
        ("release", "notify/release/1"),
        ("CONTENT", "notify/release-content/1"),
        ("refu", "notify/refuse/2"),
        ("subscriber", "notify/release/1"),
    ],
)
def test_a_unique_part_of_key_or_title_is_enough(part: str, key: str) -> None:
    assert matching(OPEN, part, "gate").key == key


@pytest.mark.parametrize(
    ("part", "code"),
    [("rele", Code.INVALID), ("notify", Code.INVALID), ("protect", Code.NO_SUCH_SUBJECT), ("", Code.NO_SUCH_SUBJECT)],
)
def test_a_part_that_fits_none_or_several_is_refused_with_the_keys(part: str, code: Code) -> None:
    with pytest.raises(HoldfastError, match="notify/release/1") as refused:
        matching(OPEN, part, "gate")
    assert refused.value.code is code


def test_a_case_id_is_read_in_lower_case_and_with_the_letters_that_look_like_digits() -> None:
    assert case_of(" edr-0o0iL-00000 ") == "EDR-00011-00000"
    assert case_of("edr-00000-00000/REVIEW") == "EDR-00000-00000/review"


FORM = (
    FormField(name="real", label="", kind=FieldKind.BOOL, required=True),
    FormField(name="count", label="", kind=FieldKind.NUMBER),
    FormField(name="because", label="", kind=FieldKind.LIST, choices=("a", "b")),
    FormField(name="country", label=""),
)


def test_the_form_decides_what_an_answer_is() -> None:
    given = pairs(["real=YES", "count=3", "because=a", "because=b", "country=NO"])
    assert answers_of(FORM, given) == {"real": True, "count": 3, "because": ["a", "b"], "country": "NO"}
    assert answers_of(FORM, pairs(["real=no", "because=a, b"])) == {"real": False, "because": ["a", "b"]}


@pytest.mark.parametrize("given", [["real=perhaps"], ["real=1"], ["real=yes", "count=3.5"], ["real=yes", "colour=red"]])
def test_an_answer_that_does_not_fit_is_refused_by_its_field(given: list[str]) -> None:
    with pytest.raises(HoldfastError) as refused:
        answers_of(FORM, pairs(given))
    assert refused.value.code is Code.INVALID
    assert given[-1].partition("=")[0] in refused.value.sentence


def test_nobody_can_move_a_terminals_cursor_by_what_they_wrote() -> None:
    assert "\x1b" not in clean("\x1b[2Jnothing \x9b31m to see\r")
    assert clean(("a", None, True)) == "a, , yes"


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8700", True),
        ("http://localhost", True),
        ("http://[::1]:8700", True),
        ("http://127.8.8.8", True),
        ("https://desk.example.org", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@desk.example.org", False),
        ("http://0.0.0.0:8700", False),
    ],
)
def test_only_this_machine_believes_a_name(url: str, ours: bool) -> None:
    assert is_loopback(url) is ours


def test_every_code_has_an_exit_status_that_says_who_must_act() -> None:
    by_status = {status: {code for code in Code if exit_status(code) == status} for status in range(6)}
    assert by_status[0] == set()
    assert {Code.UNKNOWN_CASE, Code.UNKNOWN_PROCEDURE} <= by_status[3]
    proof = {Code.STEP_UP, Code.EXPIRED}
    refused = {Code.NOT_SEATED, Code.EXCLUDED, Code.NOT_ALLOWED, Code.SUSPENDED, Code.UNKNOWN_PERSON}
    assert by_status[4] == refused | proof
    assert {Code.UNREACHABLE, Code.NOT_RECORDED, Code.TRANSIENT} == by_status[5]
