"""The emergency data request as it stands today, from its first line to the answer, on the real server."""

from __future__ import annotations

from domain.acts import Approve, Done, Take
from domain.incident import Outcome
from domain.people import Role
from tests.flows.handing import opened, spoken, tries, written_down
from tests.flows.test_verification import called_back, papers_read
from tests.world import Case, World


async def taken(case: Case) -> None:
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())


async def assessed(case: Case, real: bool = True, **said: object) -> None:
    await case.act(
        Role.ESCALATION_SPECIALIST,
        "assess-emergency",
        Done(result={"real": real, "because": ("plausible-account",), **said}),
    )


async def test_a_genuine_request_is_verified_decided_spoken_opened_and_followed_up(today: World) -> None:
    case = await today.declare(mail_checks="pass")
    await taken(case)
    await called_back(case)
    await papers_read(case)
    await assessed(case)
    await case.act(Role.LEGAL, "release/", Approve())
    await case.act(Role.DUTY_MANAGER, "release/", Approve())
    body = opened(await tries(case, await spoken(case)))
    assert sorted(body["records"]) == ["email", "last_login_at", "last_login_ip", "phone"]
    await written_down(case)
    await case.followed_up()
    report = await case.result()
    assert report.outcome is Outcome.DISCLOSED
