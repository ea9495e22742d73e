"""Our worker as a process of its own, with the procedure that the benchmark parks cases in."""

from __future__ import annotations

import asyncio
import os


async def main() -> None:
    """Every role, until killed."""
    from integrations.base.keyring import load_ring
    from integrations.temporal.plugin import connect
    from tests.bench import monitored
    from workers.catalogue import load_catalogue
    from workers.runner import running
    from workers.settings import load_settings
    from workers.wiring import open_ports

    settings = load_settings()
    client = await connect(settings.temporal_address, "default", load_ring(settings.codec_ring))
    async with open_ports(settings) as ports, running(client, ports, load_catalogue([monitored])):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
