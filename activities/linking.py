"""A case that opens another one, at once and without a person: by its own procedure or, until there is one, triage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from activities.inputs import keep_input
from activities.step import DISCLOSURE_QUEUE, Step, performs, step
from domain.acts import Facts, PublicKey
from domain.base import Model
from domain.effects import Effect
from domain.errors import Code, HoldfastError
from domain.ids import case_id
from domain.incident import OpenIncident, Rehearsal
from domain.linking import TRIAGE, linked_key
from domain.outside import Starter
from domain.policy import Procedure
from domain.ports import Vault
from domain.severity import Severity


class Linked(Model):
    """The case that was opened, by which procedure, and whether this call opened it."""

    case: str
    slug: str
    new: bool


@step
class OpenLinked(Step[Linked]):
    """Open a case that goes on from this one: `seems` is the procedure that fits, `why` the code of what happened."""

    NAME: ClassVar[str] = "open_linked"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Linked
    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE  # where the key of ids is, and what makes such cases happens

    seems: str
    why: str
    severity: Severity
    declared_by: str
    trusted: tuple[PublicKey, ...]
    subject: str = ""
    facts: Facts = {}
    drill: bool = False
    rehearsal: Rehearsal = Rehearsal()


class Linking:
    """Starts linked cases. `procedures` are those of this deployment, by slug; one of them is triage."""

    def __init__(self, *, vault: Vault, starter: Starter, key: bytes, procedures: Mapping[str, Procedure]) -> None:
        self._vault = vault
        self._starter = starter
        self._key = key
        self._procedures = procedures

    @performs(OpenLinked)
    async def open(self, given: OpenLinked) -> Linked:
        here = given.here
        procedure = self._procedures.get(given.seems) or self._procedures.get(TRIAGE)
        if procedure is None:
            raise HoldfastError(Code.UNKNOWN_PROCEDURE)
        case = case_id(self._key, procedure.prefix, linked_key(here.case, here.key))
        facts: Facts = {**given.facts, "of": here.case, "why": given.why, "seems": given.seems}
        kept = await keep_input(
            self._vault,
            OpenIncident(
                case=case,
                slug=procedure.slug,
                procedure=procedure,
                trusted=given.trusted,
                declared_by=given.declared_by,
                declared_at=here.at,
                severity=given.severity,
                subject=given.subject,
                facts=facts,
                drill=given.drill,
                because=given.why,
                rehearsal=given.rehearsal,
            ),
        )
        new = await self._starter.start(kept, kept.procedure.workflow)
        return Linked(case=kept.case, slug=kept.slug, new=new)
