"""Keeping a run's history beyond Temporal's retention: sealed as it was there, and sealed again in the vault."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from activities.step import Patience, Step, performs, step
from domain.base import Model
from domain.effects import Effect
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.outside import Histories
from domain.ports import Vault

# Nobody waits for it, and Temporal keeps what it has for weeks: slow tries, far apart, for half an hour.
EXPORTING = Patience(timedelta(seconds=30), tries=8, longest_pause=timedelta(minutes=10))


class Exported(Model):
    """The history in the vault. None: Temporal does not have this run any more."""

    history: EvidenceRef | None = None


@step
class ExportHistory(Step[Exported]):
    """Keep the history of a run of a case. `open` says that the run is not over yet: what there is up to now."""

    NAME: ClassVar[str] = "export_history"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Exported
    PATIENCE: ClassVar[Patience] = EXPORTING

    of: str
    run: str
    open: bool = False


class Exporting:
    """Reads histories, writes the vault."""

    def __init__(self, histories: Histories, vault: Vault) -> None:
        self._histories = histories
        self._vault = vault

    @performs(ExportHistory)
    async def export(self, given: ExportHistory) -> Exported:
        name = f"history/{given.run}{'/open' if given.open else ''}"
        if (found := await self._vault.find(given.of, name)) is not None:
            return Exported(history=found)
        data = await self._histories.of(given.of, given.run, whole=not given.open)
        if data is None:
            return Exported()
        try:
            return Exported(history=await self._vault.put(given.of, EvidenceKind.HISTORY, data, name=name))
        except HoldfastError as error:
            # An earlier try that was given up came through after all; the history had grown since.
            if error.code is not Code.DUPLICATE_KEY:
                raise
            return Exported(history=await self._vault.find(given.of, name))
