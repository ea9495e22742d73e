"""The rota for commands that need no desk: read from its files, with what other systems' schedules say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from domain.access import roles_of
from domain.desk import Tonight
from domain.errors import Code, HoldfastError
from domain.outside import KnownRota
from domain.people import Directory, Role
from domain.policy import Procedure
from domain.rota import Rota
from domain.tonight import bare_spans, holes
from integrations.base.client import open_http
from integrations.directory.file import DirectoryFile
from workers.settings import Settings
from workers.wiring import open_rotas

_MOST_DAYS = 31  # beyond it a rota is a wish


@dataclass(frozen=True)
class Roster:
    """Who there is and who is on duty, as known now."""

    directory: Directory
    known: KnownRota

    @property
    def rota(self) -> Rota:
        """The rota itself.

        Raises:
            HoldfastError: `broken-configuration` where none is kept.
        """
        if self.known.rota is None:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, "HOLDFAST_ROTA_FILE is not set, and there is no rota.yaml")
        return self.known.rota


async def roster(settings: Settings) -> Roster:
    """The roster of this deployment.

    Raises:
        HoldfastError: `broken-configuration`, naming the file and the line.
    """
    directory = DirectoryFile(settings.directory_path)
    async with open_http() as http:
        known = await open_rotas(settings, directory, http).current()
    return Roster(await directory.current(), known)


async def tonight(roster: Roster, procedures: Sequence[Procedure], now: datetime, days: int) -> Tonight:
    """The holes of the days to come. Computed beside the event loop: a fortnight of a large rota takes a while.

    Raises:
        HoldfastError: `invalid` for a number of days outside 1 to 31.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise HoldfastError(Code.INVALID, f"days must be 1 to {_MOST_DAYS}")
    start = now.replace(second=0, microsecond=0)
    rota, people, end = roster.known.rota, roster.directory, start + timedelta(days=days)
    roles = [role for role in Role if any(role in roles_of(each) for each in procedures)]
    gaps = await asyncio.to_thread(holes, rota, people, procedures, start, end)
    bare = await asyncio.to_thread(bare_spans, rota, people, roles, start, end)
    return Tonight(start=start, end=end, holes=gaps, alone=bare, rota=rota is not None, fault=roster.known.fault)


def rota_file(settings: Settings) -> Path:
    """The file that changes are kept beside.

    Raises:
        HoldfastError: `broken-configuration` where there is none.
    """
    if settings.rota_file is None and not settings.rota_path.exists():
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "HOLDFAST_ROTA_FILE is not set, and there is no rota.yaml")
    return settings.rota_path


def role_of(text: str) -> Role:
    """A role by its name.

    Raises:
        HoldfastError: `invalid`, naming the roles that there are.
    """
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise HoldfastError(Code.INVALID, f"roles are {', '.join(each.value for each in Role)}") from None
