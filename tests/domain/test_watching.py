"""What an auditor says, and what it does not say again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.findings import Area, Finding, FindingCode
from domain.watching import AGAIN, CALM, FLOOD, Watch, notices

AT = datetime(2031, 1, 1, tzinfo=UTC)
GONE = Finding(code=FindingCode.GONE, subject="EDR-SYNTH-00001", severity=0)
IDLE = Finding(code=FindingCode.NO_POLLER, subject="sop", part="steps", settles=timedelta(seconds=90))


def at(**span: float) -> datetime:
    return AT + timedelta(**span)


def paged(watch: Watch, now: datetime) -> tuple[Watch, list[str]]:
    """Say whatever is due to one person."""
    due = (*watch.to_call(now), *watch.to_clear(now))
    told = [f"{'cleared ' if each.gone_at else ''}{each.finding.id}" for each in due]
    return watch.said(due, ("eng-nia",), now), told


def play(*looks: tuple[datetime, tuple[Finding, ...]], blind: frozenset[Area] = frozenset()) -> list[list[str]]:
    watch, said = Watch(), []
    for now, found in looks:
        watch, told = paged(watch.after(found, blind, now), now)
        said.append(told)
    return said


def test_one_finding_is_one_page_until_an_hour_has_passed() -> None:
    looks = [(at(minutes=minute), (GONE,)) for minute in (0, 1, 59, 60, 61, 120)]
    assert play(*looks) == [[GONE.id], [], [], [GONE.id], [], [GONE.id]]


def test_the_same_trouble_with_another_cause_is_said_at_once() -> None:
    other = GONE.model_copy(update={"occurrence": "run-2"})
    assert play((AT, (GONE,)), (at(minutes=1), (other,))) == [[GONE.id], [GONE.id]]


def test_what_is_over_is_said_once_after_it_stayed_away() -> None:
    said = play((AT, (GONE,)), (at(minutes=1), ()), (at(minutes=4), ()), (at(minutes=5), ()))
    assert said == [[GONE.id], [], [f"cleared {GONE.id}"], []]


def test_what_comes_and_goes_is_one_page() -> None:
    looks = [(at(minutes=minute), (GONE,) if minute % 2 == 0 else ()) for minute in range(20)]
    assert [each for told in play(*looks) for each in told] == [GONE.id]


def test_what_must_settle_first_is_said_when_it_did_and_forgotten_when_it_did_not() -> None:
    assert play((AT, (IDLE,)), (at(seconds=60), (IDLE,)), (at(seconds=90), (IDLE,))) == [[], [], [IDLE.id]]
    assert play((AT, (IDLE,)), (at(seconds=60), ()), (at(seconds=90), (IDLE,))) == [[], [], []]


def test_a_look_that_could_not_see_clears_nothing() -> None:
    watch, _ = paged(Watch().after((GONE, IDLE), (), AT), AT)
    for minute in (1, 9, 30):
        watch = watch.after((), {Area.TEMPORAL}, at(minutes=minute))
        assert watch.to_clear(at(minutes=minute)) == ()
    assert {each.id for each in watch.findings} == {GONE.id, IDLE.id}


def test_what_another_finding_explains_is_known_but_not_said() -> None:
    explained = GONE.model_copy(update={"explained": True})
    assert play((AT, (explained,)), (at(minutes=1), (GONE,))) == [[], [GONE.id]]


def test_what_nobody_heard_is_said_again_under_the_same_key() -> None:
    watch = Watch().after((GONE,), (), AT)
    first = watch.to_call(AT)[0].key
    later = watch.after((GONE,), (), at(minutes=1))
    assert later.to_call(at(minutes=1))[0].key == first
    told = later.said(later.to_call(at(minutes=1)), ("eng-nia",), at(minutes=1))
    assert told.known[0].key != first


def test_an_auditor_that_forgot_everything_says_an_old_trouble_under_its_old_key() -> None:
    ended = GONE.model_copy(update={"occurrence": "run-1"})
    keys = {Watch().after((ended,), (), now).to_call(now)[0].key for now in (AT, at(minutes=7))}
    assert len(keys) == 1


def test_that_something_is_over_is_said_to_those_who_were_called_for_it() -> None:
    watch, _ = paged(Watch().after((GONE,), (), AT), AT)
    [first] = notices(Watch().after((GONE,), (), AT).to_call(AT))
    [over] = notices(watch.after((), (), AT).to_clear(at(minutes=3)))
    assert (first.to, over.to) == ((), ("eng-nia",))
    assert over.summary == f"CLEARED {first.summary}"


def many(count: int) -> tuple[Finding, ...]:
    return tuple(GONE.model_copy(update={"subject": f"EDR-SYNTH-{number:05d}"}) for number in range(count))


def test_a_flood_of_one_kind_is_one_page_that_says_how_many() -> None:
    few = notices(Watch().after(many(FLOOD), (), AT).to_call(AT))
    assert len(few) == FLOOD
    [one] = notices(Watch().after((*many(40), IDLE), (), at(minutes=2)).to_call(at(minutes=2)))
    assert one.summary == "P0 40 times gone; holdfast auditor --once"
    assert len(one.what) == 40
    assert "EDR-SYNTH-00039" in one.text


FINDINGS = st.sets(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7]), max_size=8)
STEPS = st.lists(st.tuples(st.integers(1, 50), FINDINGS, st.sets(st.sampled_from(list(Area))), st.booleans()))


@given(STEPS)
def test_nobody_is_called_twice_within_an_hour_and_nothing_found_stays_unsaid(
    steps: list[tuple[int, set[int], set[Area], bool]],
) -> None:
    """Each step: minutes passed, what is found, what cannot be read, whether anybody can be reached."""
    pool = many(8)
    watch, now = Watch(), AT
    called: dict[str, datetime] = {}
    for minutes, which, blind, heard in steps:
        now += timedelta(minutes=minutes)
        watch = watch.after(tuple(pool[number] for number in sorted(which)), blind, now)
        due = watch.to_call(now)
        for each in due:
            assert each.finding.id not in called or now - called[each.finding.id] >= AGAIN
        for each in watch.to_clear(now):
            assert each.finding.id in called
            assert each.finding not in [pool[number] for number in which]
            assert each.gone_at is not None
            assert now - each.gone_at >= CALM
        found = {pool[number].id for number in which}
        assert found <= {each.id for each in watch.findings}
        if heard:
            watch = watch.said(due, ("eng-nia",), now)
            called |= {each.finding.id: now for each in due}
            assert not watch.to_call(now)
            cleared = watch.to_clear(now)
            watch = watch.said(cleared, ("eng-nia",), now)
            for each in cleared:
                called.pop(each.finding.id)
            assert found <= set(called)
