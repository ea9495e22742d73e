"""All stand-ins as one process, for drills and tests that kill and restart them.

Prints one JSON line of addresses when everything listens, and ends cleanly on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from integrations.simulator.deadman import DEADMAN_TOKEN, PERIOD, DeadmanSimulator
from integrations.simulator.mail import MailSimulator
from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator
from integrations.simulator.witness import WITNESS_TOKEN, WitnessSimulator


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    for name in ("platform", "portal", "pager", "smtp", "mail", "witness", "deadman"):
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--platform-token", default=PLATFORM_TOKEN)
    parser.add_argument("--portal-token", default=PORTAL_TOKEN)
    parser.add_argument("--pager-secret", default=PAGER_SECRET)
    parser.add_argument("--witness-token", default=WITNESS_TOKEN)
    parser.add_argument("--deadman-token", default=DEADMAN_TOKEN)
    parser.add_argument("--deadman-period", type=float, default=PERIOD, help="seconds of silence until it pages")
    parser.add_argument(
        "--state",
        type=Path,
        help="keep the state: FILE.json becomes FILE.platform.json, FILE.portal.json, and so on",
    )
    return parser


async def serve(options: argparse.Namespace) -> None:
    """Run until SIGTERM or SIGINT."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)

    def state(name: str) -> Path | None:
        return None if options.state is None else options.state.with_suffix(f".{name}.json")

    host = options.host
    platform = PlatformSimulator(
        host=host, port=options.platform_port, token=options.platform_token, state_path=state("platform")
    )
    portal = PortalSimulator(
        host=host, port=options.portal_port, token=options.portal_token, state_path=state("portal")
    )
    pager = PagerSimulator(host=host, port=options.pager_port, secret=options.pager_secret, state_path=state("pager"))
    mail = MailSimulator(host=host, port=options.smtp_port, page_port=options.mail_port, state_path=state("mail"))
    witness = WitnessSimulator(
        host=host, port=options.witness_port, token=options.witness_token, state_path=state("witness")
    )
    deadman = DeadmanSimulator(
        host=host,
        port=options.deadman_port,
        token=options.deadman_token,
        period=options.deadman_period,
        state_path=state("deadman"),
    )
    async with platform, portal, pager, mail, witness, deadman:
        smtp = f"smtp://{mail.smtp_host}:{mail.smtp_port}"
        urls = {
            "platform": platform.url,
            "portal": portal.url,
            "pager": pager.url,
            "mail": mail.url,
            "witness": witness.url,
            "deadman": deadman.url,
            "smtp": smtp,
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await ending.wait()


def main(argv: Sequence[str] | None = None) -> None:
    asyncio.run(serve(arguments().parse_args(argv)))


if __name__ == "__main__":
    main()
