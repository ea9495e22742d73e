"""The desk's list of agencies over the tests' deployment, and the people who keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from console.agencies import AgencyDesk
from console.casework import Casework
from domain.outside import Mail
from integrations.directory.file import DirectoryFile
from tests.world import World
from workers.keys import desk_signer, outside_key


def keeping(
    world: World, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), mail: Mail | None = None
) -> AgencyDesk:
    """What `console.wiring.open_desk` would open, over this deployment."""
    return AgencyDesk(
        agencies=world.records.agencies,
        people=DirectoryFile(world.settings.directory_path),
        cases=world.records.cases,
        state=Casework(client=world.client, cases=world.records.cases, vault=world.ports.vault).state,
        signer=desk_signer(world.settings),
        mail=mail or world.ports.mail,
        key=outside_key(world.settings),
        now=now,
    )
