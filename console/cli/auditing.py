"""The ledger, read by the desk for an auditor, or straight from the store where no desk runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.connect import address_of, open_desk_client
from console.cli.exits import Told
from console.cli.output import patience
from domain.errors import Code

if TYPE_CHECKING:
    from domain.timeline import AuditReport
    from workers.settings import Settings

_KNOCK = 1.0  # seconds; a desk on this machine answers at once


def verified(person: str) -> tuple[AuditReport, str]:
    """The report, and from where it was read.

    Raises:
        HoldfastError: `not-allowed` for somebody who may not audit, `invalid` if a desk runs and nobody is named,
            `unreachable` without a desk and without a store.
    """
    from workers.settings import load_settings

    return asyncio.run(_verified(load_settings(), person))


async def _verified(settings: Settings, person: str) -> tuple[AuditReport, str]:
    if await answers(settings.desk_url):
        async with open_desk_client(settings, person) as desk, patience("Reading the ledger …"):
            return await desk.audit(person), "by the desk"
    from console.auditing import audited, open_witness
    from integrations.base.keyring import load_ring
    from integrations.store.store import open_store
    from integrations.vault.keys import CaseKeys
    from workers.keys import notary_keys

    file = store_file(settings.store_url)
    if file is not None and not file.exists():
        raise Told(
            Code.UNREACHABLE,
            f"No desk answers at {settings.desk_url} and there is no store at {file}; correct HOLDFAST_HOME or "
            "HOLDFAST_STORE_URL.",
        )
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    async with (
        open_store(settings.store_url, keys, migrate=False) as store,
        open_witness(settings) as witness,
        patience("Reading the ledger …"),
    ):
        report = await audited(store.checkpoints, witness, notary_keys(settings))
    return report, "straight from the store (no desk answers)"


async def answers(url: str) -> bool:
    """Whether anything listens at the desk's address."""
    return await listens(*address_of(url))


async def listens(host: str, port: int) -> bool:
    """Whether a TCP connection is accepted within a second."""
    try:
        async with asyncio.timeout(_KNOCK):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, OverflowError, TimeoutError):  # overflow: a port beyond 65535
        return False
    writer.close()
    return True


def store_file(url: str) -> Path | None:
    """The file of an SQLite URL; None for another database."""
    scheme, found, path = url.partition("///")
    return Path(path.partition("?")[0]) if found and scheme.startswith("sqlite") else None
