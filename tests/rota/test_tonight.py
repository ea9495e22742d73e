"""Every kind of hole is found, at its exact span, and a rota without holes has none."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from domain.fitness import Fitness
from domain.people import Directory, Role
from domain.policy import Procedure
from domain.rest import tired
from domain.rota import Leave, Rota
from domain.tonight import NOBODY, TOO_FEW, UNFIT, USED_UP, Hole, bare_spans, holes
from tests.rota.parts import directory, duty, example, person, rota, shift, utc
from workers.catalogue import load_catalogue

START, END = utc(2026, 11, 22), utc(2026, 12, 6)


@pytest.fixture(scope="module")
def release() -> Procedure:
    """The flagship with its release gate only: a verifier and an assessor are used up before two people decide."""
    found = load_catalogue().procedure("edr")
    gate = found.gate("release")
    call_back, assess = found.task("call-back"), found.task("assess-emergency")
    lead = gate.model_copy(update={"name": "stand-down", "excludes": ()})
    return found.model_copy(
        update={"gates": (gate,), "tasks": (call_back, assess), "stand_down": lead, "fitness": Fitness()}
    )


TEAM = directory(
    person("les-a", Role.LE_SPECIALIST),
    person("les-b", Role.LE_SPECIALIST),
    person("esc-a", Role.ESCALATION_SPECIALIST),
    person("leg-a", Role.LEGAL),
    person("dut-a", Role.DUTY_MANAGER),
)


def always(**roles: tuple[str, ...]) -> Rota:
    """These at any hour; of the other roles nobody."""
    given: dict[Role, tuple[str, ...]] = dict.fromkeys(Role, ())
    given |= {Role(name.replace("_", "-")): people for name, people in roles.items()}
    return rota({}, always=given)


def at_gate(found: tuple[Hole, ...], gate: str = "release") -> list[tuple[str, tuple[str, ...]]]:
    return [(each.because, each.missing) for each in found if each.gate == gate]


FULL = {
    "law_enforcement_specialist": ("les-a",),
    "escalation_specialist": ("esc-a",),
    "legal_counsel": ("leg-a",),
    "duty_manager": ("dut-a",),
}


def test_a_full_house_has_no_hole(release: Procedure) -> None:
    assert holes(always(**FULL), TEAM, [release], START, END) == ()


def test_nobody_on_duty_is_a_hole_of_the_whole_time(release: Procedure) -> None:
    [first, *_] = [each for each in holes(always(), TEAM, [release], START, END) if each.gate == "release"]
    assert (first.start, first.end, first.because) == (START, END, NOBODY)
    assert first.missing == ("specialist", "lead")
    assert "gate release of" in first.sentence


def test_too_few_people_for_the_seats_is_a_hole(release: Procedure) -> None:
    few = always(**{**FULL, "legal_counsel": (), "duty_manager": ()})
    assert at_gate(holes(few, TEAM, [release], START, END)) == [(TOO_FEW, ("lead",))]


def test_whoever_verified_is_used_up_first(release: Procedure) -> None:
    """The specialist alone could sit down, had they not been the one who called back."""
    few = always(**{**FULL, "legal_counsel": ("leg-a",), "duty_manager": ()})
    assert at_gate(holes(few, TEAM, [release], START, END)) == [(USED_UP, ("specialist",))]
    two = always(**{**FULL, "law_enforcement_specialist": ("les-a", "les-b"), "duty_manager": ()})
    assert at_gate(holes(two, TEAM, [release], START, END)) == []


def test_a_delegate_of_whoever_is_used_up_is_used_up_too(release: Procedure) -> None:
    people = directory(*TEAM.people, person("les-c", Role.LE_SPECIALIST, delegate_of="les-a"))
    few = always(**{**FULL, "law_enforcement_specialist": ("les-a", "les-c"), "duty_manager": ()})
    assert at_gate(holes(few, people, [release], START, END)) == [(USED_UP, ("specialist",))]


def test_nobody_to_do_the_work_before_the_gate_is_a_hole_of_that_work(release: Procedure) -> None:
    found = holes(always(**{**FULL, "law_enforcement_specialist": ()}), TEAM, [release], START, END)
    assert at_gate(found, "call-back") == [(NOBODY, ("law-enforcement-specialist", "law-enforcement-liaison"))]


def test_training_screening_and_place_count(release: Procedure) -> None:
    asked = release.model_copy(update={"fitness": Fitness(trained=True)})
    assert {each.because for each in holes(always(**FULL), TEAM, [asked], START, END)} == {UNFIT}
    until = utc(2026, 11, 30, 12)
    screened = Directory(
        revision="s",
        people=tuple(each.model_copy(update={"screened_until": until}) for each in TEAM.people),
    )
    found = [each for each in holes(always(**FULL), screened, [release], START, END) if each.gate == "release"]
    assert [(each.start, each.end, each.because) for each in found] == [(until, END, UNFIT)]


def test_a_holiday_a_leave_and_a_clock_change_make_holes_of_their_exact_span(release: Procedure) -> None:
    shifts = {"us": shift("us", 8, 20), "uk": shift("uk", 0, 13)}
    found = rota(
        shifts,
        *(
            duty(name, f"{who}-{name}", role=role)
            for name in shifts
            for who, role in (("les", Role.LE_SPECIALIST), ("esc", Role.ESCALATION_SPECIALIST), ("leg", Role.LEGAL))
        ),
        *(duty(name, f"dut-{name}", role=Role.DUTY_MANAGER) for name in shifts),
        holidays={"us": (utc(2026, 11, 26).date(),), "uk": ()},
        leave=(Leave(person="leg-us", start=utc(2026, 11, 24, 15), end=utc(2026, 11, 24, 16)),),
        always={role: () for role in Role if role.value not in ("law-enforcement-specialist",)},
    )
    roles = {"les": Role.LE_SPECIALIST, "esc": Role.ESCALATION_SPECIALIST, "leg": Role.LEGAL, "dut": Role.DUTY_MANAGER}
    people = directory(*(person(f"{who}-{name}", role) for name in shifts for who, role in roles.items()))
    spans = [
        (each.start, each.end)
        for each in holes(found, people, [release], utc(2026, 11, 23, 12), utc(2026, 11, 27, 12))
        if each.gate == "release"
    ]
    # 13:00-20:00 in New York is 13:00-01:00 UTC minus nothing; the uk takes over at midnight.
    assert (utc(2026, 11, 24, 15), utc(2026, 11, 24, 16)) in spans
    assert (utc(2026, 11, 26, 13), utc(2026, 11, 27)) in spans
    assert len(spans) == 2
    # From 8 March New York is one hour earlier, London not yet: the shifts that met at midnight leave nothing bare,
    # but a shift that ends an hour sooner would.
    short = found.model_copy(update={"shifts": {"us": shift("us", 8, 19), "uk": shift("uk", 0, 13)}})
    before = holes(short, people, [release], utc(2026, 3, 6, 12), utc(2026, 3, 7, 12))
    after = holes(short, people, [release], utc(2026, 3, 9, 12), utc(2026, 3, 10, 12))
    assert [(each.start, each.end) for each in before if each.gate == "release"] == []
    assert [(each.start, each.end) for each in after if each.gate == "release"] == [
        (utc(2026, 3, 9, 23), utc(2026, 3, 10))
    ]


async def test_the_example_meets_every_gate_at_every_hour_of_a_year_of_clock_changes() -> None:
    found, people = await example()
    procedures = list(load_catalogue().procedures.values())
    began = time.process_time()
    assert holes(found, people, procedures, START, END) == ()
    assert time.process_time() - began < 2, "a fortnight takes less than two seconds"
    for month in (3, 4, 10, 11):
        assert holes(found, people, procedures, utc(2027, month, 1), utc(2027, month, 28)) == ()


async def test_without_its_second_specialist_the_example_has_holes() -> None:
    found, people = await example()
    procedures = list(load_catalogue().procedures.values())
    away = Leave(person="leg-gus", start=START + timedelta(days=1), end=START + timedelta(days=2))
    alone = found.model_copy(update={"leave": (*found.leave, away)})
    assert [each.person for each in bare_spans(alone, people, (Role.LEGAL,), START, END)] == ["leg-fay"]
    gone = found.model_copy(update={"leave": (*found.leave, away, away.model_copy(update={"person": "leg-fay"}))})
    spans = {(each.start, each.end) for each in holes(gone, people, procedures, START, END) if each.gate == "refuse"}
    assert spans == set(), "general counsel is always on call and may sit there"
    content = [each for each in holes(gone, people, procedures, START, END) if each.gate == "release-content"]
    assert [(each.start, each.end) for each in content] == [(away.start, away.end)]


def test_short_rests_and_rows_of_nights_are_said() -> None:
    people = directory(person("ada"), person("ben"))
    late = rota({"late": shift("uk", 22, 6)}, duty("late", "ada"))
    found = tired(late, people, utc(2026, 1, 5), utc(2026, 1, 19))
    assert [(each.code, each.number) for each in found] == [("nights-in-a-row", 14)]
    split = rota({"one": shift("uk", 6, 10), "two": shift("uk", 16, 20)}, duty("one", "ben"), duty("two", "ben"))
    rests = tired(split, people, utc(2026, 1, 5), utc(2026, 1, 6))
    assert [(each.code, each.number) for each in rests] == [("short-rest", 6)]
