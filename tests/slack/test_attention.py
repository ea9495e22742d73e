"""One loud card for each person: the gravest; the others wait quietly and take their turn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.outside import Summons
from domain.people import Directory
from integrations.simulator.slack import SlackSimulator
from integrations.slack.attention import HOLDS, Attention
from integrations.slack.room import SlackRoom
from integrations.slack.words import room_name
from tests.slack.fake_desk import CASE
from tests.slack.test_room import GATE, NAME, projection, summons

OTHER, THIRD = "EDR-CCCCC-DDDDD", "EDR-EEEEE-FFFFF"


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def card(case: str, severity: int = 1, **more: Any) -> Summons:
    given: dict[str, Any] = {"kind": "gate", "subject": GATE, "title": "Release?", "rung": 1}
    return Summons(case=case, severity=severity, **{**given, **more})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attention(clock: Clock) -> Attention:
    return Attention(clock)


def test_the_second_card_is_quiet_and_the_same_one_again_is_loud(attention: Attention) -> None:
    assert attention.loud("U1", card(CASE))
    assert not attention.loud("U1", card(OTHER))
    assert attention.loud("U1", card(CASE, rung=2))
    assert attention.loud("U2", card(OTHER))


def test_a_graver_one_is_loud_at_once_and_the_other_comes_back_after_it(attention: Attention) -> None:
    attention.loud("U1", card(CASE, 2))
    assert attention.loud("U1", card(OTHER, 0))
    [(person, turn)] = attention.settled(OTHER, ())
    assert (person, turn.case) == ("U1", CASE)


def test_turns_go_by_danger_to_life_and_then_by_age(attention: Attention) -> None:
    attention.loud("U1", card(CASE, 0))
    for case, severity, family in ((OTHER, 2, "protect"), (THIRD, 1, "disclose"), ("EDR-GGGGG-HHHHH", 1, "protect")):
        assert not attention.loud("U1", card(case, severity, family=family))
    order, last = [], CASE
    while turns := attention.settled(last, ()):
        [(_, turn)] = turns
        last = turn.case
        order.append(last)
    assert order == ["EDR-GGGGG-HHHHH", THIRD, OTHER]


def test_what_ended_before_its_turn_is_never_called_for(attention: Attention) -> None:
    attention.loud("U1", card(CASE, 0))
    attention.loud("U1", card(OTHER))
    assert attention.settled(OTHER, ()) == []
    assert attention.settled(CASE, ()) == []
    assert attention.loud("U1", card(THIRD, 3))


def test_a_card_whose_case_became_graver_while_it_waited_is_called_for_at_once(attention: Attention) -> None:
    attention.loud("U1", card(CASE, 1))
    assert not attention.loud("U1", card(OTHER, 2))
    assert attention.settled(OTHER, (GATE,), 2) == []
    [(person, turn)] = attention.settled(OTHER, (GATE,), 0)
    assert (person, turn.case, turn.severity) == ("U1", OTHER, 0)
    assert attention.settled(OTHER, (GATE,), 0) == []
    assert not attention.loud("U1", card(CASE, 1, rung=2))
    [(_, back)] = attention.settled(OTHER, ())
    assert back.case == CASE


def test_a_card_is_as_grave_as_its_case_is_when_it_is_called_again(attention: Attention) -> None:
    attention.loud("U1", card(CASE, 1))
    assert not attention.loud("U1", card(OTHER, 2))
    assert attention.loud("U1", card(OTHER, 0, rung=2))
    assert not attention.loud("U1", card(CASE, 1, rung=2))


@given(st.lists(st.tuples(st.sampled_from([CASE, OTHER, THIRD]), st.integers(0, 3), st.booleans()), max_size=30))
def test_however_cards_and_severities_come_one_is_loud_and_none_that_waits_is_graver(
    calls: list[tuple[str, int, bool]],
) -> None:
    attention, severities, open_now = Attention(lambda: 0.0), dict[str, int](), dict[str, bool]()
    for case, severity, ends in calls:
        if ends:
            open_now.pop(case, None)
            attention.settled(case, (), severities.get(case))
        else:
            severities[case], open_now[case] = severity, True
            attention.settled(case, (GATE,), severity)
            attention.loud("U1", card(case, severity))
        queue = attention._queues.get("U1")
        waiting = {each.case for each in queue.waiting} if queue else set()
        loud = queue.loud if queue else None
        assert waiting | ({loud.case} if loud else set()) == set(open_now)
        assert (loud is None) == (not open_now)
        assert loud is None or all(loud.severity <= severities[each] for each in waiting)
        assert loud is None or loud.case not in waiting


def test_what_is_still_open_keeps_its_place(attention: Attention) -> None:
    attention.loud("U1", card(CASE))
    attention.loud("U1", card(OTHER))
    assert attention.settled(CASE, (GATE,)) == []
    assert not attention.loud("U1", card(OTHER))


def test_a_card_that_nobody_answers_keeps_no_other_one_quiet_for_ever(attention: Attention, clock: Clock) -> None:
    attention.loud("U1", card(CASE, 0))
    assert not attention.loud("U1", card(OTHER, 1))
    clock.seconds = HOLDS
    assert attention.loud("U1", card(OTHER, 1))


@pytest.mark.parametrize("kind", ["owner", "hand-over", "clock", "refusal", "cancel"])
def test_alarms_and_what_no_status_ends_are_never_quiet(attention: Attention, kind: str) -> None:
    attention.loud("U1", card(CASE, 0))
    assert attention.loud("U1", card(OTHER, 3, kind=kind))


async def test_in_slack_the_second_card_names_without_calling_until_the_first_is_done(
    slack: SlackSimulator, room: SlackRoom, directory: Directory
) -> None:
    for case in (CASE, OTHER):
        await room.show(projection(case=case, open_gates=(GATE,)), brief="", key="k0")
        await room.summon(summons(directory, "leg-fay", case=case), key="k1")
    quiet = slack.messages(room_name(OTHER))[-1]
    assert "<@U0LEG01>" in str(slack.messages(NAME)[-1].blocks)
    assert "<@U0LEG01>" not in str(quiet.blocks) + quiet.text
    assert "leg-fay" in str(quiet.blocks)
    assert "U0LEG01" in slack.channel(room_name(OTHER)).members

    slack.faults.add(method="chat.postMessage", kind="ratelimited")
    await room.show(projection(1), brief="", key="k2")
    assert slack.messages(room_name(OTHER))[-1] is quiet
    await room.show(projection(2), brief="", key="k3")
    turn = slack.messages(room_name(OTHER))[-1]
    assert turn.text.startswith("<@U0LEG01> next for you: P0")
    await room.show(projection(3), brief="", key="k4")
    assert slack.messages(room_name(OTHER))[-1] is turn
