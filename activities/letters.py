"""The words that leave us, by name. Until identity is confirmed they say nothing about any account."""

from __future__ import annotations

from domain.canonical import digest
from domain.errors import Code, HoldfastError
from domain.letters import Letter

_CLOSE = "\n\nThis mailbox answers emergency requests from public authorities only.\nReference: {case}\n"
_NEUTRAL = (
    "We received your request and cannot act on it as it stands. This says nothing about whether any account or "
    "data exists. If life is in danger now, call the emergency services where the person is."
)
LETTERS: dict[str, Letter] = {
    "holding": Letter(
        subject="Your request {case}",
        text="Your request is being worked on. This says nothing about whether any account or data exists. "
        "If life is in danger now, call the emergency services where the person is." + _CLOSE,
    ),
    "delivery": Letter(
        subject="Your request {case}",
        text="What was approved for release is at {link} and can be opened once, until {until}. "
        "Do not forward the link." + _CLOSE,
    ),
    "package": Letter(
        subject="Your request {case}",
        text="What was approved for release lies at {link} until {until}. It opens with a code that we tell you by "
        "phone: we call your agency at the number that we hold for it. Wait for that call; a code that is tried "
        "before it, from an unusual place or too often closes the package. Whoever opens it first is the only one "
        "who can. Do not forward the link." + _CLOSE,
    ),
    "fraud": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "unverified": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "no-legal-basis": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "protected": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "not-an-emergency": Letter(
        subject="Your request {case}",
        text="What you describe does not meet the conditions of an emergency disclosure. Please use legal process; "
        "data can be preserved meanwhile at your request. This says nothing about whether any account or data "
        "exists." + _CLOSE,
    ),
    "scope-too-wide": Letter(
        subject="Your request {case}",
        text="What you ask for goes beyond what an emergency allows. Please say which data would resolve the "
        "emergency, and why. This says nothing about whether any account or data exists." + _CLOSE,
    ),
}


def letter_digest(name: str) -> str:
    """A hash over the words as they stand, before a case is filled in: what the people who decide are shown.

    Raises:
        HoldfastError: `invalid` if there is no letter of that name.
    """
    return digest(_found(name))


def letter(name: str, **words: str) -> Letter:
    """The letter, filled in.

    Raises:
        HoldfastError: `invalid` if there is no letter of that name.
    """
    return _found(name).filled(**{"link": "", "until": "", **words})


def _found(name: str) -> Letter:
    if name not in LETTERS:
        raise HoldfastError(Code.INVALID, f"there is no letter {name!r}")
    return LETTERS[name]
