"""How cases of the newest emergency data request go while everything is killed: simulated people, each case its way."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.service import RPCError

from domain.incident import Outcome, Rehearsal
from tests.corpus.playing import Behaviour, Opening, played
from tests.flows.scenarios import Play, Scenario
from tests.world import Case, World

FIELDS = ["email", "last_login_at", "last_login_ip", "phone"]
AGENCY = "police.northfield.example.org"


class Today(Scenario):
    """A case with a sender of its own: whoever was reported in one is not heard in the next."""

    async def open(self, world: World, rehearsal: Rehearsal | None = None) -> Case:
        account = world.fresh_account()
        sender = {"requester_email": f"{account}@{AGENCY}", "officer": f"SYNTHETIC officer {account}"}
        return await world.declare(slug=self.slug, rehearsal=rehearsal, account=account, mail_checks="pass", **sender)


def _play(how: Behaviour) -> Play:
    async def play(case: Case) -> None:
        while True:
            try:
                await played(case, how)
                return
            except RPCError:
                await asyncio.sleep(0.5)  # the server is gone for a moment: they look again where the case stands

    return play


def _today(name: str, outcome: Outcome, code: str, how: Behaviour, **effects: Any) -> Scenario:
    seen = {"snapshots": 1, "packages": [], "letters": [AGENCY], "state": "active", **effects}
    return Today(f"{name} (today)", _play(how), outcome, code, seen)


_HELD = {"call-back": "nobody-answered"}
TODAY: dict[str, Scenario] = {
    each.name: each
    for each in (
        _today("released and opened", Outcome.DISCLOSED, "", Behaviour(), packages=[FIELDS]),
        _today("it seals", Outcome.PROTECTED, "", Behaviour(early=(Opening("stranger"),)), packages=[FIELDS]),
        _today("nobody answers at the agency", Outcome.PROTECTED, "", Behaviour(tasks=_HELD)),
        _today("nobody answers and nobody is in danger", Outcome.REFUSED, "unverified",
               Behaviour(tasks=_HELD, denies={"protect": "no-danger"})),
        _today("denied by the agency", Outcome.FRAUD, "fraud", Behaviour(tasks={"call-back": {"answer": "denied"}}),
               letters=["cyber.us.example.org", AGENCY]),
        _today("no emergency", Outcome.REFUSED, "not-an-emergency",
               Behaviour(tasks={"assess-emergency": {"real": False, "because": ("no-danger",)}})),
        _today("too wide", Outcome.REFUSED, "scope-too-wide",
               Behaviour(denies={"release": "scope-too-wide", "release-with-counsel": "scope-too-wide"})),
    )
}  # fmt: skip
