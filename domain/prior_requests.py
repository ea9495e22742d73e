"""Who asked for the same person before, when, and what came of it: a rule over earlier requests, by keyed hashes alone.

Somebody who is hunted is asked for again and again; a fraud that failed is tried again under another name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model
from domain.cards import Finding
from domain.incident import Outcome

LOOK_BACK = timedelta(days=365)  # the field's own look-back after a fraud is twelve months
RECENT = timedelta(days=30)  # a repeat within this asks for a review of its own
MANY_TARGET = 3  # requests for one person within RECENT, this one counted: more than an emergency and its follow-up
MANY_REQUESTER = 5  # requests of one person of an agency within RECENT: more than a desk's usual month


class EarlierRequest(Model):
    """A request of before. `subject` and `requester` are keyed hashes (of the account, of the writer's address);
    `agency` an id of our directory, empty where nobody knew it; `outcome` is None while it is open."""

    case: str
    at: datetime
    subject: str
    requester: str = ""
    agency: str = ""
    outcome: Outcome | None = None
    code: str = ""


class Sign(StrEnum):
    """What the earlier requests say of this one. None of them decides anything: people see them on the card."""

    SAME_AGENCY = "same-target-same-agency"
    OTHER_AGENCY = "same-target-other-agency"
    SAME_REQUESTER = "same-target-same-requester"
    OPEN = "same-target-still-open"
    RELEASED = "same-target-released-before"
    REFUSED = "same-target-refused-before"
    FRAUD_TARGET = "same-target-fraud-before"
    FRAUD_REQUESTER = "same-requester-fraud-before"
    OFTEN_TARGET = "same-target-often"
    OFTEN_REQUESTER = "same-requester-often"


# These ask for a second channel before anything leaves, whoever the requester is.
GRAVE = frozenset({Sign.FRAUD_TARGET, Sign.FRAUD_REQUESTER, Sign.OFTEN_TARGET, Sign.OFTEN_REQUESTER, Sign.OTHER_AGENCY})


class PriorRequests(Model):
    """The requests of before for the same person and by the same writer, newest first, and what they say."""

    same_target: tuple[EarlierRequest, ...] = ()
    same_requester: tuple[EarlierRequest, ...] = ()
    signs: tuple[Sign, ...] = ()

    @property
    def grave(self) -> bool:
        """Whether a supervisor must be asked over another channel first."""
        return bool(GRAVE & set(self.signs))

    @property
    def finding(self) -> Finding:
        """For the card of the people who decide; never for a letter."""
        verdict = "grave" if self.grave else "seen" if self.signs else "none"
        return Finding(about="prior-requests", verdict=verdict, because=tuple(each.value for each in self.signs))


def prior_requests(
    earlier: Iterable[EarlierRequest],
    *,
    case: str,
    subject: str,
    now: datetime,
    requester: str = "",
    agency: str = "",
    look_back: timedelta = LOOK_BACK,
) -> PriorRequests:
    """What went before this request. The order in which `earlier` comes and repeats in it change nothing; the request
    itself, what is older than `look_back` and what lies in the future are left out."""
    by_case = {each.case: each for each in sorted(earlier, key=_order)}
    seen = [each for each in by_case.values() if each.case != case and now - look_back <= each.at <= now]
    seen.sort(key=_order, reverse=True)
    target = tuple(each for each in seen if subject and each.subject == subject)
    writer = tuple(each for each in seen if requester and each.requester == requester)
    signs = {*_of_target(target, requester, agency, now), *_of_requester(writer, now)}
    return PriorRequests(same_target=target, same_requester=writer, signs=tuple(each for each in Sign if each in signs))


def _order(each: EarlierRequest) -> tuple[datetime, str, bool, str, str]:
    # A closed record of a case comes after its open one, so that it is the one that counts.
    return each.at, each.case, each.outcome is not None, each.outcome or "", each.code


def _of_target(found: tuple[EarlierRequest, ...], requester: str, agency: str, now: datetime) -> Iterable[Sign]:
    for each in found:
        if each.requester and each.requester == requester:
            yield Sign.SAME_REQUESTER
        if each.agency and each.agency == agency:
            yield Sign.SAME_AGENCY
        else:
            yield Sign.OTHER_AGENCY
        match each.outcome:
            case None:
                yield Sign.OPEN
            case Outcome.DISCLOSED:
                yield Sign.RELEASED
            case Outcome.REFUSED:
                yield Sign.REFUSED
            case Outcome.FRAUD:
                yield Sign.FRAUD_TARGET
            case _:
                pass
    if 1 + sum(each.at >= now - RECENT for each in found) >= MANY_TARGET:
        yield Sign.OFTEN_TARGET


def _of_requester(found: tuple[EarlierRequest, ...], now: datetime) -> Iterable[Sign]:
    if any(each.outcome is Outcome.FRAUD for each in found):
        yield Sign.FRAUD_REQUESTER
    if 1 + sum(each.at >= now - RECENT for each in found) >= MANY_REQUESTER:
        yield Sign.OFTEN_REQUESTER
