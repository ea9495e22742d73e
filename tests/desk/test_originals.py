"""What was sent to us is opened by nobody at the desk, and nobody's words pass for what a step saw."""

from __future__ import annotations

import pytest

from domain.errors import Code, HoldfastError
from domain.evidence import MADE_BY_STEPS, EvidenceKind, EvidenceRef
from domain.people import Role
from tests.world import World


async def test_an_original_is_opened_by_nobody_and_its_page_by_whoever_may_see_the_case(world: World) -> None:
    case = await world.declare()
    original = await world.ports.vault.put(case.id, EvidenceKind.ATTACHMENT, b"SYNTHETIC", name="attachment/1")
    page = await world.ports.vault.put(case.id, EvidenceKind.PAGE, b"SYNTHETIC page", name="attachment/1/page/1")
    for role in (Role.LE_SPECIALIST, Role.LEGAL, Role.INCIDENT_COMMANDER, Role.GENERAL_COUNSEL):
        who = await world.someone(role)
        assert await world.desk.document(who, case.id, page) == b"SYNTHETIC page"
        with pytest.raises(HoldfastError) as refused:
            await world.desk.document(who, case.id, original)
        assert refused.value.code is Code.NOT_ALLOWED
        lie = EvidenceRef(id=original.id, kind=EvidenceKind.PAGE, sha256=original.sha256, size=original.size)
        with pytest.raises(HoldfastError) as refused:
            await world.desk.document(who, case.id, lie)
        assert refused.value.code is Code.TAMPERED


async def test_a_person_keeps_nothing_that_only_a_step_makes(world: World) -> None:
    case = await world.declare()
    who = await world.someone(Role.LE_SPECIALIST)
    for kind in sorted(MADE_BY_STEPS):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.keep(who, case.id, kind, "SYNTHETIC")
        assert refused.value.code is Code.NOT_ALLOWED
