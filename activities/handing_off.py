"""The step that writes down what a sister company may be given: the request and our verdict on who asked, no data."""

from __future__ import annotations

from typing import ClassVar

from activities.step import Step, performs, step
from domain.base import Model
from domain.canonical import canonical
from domain.effects import Effect, Leave, Remedies
from domain.emergency import Known
from domain.entities import Route, hand_off
from domain.evidence import EvidenceKind, EvidenceRef
from domain.ports import Vault
from domain.severity import Severity


class HandOffSheet(Model):
    """The hand-off in the vault, the company that it goes to, and the queue of that company's own people."""

    document: EvidenceRef
    entity: str
    desk: str


@step
class PrepareHandOff(Step[HandOffSheet]):
    """Write the sheet for the sister company's desk. Nothing that we hold about the user is in it."""

    NAME: ClassVar[str] = "prepare_hand_off"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = HandOffSheet
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    route: Route
    entity: str
    category: str
    severity: Severity
    identity: Known
    agency: str = ""
    intake: EvidenceRef | None = None


class HandingOff:
    """Writes hand-off sheets into the vault; a retry writes the same."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @performs(PrepareHandOff)
    async def prepare(self, given: PrepareHandOff) -> HandOffSheet:
        here = given.here
        sheet = hand_off(
            given.route,
            here=given.entity,
            case=here.case,
            received_at=here.at,
            now=here.at,
            category=given.category,
            severity=int(given.severity),
            identity=given.identity.value,
            agency=given.agency,
            intake=given.intake,
        )
        kept = await self._vault.put(here.case, EvidenceKind.REPORT, canonical(sheet), name=f"hand-off/{here.key}")
        return HandOffSheet(document=kept, entity=sheet.to_entity, desk=sheet.desk)
