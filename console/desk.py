"""The desk: where people prove themselves, and the only place that can sign what they decided."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from temporalio.client import Client

from console.auditing import Auditing
from console.casework import Casework
from console.declaring import Declarer
from console.listing import MOST, OpenCases, for_each, something_open
from console.recovering import Recoverer
from console.reopening import Reopener
from console.rostering import Roster, tonight
from console.speaking import Speaking
from console.waiting import unreadable, waiting_of
from domain.access import Action, Part, asked_roles, may
from domain.acts import Recorded, Statement
from domain.canonical import canonical
from domain.desk import (
    Declaration,
    Declared,
    Doing,
    Recover,
    Recovered,
    Reopen,
    Reopened,
    Speak,
    Spoken,
    Tonight,
    Waiting,
)
from domain.errors import PASSING, Code, HoldfastError
from domain.evidence import MADE_BY_STEPS, NEVER_OPENED, OPENED_ON_RECORD, EvidenceKind, EvidenceRef
from domain.gates import Family
from domain.ids import parse_case_id, spell_case_id
from domain.observing import name_of
from domain.outside import KnownRota, LiveDirectory, Rotas
from domain.people import Authority, Directory, Person, Role
from domain.policy import Procedure
from domain.ports import Cases, Ledger, Vault
from domain.receive import REPEATED
from domain.refusal import Refused
from domain.signing import Signer
from domain.standing import REVIEW, WELLBEING, privileged, tail_of
from domain.state import State, Status
from domain.timeline import AuditReport, Entry, Kind, LedgerEntry, Projection
from domain.uploads import unfit
from integrations.base.tracing import traced

_EXPLAINED = (Code.INVALID, Code.REASON_REQUIRED)  # whose detail says what to correct


class LocalDesk:
    """`domain.desk.Desk` over the Temporal client. Construct it in one process; that process holds the signing key."""

    def __init__(
        self,
        *,
        client: Client,
        ledger: Ledger,
        cases: Cases,
        vault: Vault,
        directory: LiveDirectory,
        signer: Signer,
        declarer: Declarer,
        procedures: dict[str, Procedure],
        auditing: Auditing,
        rotas: Rotas | None = None,
        settled: Callable[[Person], Awaitable[tuple[Role, ...]]] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Callable[[str, str], None] = lambda case, slug: None,
    ) -> None:
        self._heard = heard
        self._casework = Casework(client=client, cases=cases, vault=vault)
        self._ledger = ledger
        self._cases = cases
        self._vault = vault
        self._directory = directory
        self._signer = signer
        self._declarer = declarer
        self._procedures = procedures
        self._auditing = auditing
        self._rotas = rotas
        self._settled = settled
        self._open = OpenCases(self._casework.state)
        self._now = now
        self._recoverer = Recoverer(client=client, ledger=ledger, cases=cases, vault=vault, now=now)
        self._reopener = Reopener(declarer=declarer, ledger=ledger, vault=vault, now=now)
        self._speaking = Speaking(ledger=ledger, vault=vault, now=now)

    # -- declaring and looking ----------------------------------------------------------------------------

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        await self._person(person, Action.DECLARE)
        if reason := unfit(declaration.attachments):
            raise HoldfastError(Code.INVALID, reason)
        declared = await self._declarer.declare(person, declaration)
        if declared.new:
            self._heard(declared.case, self._declarer.procedure(declaration.slug).slug)
        return declared

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]:
        who, _ = await self._known(person)
        found = await (self._cases.list(open_only=True, limit=MOST) if open_only else self._cases.list())
        if open_only:
            self._open.keep(found)
        seen = await for_each(found, lambda each: self._sees(who, each))
        return [each for each, may_see in zip(found, seen, strict=True) if may_see]

    async def _sees(self, who: Person, case: Projection) -> bool:
        if tail_of(case.case):
            return await self._asked(who, Action.SEE, case.case) is None
        procedure = self._procedure_of(case.case, case.slug)
        no = may(who, Action.SEE, procedure)
        if no is None or not case.open_tasks:
            return no is None
        try:
            return may(who, Action.SEE, procedure, (await self._open.look(case)).asked) is None
        except HoldfastError as error:
            if error.code in PASSING:
                raise
            return False

    async def show(self, person: str, case: str) -> State:
        await self._person(person, Action.SEE, case)
        return await self._last_known(normal(case))

    async def fate(self, person: str, case: str) -> str:
        await self._person(person, Action.SEE, case)
        return await self._recoverer.fate(normal(case))

    async def timeline(self, person: str, case: str, *, after: int = 0) -> Sequence[LedgerEntry]:
        await self._person(person, Action.SEE, case)
        entries = await self._ledger.read(normal(case), after)
        if not entries and after == 0:
            raise HoldfastError(Code.UNKNOWN_CASE)
        return entries

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        who, directory = await self._known(person)
        if case:
            return waiting_of(await self._state(person, case, Action.SEE), who, directory, kind)
        open_cases = [each for each in await self.cases(person, open_only=True) if something_open(each, kind)]
        found = await for_each(open_cases, lambda each: self._waiting_in(each, who, directory, kind))
        return sorted((one for each in found for one in each), key=lambda each: (each.severity, each.opened_at))

    async def _waiting_in(self, case: Projection, who: Person, directory: Directory, kind: str) -> Sequence[Waiting]:
        """One case that cannot be read must not hide the others, nor itself."""
        try:
            return waiting_of((await self._open.look(case)).state, who, directory, kind)
        except HoldfastError as error:
            if error.code in PASSING:
                raise
            return [unreadable(case, error.code)]

    async def document(self, person: str, case: str, ref: EvidenceRef) -> bytes:
        await self._person(person, Action.SEE, case)
        await self._may_read(person, case, ref.kind)
        data = await self._vault.get(normal(case), ref)
        if ref.kind in OPENED_ON_RECORD:
            await self._keep_opening(person, normal(case), ref)
        return data

    async def _keep_opening(self, person: str, case: str, ref: EvidenceRef) -> None:
        """Who looked at what was drawn of something sent to us is in the ledger before they see it."""
        at = self._now()
        said = hashlib.sha256(canonical([person, ref.id, at.isoformat()])).hexdigest()[:24]
        entry = Entry(id=f"desk:open:{said}", at=at, kind=Kind.OPENED, who=person, code=ref.kind.value, evidence=(ref,))
        await self._ledger.append(case, (entry,))

    async def _may_read(self, person: str, case: str, kind: EvidenceKind) -> None:
        """The vault answers for the kind of a document; a report and a list of exposed people have their own readers,
        whichever of the case's ids somebody asks with. Nobody opens what was sent to us, only what was drawn of it."""
        who, _ = await self._known(person)
        if kind in NEVER_OPENED:
            raise HoldfastError(Code.NOT_ALLOWED, "an original is never opened; look at its pages")
        head = normal(case).partition("/")[0]
        no: Refused | None = None
        if kind is EvidenceKind.CODE:
            no = Refused(code=Code.NOT_ALLOWED)  # `code_to_speak` is the one way
        elif kind is EvidenceKind.WELLBEING:
            no = may(who, Action.READ, part=Part.WELLBEING)
        elif kind in (EvidenceKind.REPORT, EvidenceKind.OPINION):
            no = await self._asked(who, Action.READ, f"{head}/{REVIEW}")
        if no is not None:
            raise HoldfastError(no.code)

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken:
        state = await self._state(person, wanted.case, Action.ACT)
        return Spoken(code=await self._speaking.code(person, state, wanted.subject))

    async def tonight(self, person: str, *, days: int = 14) -> Tonight:
        _, directory = await self._known(person)
        known = await self._rotas.current() if self._rotas is not None else KnownRota()
        return await tonight(Roster(directory, known), list(self._procedures.values()), self._now(), days)

    async def audit(self, person: str) -> AuditReport:
        await self._person(person, Action.AUDIT)
        return await self._auditing.report()

    async def export(self, person: str, case: str) -> bytes:
        await self._person(person, Action.AUDIT)
        return await self._auditing.export(person, normal(case))

    # -- starting again -----------------------------------------------------------------------------------

    async def recover(self, person: str, wanted: Recover) -> Recovered:
        case = await self._allowed(person, Action.RECOVER, wanted.case)
        return await self._recoverer.recover(person, wanted.model_copy(update={"case": case}))

    async def reopen(self, person: str, wanted: Reopen) -> Reopened:
        case = await self._allowed(person, Action.REOPEN, wanted.case)
        return await self._reopener.reopen(person, await self._last_known(case), wanted.code)

    async def _allowed(self, person: str, action: Action, case: str) -> str:
        """The case's id in its right spelling, if this person may do this to it."""
        who, _ = await self._known(person)
        no = may(who, action, self._procedure_of(normal(case)))
        if no is not None:
            raise HoldfastError(no.code)
        return normal(case)

    async def _last_known(self, case: str) -> State:
        """The state; of a closed case also what it was reopened as."""
        state = await self._casework.state(case)
        if state.status is not Status.CLOSED:
            return state
        return state.with_(reopened_as=await self._reopener.successor(case))

    async def by_slack(self, slack_id: str) -> str:
        directory = await self._directory.current()
        person = directory.by_slack(slack_id)
        if person is None:
            raise HoldfastError(Code.UNKNOWN_PERSON)
        return person.id

    # -- acting -------------------------------------------------------------------------------------------

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        await self._person(person, Action.ACT, case)
        if kind in MADE_BY_STEPS:
            raise HoldfastError(Code.NOT_ALLOWED, "only a step makes this kind of document")
        data = text.encode()
        name = f"{kind.value}/{person}/{hashlib.sha256(data).hexdigest()}"
        return await self._vault.put(normal(case), kind, data, name=name)

    async def act(self, person: str, doing: Doing) -> Recorded:
        case = normal(doing.case)
        who = await self._person(person, Action.ACT, case)
        directory = await self._directory.current()
        statement = Statement(
            id=f"{person}:{doing.id}",
            case=case,
            subject=doing.subject,
            nonce=doing.nonce,
            digest=doing.digest,
            act=doing.act,
            person=person,
            authority=Authority(
                roles=await self._roles_for(who, case, doing.subject),
                entity=who.entity,
                country=who.country,
                delegate_of=who.delegate_of,
                step_up="directory",
                directory_revision=directory.revision,
            ),
            at=self._now(),
        )
        with traced("act", act=doing.act.kind, subject=name_of(doing.subject)) as span:
            try:
                recorded = await self._deliver(statement)
            except HoldfastError as error:
                if error.code is Code.NOT_SEATED and statement.authority.roles != who.roles:
                    raise HoldfastError(error.code, "a role granted within a day does not count at a release") from None
                raise
            span.set_attribute("holdfast.status", recorded.status)
            return recorded

    async def _roles_for(self, who: Person, case: str, subject: str) -> tuple[Role, ...]:
        """In which roles somebody acts. At a release none counts that was granted within a day: that is how somebody
        would bring a second pair of hands."""
        if self._settled is None or not subject:
            return who.roles
        gate = (await self._casework.state(case)).gates.get(subject)
        if gate is None or gate.gate.family is not Family.DISCLOSE:
            return who.roles
        return await self._settled(who)

    async def _deliver(self, said: Statement) -> Recorded:
        """Foreseen, signed, sent, answered. What the case would refuse is not sent: it is kept in the ledger."""
        foreseen = await self._casework.foresee(said)
        answer = foreseen.answer
        if not isinstance(answer, Refused) and answer.status != REPEATED:
            signed = self._signer.sign(said.model_copy(update={"alone": foreseen.alone}))
            answer = await self._casework.deliver(said, signed)
        if isinstance(answer, Refused):
            await self._keep_refusal(said, answer.code)
            raise HoldfastError(answer.code, answer.detail if answer.code in _EXPLAINED else "")
        return answer

    async def _keep_refusal(self, said: Statement, code: Code) -> None:
        entry = Entry(
            id=f"desk:{hashlib.sha256(said.id.encode()).hexdigest()[:24]}",
            at=said.at,
            kind=Kind.REFUSAL,
            subject=said.subject,
            who=said.person,
            code=code.value,
            detail={"act": said.act.kind},
        )
        if all(each.entry.id != entry.id for each in await self._ledger.read(said.case)):
            await self._ledger.append(said.case, (entry,))

    # -- people and states --------------------------------------------------------------------------------

    async def _known(self, person: str) -> tuple[Person, Directory]:
        directory = await self._directory.current()
        who = directory.person(person)
        if who is None:
            raise HoldfastError(Code.UNKNOWN_PERSON)
        if who.suspended:
            raise HoldfastError(Code.SUSPENDED)
        return who, directory

    async def _person(self, person: str, action: Action, case: str = "") -> Person:
        who, _ = await self._known(person)
        beside = tail_of(normal(case)) if case else ""
        no = None if beside else may(who, action, self._procedure_of(case) if case else None)
        if beside or (no is not None and no.code is Code.UNKNOWN_CASE):
            no = await self._asked(who, action, case)
        if no is not None:
            raise HoldfastError(no.code)
        return who

    async def _asked(self, who: Person, action: Action, case: str) -> Refused | None:
        """Whom a case gave work may see it, whatever the procedure says; else it does not exist for them."""
        beside = tail_of(normal(case))
        if beside == WELLBEING:
            return may(who, action, part=Part.WELLBEING)
        try:
            state = await self._casework.state(normal(case))
        except HoldfastError as error:
            if error.code in PASSING:
                raise
            return Refused(code=Code.UNKNOWN_CASE)
        part = Part.CASE if beside != REVIEW else Part.DIRECTED if privileged(state) else Part.REVIEW
        return may(who, action, self._procedure_of(case), asked_roles(state), part)

    def _procedure_of(self, case: str, slug: str = "") -> Procedure | None:
        """A case's procedure by its prefix; a review's is that of its case."""
        prefix = case.partition("-")[0].upper()
        found = (each for each in self._procedures.values() if slug == each.slug or prefix == each.prefix)
        return next(found, None)

    async def _state(self, person: str, case: str, action: Action) -> State:
        await self._person(person, action, case)
        return await self._casework.state(normal(case))


def normal(case: str) -> str:
    """A case id in its one right spelling; `<case>/review` and `<case>/wellbeing` keep their tails.

    Raises:
        HoldfastError: `unknown-case`.
    """
    head, slash, tail = case.strip().partition("/")
    if slash and tail not in (REVIEW, WELLBEING):
        raise HoldfastError(Code.UNKNOWN_CASE)
    return spell_case_id(*parse_case_id(head)) + slash + tail
