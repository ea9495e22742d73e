"""Whom a rung calls: as few as can decide, and never somebody who may not decide now."""

from __future__ import annotations

from domain.fitness import Fitness
from domain.people import Role
from domain.rota import Rota
from domain.summoning import NOBODY_AT_ALL, NOBODY_ON_DUTY, Call, who_is_next, whom_to_call
from tests.rota.parts import directory, duty, person, rota, shift, utc

AT = utc(2026, 1, 5, 9)
LEGAL, LES, DUT = Role.LEGAL, Role.LE_SPECIALIST, Role.DUTY_MANAGER
PEOPLE = directory(
    person("les-a", LES),
    person("les-b", LES, trained_for=("edr",)),
    person("leg-a", LEGAL),
    person("leg-b", LEGAL),
    person("leg-c", LEGAL, delegate_of="leg-a"),
    person("dut-a", DUT),
)
SEATS = ((LES, LEGAL, DUT), (LEGAL, DUT))


def on(**people: tuple[str, ...]) -> Rota:
    """These on duty all day; nobody of the other roles."""
    names = {"les": LES, "leg": LEGAL, "dut": DUT}
    duties = [duty("day", *who, role=names[name]) for name, who in people.items()]
    return rota({"day": shift("uk", 0, 0)}, *duties, always=dict.fromkeys(names.values(), ()))


def first(found: Rota | None, call: Call) -> tuple[list[str], str]:
    chosen = whom_to_call(found, PEOPLE, call, AT)
    return [each.id for each in chosen.people], chosen.code


def then(found: Rota | None, call: Call) -> list[str]:
    return [each.id for each in who_is_next(found, PEOPLE, call, AT)]


ALL = on(les=("les-a", "les-b"), leg=("leg-a", "leg-b"), dut=("dut-a",))


def test_the_first_of_each_role_is_called_and_nobody_else() -> None:
    assert first(ALL, Call(roles=(LES, LEGAL), seats=SEATS)) == (["les-a", "leg-a"], "")
    assert first(ALL, Call(roles=(LES,))) == (["les-a"], "")


def test_as_many_are_called_as_there_are_seats() -> None:
    assert first(ALL, Call(roles=(LEGAL,), seats=SEATS)) == (["leg-a", "leg-b"], "")


def test_who_is_barred_and_their_delegates_are_passed_over() -> None:
    found = on(les=("les-a",), leg=("leg-a", "leg-c", "leg-b"))
    assert first(found, Call(roles=(LEGAL,), barred=("leg-a",))) == (["leg-b"], "")


def test_who_is_not_trained_is_passed_over_where_the_procedure_asks() -> None:
    call = Call(roles=(LES,), fitness=Fitness(trained=True), slug="edr")
    assert first(ALL, call) == (["les-b"], "")


def test_who_was_called_before_comes_last_and_who_has_decided_is_left_alone() -> None:
    assert first(ALL, Call(roles=(LEGAL,), earlier=("leg-a",))) == (["leg-b"], "")
    assert first(ALL, Call(roles=(LEGAL,), earlier=("leg-a", "leg-b"))) == (["leg-a"], "")
    assert first(ALL, Call(roles=(LES, LEGAL), seats=SEATS, heard=("leg-a",))) == (["les-a", "leg-b"], "")


def test_who_must_look_again_is_called_again() -> None:
    people, _ = first(ALL, Call(roles=(LES, LEGAL), seats=SEATS, earlier=("leg-b",), recall=("leg-b",)))
    assert people == ["leg-b", "les-a"]


def test_nobody_on_duty_is_the_next_rungs_people_and_nobody_anywhere_everybody_who_may() -> None:
    call = Call(roles=(LES,), later=((LEGAL,), (DUT,)))
    assert first(on(dut=("dut-a",)), call) == (["dut-a"], NOBODY_ON_DUTY)
    people, code = first(on(), call.model_copy(update={"barred": ("les-a",)}))
    assert (sorted(people), code) == (["dut-a", "leg-a", "leg-b", "leg-c", "les-b"], NOBODY_AT_ALL)


def test_the_next_person_is_one_who_helps_to_fill_what_is_still_empty() -> None:
    call = Call(roles=(LES, LEGAL), later=((DUT,),), seats=SEATS, before=("les-a", "leg-a"))
    assert then(ALL, call) == ["leg-b", "les-b"] or then(ALL, call) == ["les-b", "leg-b"]
    assert then(ALL, call.model_copy(update={"heard": ("leg-a",)})) == ["les-b"]
    assert then(ALL, call.model_copy(update={"heard": ("les-a",)})) == ["leg-b"]
    used = call.model_copy(update={"before": ("les-a", "les-b", "leg-a", "leg-b")})
    assert then(ALL, used) == ["dut-a"], "when all of the rung were called, the next rung's people are"
    assert then(ALL, used.model_copy(update={"before": (*used.before, "dut-a")})) == []


def test_cases_of_before_the_rota_call_the_whole_on_call_list_at_once() -> None:
    people = PEOPLE.model_copy(update={"on_call": {LEGAL: ("leg-b", "leg-a")}})
    call = Call(roles=(LEGAL,), one_by_one=False)
    assert [each.id for each in whom_to_call(None, people, call, AT).people] == ["leg-b", "leg-a"]
    barred = call.model_copy(update={"barred": ("leg-a", "leg-b")})
    assert whom_to_call(None, people, barred, AT).people == (), "leg-c is a delegate of one of them"
