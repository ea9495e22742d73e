"""What we answer to whoever asked for data, how a case ended: which letter, of which facts, and when it leaves.

Until identity is confirmed an answer is made of the case's reference alone: what we know of an account cannot reach it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain import letters
from domain.base import Model
from domain.canonical import digest
from domain.cards import CardItem
from domain.emergency import Known
from domain.errors import Code, HoldfastError
from domain.incident import Outcome
from domain.letters import LEFT_OUT, Letter
from domain.places import Location


class Answer(StrEnum):
    """What is answered; each outcome of a request has one. `recalled` goes to the agency that received, whatever its
    requester turned out to be, and `impersonated` to the one whose name was used: both at its mailbox in our directory.
    """

    HOLDING = "holding"
    RELEASED = "released"
    RELEASED_LESS = "released-less"
    NOT_AN_EMERGENCY = "not-an-emergency"
    UNVERIFIED = "unverified"
    NO_LEGAL_BASIS = "no-legal-basis"
    FRAUD = "fraud"
    TOO_WIDE = "scope-too-wide"
    REDIRECTED = "redirected"
    PROTECTED = "protected"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed-over"
    RECALLED = "recalled"
    IMPERSONATED = "impersonated"


# To whoever is not confirmed. A hand-over is missing: it rests on where the user is, and a letter would say so.
TO_ANYBODY: dict[Answer, Letter] = {
    Answer.HOLDING: letters.HOLDING,
    **dict.fromkeys(
        (
            Answer.NOT_AN_EMERGENCY,
            Answer.UNVERIFIED,
            Answer.NO_LEGAL_BASIS,
            Answer.FRAUD,
            Answer.TOO_WIDE,
            Answer.REDIRECTED,
            Answer.PROTECTED,
            Answer.WITHDRAWN,
        ),
        letters.ENDED,
    ),
}
# To an authority that was confirmed. That we called a desk ourselves is not told: it would say where the user is.
TO_CONFIRMED: dict[Answer, Letter] = {
    Answer.HOLDING: letters.HOLDING,
    Answer.RELEASED: letters.RELEASED,
    Answer.RELEASED_LESS: letters.RELEASED_LESS,
    Answer.NOT_AN_EMERGENCY: letters.NOT_AN_EMERGENCY,
    Answer.NO_LEGAL_BASIS: letters.NO_LEGAL_BASIS,
    Answer.TOO_WIDE: letters.TOO_WIDE,
    Answer.REDIRECTED: letters.REDIRECTED,
    Answer.PROTECTED: letters.NO_LEGAL_BASIS,
    Answer.WITHDRAWN: letters.WITHDRAWN,
    Answer.HANDED_OVER: letters.HANDED_OVER,
    Answer.RECALLED: letters.RECALLED,
    Answer.IMPERSONATED: letters.IMPERSONATED,
}
_REFUSALS = frozenset(
    {Answer.NOT_AN_EMERGENCY, Answer.UNVERIFIED, Answer.NO_LEGAL_BASIS, Answer.TOO_WIDE, Answer.REDIRECTED}
)
# Only after something has left may a letter speak of it.
OF_WHAT_LEFT = frozenset({Answer.RELEASED, Answer.RELEASED_LESS, Answer.RECALLED})


class Released(Model):
    """What left: where it is, until when (RFC 3339), on which sources of law, what was left out by code, and whether it
    had been opened when it was taken back."""

    link: str
    until: str = ""
    grounds: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    opened: bool = False


class CaseFacts(Model):
    """What is known of a case when it is answered. Everything but `case` and `released` is there so that a test can
    vary it: no letter is made of it."""

    case: str
    released: Released | None = None
    exists: bool = False
    user: Location = Location.UNKNOWN
    tiers: tuple[str, ...] = ()
    account_state: str = ""


class Outward(Model):
    """All that a letter may be made of."""

    case: str
    released: Released | None = None


def outward(answer: Answer, known: Known, facts: CaseFacts) -> Outward:
    """The one way by which facts come to a letter. Nothing of the release passes unless the requester is confirmed
    and something left."""
    passes = known is Known.CONFIRMED and answer in OF_WHAT_LEFT
    return Outward(case=facts.case, released=facts.released if passes else None)


def may_be_sent(answer: Answer, known: Known) -> bool:
    """Whether there is such a letter to such a requester."""
    return answer in (TO_CONFIRMED if known is Known.CONFIRMED else TO_ANYBODY)


def words_of(answer: Answer, known: Known) -> Letter:
    """The letter before anything is filled in.

    Raises:
        HoldfastError: `guard` if nothing of the kind may be sent to this requester.
    """
    if not may_be_sent(answer, known):
        raise HoldfastError(Code.GUARD, f"no letter {answer.value!r} may go to a requester who is {known.value}")
    return (TO_CONFIRMED if known is Known.CONFIRMED else TO_ANYBODY)[answer]


def draft(answer: Answer, known: Known, facts: CaseFacts) -> Letter:
    """The letter, filled in from the facts.

    Raises:
        HoldfastError: as `words_of`; `guard` if it speaks of a release and none is known; `invalid` for a code of
            what was left out that has no words.
    """
    words, said = words_of(answer, known), outward(answer, known, facts)
    if answer not in OF_WHAT_LEFT:
        return words.filled(case=said.case)
    left = said.released
    if left is None or not left.link:
        raise HoldfastError(Code.GUARD, "the letter speaks of a release, and nothing is known to have left")
    if answer is Answer.RECALLED:
        return (letters.RECALLED_LATE if left.opened else words).filled(case=said.case, link=left.link)
    if not left.until or not left.grounds:
        raise HoldfastError(Code.GUARD, "a release without its end or its legal ground")
    return words.filled(
        case=said.case,
        link=left.link,
        until=left.until,
        grounds="; ".join(left.grounds),
        left_out=_reasons(left.left_out),
    )


def _reasons(codes: tuple[str, ...]) -> str:
    unknown = sorted(set(codes) - set(LEFT_OUT))
    if unknown:
        raise HoldfastError(Code.INVALID, f"there are no words for {unknown[0]!r}")
    given = [each for each in LEFT_OUT if each in codes] or ["decided-less"]
    return "\n".join(f"- {LEFT_OUT[each]}" for each in given)


def answer_of(outcome: Outcome, code: str = "", left_out: tuple[str, ...] = ()) -> Answer | None:
    """The letter that tells how a request ended; None where the ending is our own matter and nobody is written to.

    Raises:
        HoldfastError: `invalid` for a refusal with a code that has no letter.
    """
    match outcome:
        case Outcome.DISCLOSED:
            return Answer.RELEASED_LESS if left_out else Answer.RELEASED
        case Outcome.REFUSED:
            if code not in _REFUSALS:
                raise HoldfastError(Code.INVALID, f"there is no letter for a refusal {code!r}")
            return Answer(code)
        case Outcome.FRAUD:
            return Answer.FRAUD
        case Outcome.PROTECTED:
            return Answer.PROTECTED
        case Outcome.WITHDRAWN:
            return Answer.WITHDRAWN
        case Outcome.HANDED_OVER:
            return Answer.HANDED_OVER
        case Outcome.STOOD_DOWN | Outcome.REVIEWED | Outcome.COMPLETED:
            return None


# -- what is decided on -------------------------------------------------------------------------------------

ANSWER = "answer:"


def answer_digest(answer: Answer, known: Known) -> str:
    """A hash over the words as they stand, before a case is filled in: what the people who decide are shown.

    Raises:
        HoldfastError: as `words_of`.
    """
    return digest(words_of(answer, known))


def answer_item(answer: Answer, known: Known) -> CardItem:
    """The letter as an item of a REFUSE card. Its id says for which standing of the requester it is.

    Raises:
        HoldfastError: as `words_of`.
    """
    return CardItem(
        id=f"{ANSWER}{answer.value}:{known.value}",
        label=f"letter {answer.value}, requester {known.value}",
        sha256=answer_digest(answer, known),
    )


def answer_of_item(item_id: str) -> tuple[Answer, Known] | None:
    """The letter that an item of a card stands for; None for any other item."""
    name, _, standing = item_id.removeprefix(ANSWER).partition(":")
    if not item_id.startswith(ANSWER) or name not in set(Answer) or standing not in set(Known):
        return None
    return Answer(name), Known(standing)


# -- when it leaves -----------------------------------------------------------------------------------------

HOLDING_AFTER = timedelta(minutes=10)  # every unconfirmed requester hears once, at this moment, whatever goes on
EARLIEST = timedelta(minutes=30)  # longer than any step on an account takes, its retries included
EVERY = timedelta(minutes=15)  # then only at whole quarters from the receipt: who measures finds these moments alone


def leaves_at(answer: Answer, known: Known, received_at: datetime, decided_at: datetime) -> datetime:
    """When a letter leaves (UTC). To a confirmed authority at once; to anybody else at one of a few moments that are
    counted from the receipt alone, so that how long we took says nothing about an account."""
    decided_at = max(decided_at, received_at)
    if known is Known.CONFIRMED:
        return decided_at
    if answer is Answer.HOLDING:
        first = received_at + HOLDING_AFTER
        return first if decided_at <= first else _quarter(received_at, decided_at)
    return max(received_at + EARLIEST, _quarter(received_at, decided_at))


def _quarter(received_at: datetime, at: datetime) -> datetime:
    """The first whole quarter since the receipt that is not before this time."""
    return received_at + EVERY * -((received_at - at) // EVERY)
