"""The stand-in as a process of its own: prints one JSON line with its URLs when ready, ends on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from integrations.simulator.slack.screen import Shortcut
from integrations.simulator.slack.server import SYNTHETIC_CHANNELS, SYNTHETIC_USERS, SlackSimulator


def _pair(text: str) -> tuple[str, str]:
    key, separator, name = text.partition("=")
    if not (key and separator and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not ID=NAME")
    return key, name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.simulator.slack", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--state", help="file that keeps the workspace across restarts")
    parser.add_argument("--bot-token", default="xoxb-synthetic")
    parser.add_argument("--app-token", default="xapp-synthetic")
    parser.add_argument("--signing-secret", default="synthetic-signing-secret")
    parser.add_argument("--request-url", help="deliver by signed HTTP to this URL instead of Socket Mode")
    parser.add_argument("--user", type=_pair, action="append", metavar="ID=NAME", help="repeatable")
    parser.add_argument("--channel", type=_pair, action="append", metavar="ID=NAME", help="repeatable")
    parser.add_argument("--manifest", type=Path, help="the app's manifest (JSON): its shortcuts stand in the menus")
    return parser


async def serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    manifest = json.loads(options.manifest.read_text()) if options.manifest else {}
    async with SlackSimulator(
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        host=options.host,
        port=options.port,
        state_path=options.state,
        users=dict(options.user or SYNTHETIC_USERS),
        channels=dict(options.channel or SYNTHETIC_CHANNELS),
        request_url=options.request_url,
        shortcuts=Shortcut.of_manifest(manifest),
    ) as slack:
        urls = {"api_url": slack.api_url, "base_url": slack.base_url, "page_url": slack.page_url}
        print(json.dumps(urls), flush=True)
        await stop.wait()


def main() -> None:
    asyncio.run(serve(_parser().parse_args()))


if __name__ == "__main__":
    main()
