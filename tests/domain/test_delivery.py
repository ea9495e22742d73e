"""What may become of a package, whatever anybody tries in whatever order, and whoever of both sides is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.delivery import (
    TRIES,
    DeliveryPolicy,
    Did,
    PackageEvent,
    PackageRecord,
    PackageState,
    Seal,
    Try,
    Verdict,
    allowed,
    consequence,
    contiguous,
    folded,
    recalled,
    suspected,
    tried,
)
from domain.people import Agency
from domain.spoken import hashed_code
from domain.whereabouts import Expected, Network, Whereabouts
from integrations.simulator.packages import Packages, PackagesState
from integrations.simulator.wire import Call, Refusal

NOON = datetime(2031, 1, 1, 12, tzinfo=UTC)
LIFE = timedelta(hours=24)
HOME = Whereabouts(country="US", network=Network.GOVERNMENT)
ABROAD = Whereabouts(country="GB", network=Network.GOVERNMENT)
RENTED = Whereabouts(country="US", network=Network.HOSTING)
CODE, SALT = "7K3Q-X9VD", bytes(16)


def package(**changes: Any) -> PackageRecord:
    plain = PackageRecord(
        id="0" * 32,
        sha256="a" * 64,
        expected=Expected(countries=("US",)),
        offered_at=NOON,
        expires_at=NOON + LIFE,
    )
    return plain.model_copy(update=changes)


def comes(minutes: float = 5, opener: str = "one", place: Whereabouts = HOME, right: bool = True) -> Try:
    return Try(at=NOON + timedelta(minutes=minutes), opener=opener, place=place, right=right)


CALLED = package(allowed_at=NOON)


def test_the_first_right_opener_binds_it_and_may_come_again() -> None:
    record, verdict = tried(CALLED, comes())
    assert (verdict, record.state, record.opener) == (Verdict.OPENS, PackageState.OPENED, "one")
    again, verdict = tried(record, comes(6))
    assert (verdict, again) == (Verdict.OPENS, record)


@pytest.mark.parametrize(
    ("record", "given_try", "why"),
    [
        (package(), comes(), Seal.BEFORE_CALL_BACK),
        (package(allowed_at=NOON + timedelta(minutes=9)), comes(), Seal.BEFORE_CALL_BACK),
        (CALLED, comes(place=ABROAD), Seal.UNEXPECTED_PLACE),
        (CALLED, comes(place=RENTED), Seal.UNEXPECTED_PLACE),
        (CALLED, comes(place=Whereabouts()), Seal.UNEXPECTED_PLACE),
        (CALLED.model_copy(update={"tries": TRIES - 1}), comes(right=False), Seal.CODE_GUESSED),
        (tried(CALLED, comes())[0], comes(6, opener="two"), Seal.SECOND_OPENER),
    ],
)
def test_what_is_suspicious_seals_and_a_right_code_does_not_help(
    record: PackageRecord, given_try: Try, why: Seal
) -> None:
    sealed, verdict = tried(record, given_try)
    assert (verdict, sealed.state, sealed.code) == (Verdict.SEALS, PackageState.SEALED, why)
    assert tried(sealed, comes(30))[1] is Verdict.GONE
    assert not sealed.out
    assert suspected(sealed) == "impersonated_authority"


def test_whoever_comes_second_takes_nothing_from_the_first() -> None:
    first, _ = tried(CALLED, comes())
    second, _ = tried(first, comes(6, opener="two"))
    assert (second.state, second.reached) == (PackageState.SEALED, True)
    early, _ = tried(package(), comes())
    assert not early.reached
    assert not first.model_copy(update={"out": True}).reached


def test_the_directory_says_from_where_an_agency_opens() -> None:
    plain = Agency(id="a", name="A", country="US")
    assert plain.expected.allows(Whereabouts(country="US", network=Network.MOBILE))
    assert not plain.expected.allows(RENTED)
    border = plain.model_copy(update={"opens_in": ("CA",), "networks": (Network.GOVERNMENT,)})
    assert border.expected.allows(Whereabouts(country="CA", network=Network.GOVERNMENT))
    assert not border.expected.allows(Whereabouts(country="CA", network=Network.MOBILE))


def event(number: int, did: Did, minutes: float = 5, **more: Any) -> PackageEvent:
    told = PackageEvent(
        number=number, at=NOON + timedelta(minutes=minutes), did=did, opener="one", place=HOME, sha256="a" * 64
    )
    return told.model_copy(update=more)


@pytest.mark.parametrize(
    ("record", "told", "why"),
    [
        (package(), {}, Seal.BEFORE_CALL_BACK),
        (CALLED, {"place": ABROAD}, Seal.UNEXPECTED_PLACE),
        (CALLED, {"sha256": "b" * 64}, Seal.WRONG_SCOPE),
        (recalled(CALLED, NOON), {}, Seal.NOT_OPEN),
        (CALLED, {"at": NOON + LIFE}, Seal.NOT_OPEN),
        (tried(CALLED, comes())[0], {"opener": "two"}, Seal.SECOND_OPENER),
    ],
)
def test_what_the_portal_opened_against_our_rules_is_out(
    record: PackageRecord, told: dict[str, Any], why: Seal
) -> None:
    after = folded(record, event(1, Did.OPENED, **told))
    assert (after.state, after.code, after.out) == (PackageState.SEALED, why, True)
    assert suspected(after) == "data_access_incident"
    assert consequence(after) == ("wrong-scope" if why is Seal.WRONG_SCOPE else "wrong-recipient")


def test_an_event_that_was_read_changes_nothing_and_none_may_be_missing() -> None:
    first = folded(package(), event(1, Did.ALLOWED))
    assert folded(first, event(1, Did.OPENED)) == first
    assert contiguous((event(3, Did.TRIED), event(4, Did.TRIED)), 2)
    assert not contiguous((event(4, Did.TRIED),), 2)


def test_looks_become_rarer_up_to_a_longest_pause() -> None:
    pauses = [DeliveryPolicy().pause(looks).total_seconds() for looks in (0, 1, 2, 3, 4, 5, 500)]
    assert pauses == [30, 60, 120, 240, 300, 300, 300]


# -- any order, both sides ----------------------------------------------------------------------------------

deeds = st.lists(
    st.tuples(
        st.sampled_from(["allow", "recall", "try", "try", "try"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from([HOME, HOME, HOME, ABROAD, RENTED]),
        st.booleans(),
        st.sampled_from([1, 1, 1, 60 * 9]),
    ),
    max_size=12,
)


@given(deeds)
def test_one_opener_at_most_after_the_call_from_home_and_within_three_tries(done: list[Any]) -> None:
    record, now, openers, wrong = package(), 0, set(), 0
    for what, opener, place, right, minutes in done:
        now += minutes
        before = record
        at = NOON + timedelta(minutes=now)
        if what == "allow":
            record = allowed(record, at)
        elif what == "recall":
            record = recalled(record, at)
        else:
            record, verdict = tried(record, comes(now, opener, place, right))
            wrong += verdict is Verdict.WRONG_CODE
            if verdict is Verdict.OPENS:
                assert before.allowed_at is not None
                assert place == HOME
                assert right
                openers.add(opener)
        if before.state in (PackageState.SEALED, PackageState.RECALLED, PackageState.EXPIRED):
            assert record == before
    assert len(openers) <= 1
    assert wrong < TRIES
    assert not record.out


def call(path: str, at: datetime, body: dict[str, object], **params: str) -> Call:
    place = {"X-Synthetic-Country": str(body.pop("country", "")), "X-Synthetic-Network": str(body.pop("network", ""))}
    return Call("POST", path, params, place, json.dumps(body).encode(), at, None)


def stand_in() -> Packages:
    """The portal with one package; a cheap hash, because it is tried thousands of times."""
    portal = Packages("http://portal.example.org", PackagesState())
    offer = {
        "package": "0" * 32,
        "case": "EDR-SYNTHETIC",
        "recipient": "desk@example.org",
        "content_b64": "e30=",
        "sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "code": hashed_code(CODE, SALT, n=2**10).model_dump(),
        "tries": TRIES,
        "countries": ["US"],
        "networks": [Network.GOVERNMENT.value],
        "expires_at": (NOON + LIFE).isoformat(),
    }
    portal.offer(call("/", NOON, offer))
    return portal


@settings(max_examples=60)
@given(deeds)
def test_our_rules_and_the_portals_own_come_to_the_same(done: list[Any]) -> None:
    portal, record, now = stand_in(), package(), 0
    held = portal._state.held["0" * 32]
    record = record.model_copy(update={"sha256": held.sha256})
    ours = record
    for what, opener, place, right, minutes in done:
        now += minutes
        at = NOON + timedelta(minutes=now)
        said: dict[str, object] = {"country": place.country, "network": place.network.value}
        said |= {"opener": opener, "code": CODE if right else "0000-0000"}
        try:
            if what == "allow":
                portal.allow(call("/", at, {}, package=held.package))
                ours = allowed(ours, at) if at < ours.expires_at else recalled(ours, at)
            elif what == "recall":
                portal.withdraw(call("/", at, {}, package=held.package))
                ours = recalled(ours, at)
            else:
                ours, _ = tried(ours, comes(now, opener, place, right))
                portal.open(call("/", at, said, secret=held.secret))
        except Refusal:
            pass
        read = record
        for told in held.events:
            plain = told.model_dump(exclude={"country", "network"})
            where = {"country": told.country, "network": told.network or Network.UNKNOWN}
            read = folded(read, PackageEvent.model_validate({**plain, "place": where}))
        assert (read.state.value, read.code, read.opener, read.out) == (held.state, ours.code, held.bound, False)
        assert (read.state, read.opener) == (ours.state, ours.opener)
