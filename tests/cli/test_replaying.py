"""The replay gate as an operator runs it before a deploy."""

from __future__ import annotations

import shutil

from tests.cli.shell import Shell
from tests.flows.record import STORED
from tests.world import World


async def test_the_command_says_yes_with_0_and_no_with_1_and_one_sentence(shell: Shell, world: World) -> None:
    for name in ("approve-parked-at-call-back.json", "ring.synthetic", "baseline.json"):
        shutil.copy(STORED / name, shell.directory / name)
    said = await shell.ok("replay", str(shell.directory))
    assert "replay alike" in said.err
    await shell.ok("setup")
    case = await world.declare()
    address = world.settings.temporal_address
    live = await shell.run("replay", "--live", "--case", case.id, "--address", address)
    # Sealed with another ring than this machine's: nothing opens, so nothing can be promised.
    assert live.status == 1
    assert "do not deploy" in live.err
