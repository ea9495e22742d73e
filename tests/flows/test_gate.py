"""The gate itself: it sees a broken procedure, a rule that decides otherwise, and says which code it speaks for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.acts import Approve
from domain.fingerprint import functions_of
from domain.patches import PATCHES
from domain.people import Role
from domain.state import State
from integrations.base.keyring import load_ring
from integrations.temporal.plugin import connect
from tests.flows.record import STORED, stored_ring
from tests.procedures.changed import ChangedProcedure
from tests.world import World
from workers import replaying
from workers.catalogue import load_catalogue
from workers.replaying import Baseline, Verdict, judge, read_baseline, stored

PARKED = "approve-parked-at-release"


def one(name: str) -> dict[str, object]:
    return {name: stored(STORED)[name]}


@pytest.fixture(scope="module")
async def verdict() -> Verdict:
    """Every stored history, played once."""
    return await judge(stored(STORED), load_catalogue().workflows, stored_ring(), read_baseline(STORED))


async def test_each_stored_history_comes_to_the_decisions_that_were_recorded(verdict: Verdict) -> None:
    recorded = read_baseline(STORED).histories.keys()
    assert recorded == verdict.played.keys(), "run `holdfast replay --record` for a new history"
    assert {name: (each.fault, each.differs) for name, each in verdict.played.items() if not each.ok} == {}
    # The rule that counts votes and the verb that asks both ran, in the sandbox and in the workflow's own thread.
    assert {"domain/voting.py:settle", "workflows/kit/gates.py:Gates.ask"} <= verdict.played[PARKED].ran
    assert "domain/voting.py:settle" not in verdict.played["approve-parked-at-call-back"].ran


@pytest.mark.parametrize("name", PATCHES)
async def test_a_patch_has_a_history_from_before_it_and_one_from_after(name: str, verdict: Verdict) -> None:
    assert {each.patches[name] for each in verdict.played.values() if name in each.patches} == {False, True}


async def test_a_changed_procedure_is_named_and_not_raised() -> None:
    verdict = await judge(one(PARKED), [ChangedProcedure], stored_ring(), Baseline())
    assert not verdict.ok
    assert "TMPRL1100" in verdict.played[PARKED].fault


async def test_a_procedure_that_is_gone_is_named_and_not_raised() -> None:
    verdict = await judge(one("review-closed"), [ChangedProcedure], stored_ring(), Baseline())
    assert verdict.played["review-closed"].fault


async def test_a_rule_that_only_decides_otherwise_fails_though_every_command_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody who verified would no longer be remembered, and could release: no command shows it."""
    monkeypatch.setattr(State, "with_involved", lambda self, how, *people: self)
    verdict = await judge(one(PARKED), load_catalogue().workflows, stored_ring(), read_baseline(STORED))
    [played] = verdict.played.values()
    assert (played.fault, played.differs) == ("", "ends with other decisions than it was recorded with")


async def test_a_history_tells_by_itself_where_a_rule_decides_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """No baseline: the copies of the state that the run handed to the ledger are in its own history."""
    remember = State.with_involved
    monkeypatch.setattr(
        State, "with_involved", lambda self, how, *who: self if how == "declarer" else remember(self, how, *who)
    )
    verdict = await judge(one("approve-anew-closed"), load_catalogue().workflows, stored_ring(), Baseline())
    [played] = verdict.played.values()
    assert played.fault == ""
    assert played.differs.startswith("decides otherwise before event")


async def test_a_changed_function_is_reported_with_the_histories_that_ran_it() -> None:
    known = read_baseline(STORED)
    old = known.functions | {"domain/voting.py:settle": "as-it-was", "domain/reassessing.py:reassess": "as-it-was"}
    names = ("approve-parked-at-call-back", PARKED)
    histories = {name: each for name, each in stored(STORED).items() if name in names}
    verdict = await judge(histories, load_catalogue().workflows, stored_ring(), Baseline(functions=old))
    touched = {each.name: (each.ran, each.agreed, each.covered) for each in verdict.touched}
    assert touched["domain/voting.py:settle"] == (1, 1, True)
    assert touched["domain/reassessing.py:reassess"] == (0, 0, False)


def test_comments_and_docstrings_are_no_change_and_constants_are(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    file = tmp_path / "domain" / "rule.py"

    def now(text: str) -> dict[str, str]:
        file.write_text(text)
        return functions_of(tmp_path, ["domain"])

    first = now('MOST = 2\n\n\ndef rule(votes: int) -> bool:\n    """Old words."""\n    return votes >= MOST\n')
    same = now('"""Why."""\n\nMOST = 2\n\n\ndef rule(votes: int) -> bool:\n    # new words\n    return votes >= MOST\n')
    assert first == same
    other = now("MOST = 1\n\n\ndef rule(votes: int) -> bool:\n    return votes >= MOST\n")
    assert replaying.changed(first, other) == ["domain/rule.py"]


async def test_open_cases_are_played_before_a_deploy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.until(lambda state: not state.pending)
    ring = load_ring(world.settings.codec_ring)
    client = await connect(world.settings.temporal_address, "default", ring)
    histories = {name: each async for name, each in replaying.live(client, timedelta(0), case.id)}
    assert len(histories) == 1
    assert (await judge(histories, world.catalogue.workflows, ring, Baseline())).ok
    monkeypatch.setattr(State, "with_involved", lambda self, how, *people: self)
    [played] = (await judge(histories, world.catalogue.workflows, ring, Baseline())).played.values()
    assert "decides otherwise" in played.differs
