"""The desk's own process opens the door and the mailbox of its settings, and keeps what comes without Temporal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx

from integrations.base.ports import free_port
from tests.desk.test_serving import running_desk
from tests.intake.conftest import send
from tests.intake.parts import MAILBOX, alert, generic, write_keys
from tests.intake.test_mail import deliver, mail
from tests.world import Simulators, settings_for
from workers.keys import make_keys


async def test_what_comes_in_while_temporal_is_away_is_acknowledged_and_waits(
    tmp_path: Path, simulators: Simulators
) -> None:
    door, box = free_port(), free_port()
    ways = {"intake_listen": f"127.0.0.1:{door}", "intake_smtp": f"127.0.0.1:{box}"}
    settings = settings_for(tmp_path / "home", "127.0.0.1:9", simulators, **ways)
    make_keys(settings)
    write_keys(settings.intake_keys)
    settings.intake_path.write_text(
        "sources:\n"
        "  - {name: alerts, recipe: generic, key: alerts.key}\n"
        f"  - {{name: edr-mail, recipe: mail, address: {MAILBOX}}}\n"
    )
    async with running_desk(settings) as url, httpx.AsyncClient(timeout=30, trust_env=False) as http:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door}", timeout=30, trust_env=False) as outside:
            answer = await send(outside, generic(alert("k"), at=datetime.now(UTC)))
            assert (await outside.get("/v1/cases")).status_code == 404, "the door knows no desk"
        assert (answer.status_code, answer.json()["state"]) == (202, "started")
        assert (await http.get(f"{url}/v1/ready")).json()["inbox"] == 1
        code, _ = await deliver(("127.0.0.1", box), mail(text="SYNTHETIC: nobody is named\n"))
        assert code == 250
        found = await http.post(f"{url}/v1/triage/find", json={}, headers={"X-Holdfast-Person": "les-ada"})
        assert [each["source"] for each in found.json()] == ["alerts", "edr-mail"]
