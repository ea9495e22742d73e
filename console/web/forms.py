"""What a person filled in, as the act that it means; fields are named when they are wrong, values never repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from activities.step import STEPS
from console.web.errors import wrong_fields
from domain.acts import (
    Accept,
    Acknowledge,
    Act,
    Approve,
    ApproveLess,
    AskFirst,
    AskToStandDown,
    ByHand,
    Cannot,
    Decline,
    Deny,
    Done,
    HandOver,
    Move,
    Note,
    Reassess,
    Report,
    Retry,
    Skip,
    Take,
    Withdraw,
)
from domain.canonical import digest
from domain.codes import REPORTS
from domain.desk import Desk, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.people import Role
from domain.policy import FieldKind, FormField, check_form
from integrations.base.filing import filed

MOST_ROWS = 8  # rows that a page offers; more actions than that are a plan, not a review
_PREFIX = "f-"  # so that a procedure's field can never be mistaken for one of the page's own


_KINDS: tuple[tuple[object, str], ...] = (
    (str, "text"),
    (int, "number"),
    (float, "number"),
    (bool, "bool"),
    (datetime, "moment"),
    (EvidenceRef, "document"),
)


@dataclass(frozen=True)
class ResultField:
    """One line of the form of a step's result. `kind` is text, number, bool, moment, document or json."""

    name: str
    kind: str
    required: bool


def text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getlist(name) if isinstance(value, str))


def result_fields(step: str) -> tuple[ResultField, ...]:
    """The form of what a step yields, from its result type; empty for a step that this version does not know."""
    known = STEPS.get(step)
    if known is None:
        return ()
    return tuple(
        ResultField(name, _kind_of(each.annotation), each.is_required())
        for name, each in known.RESULT.model_fields.items()
    )


def _kind_of(annotation: object) -> str:
    return next((kind for known, kind in _KINDS if annotation is known), "json")


class Reader:
    """Reads one posted form. Long texts go to the vault first; the act carries references only."""

    def __init__(self, desk: Desk, person: str, case: str, form: FormData) -> None:
        self._desk = desk
        self._person = person
        self._case = case
        self._form = form

    async def act(self, waiting: Waiting | None) -> Act:
        """What the pressed button means for what waits (None: for the case itself).

        Raises:
            HoldfastError: `invalid`, `reason-required` or `artefact-required`.
        """
        form = self._form
        match text(form, "do"):
            case "approve":
                return Approve(code=text(form, "because"))
            case "less":
                return ApproveLess(items=texts(form, "item"))
            case "ask":
                return await self._question()
            case "deny":
                return Deny(code=self._code())
            case "withdraw":
                return Withdraw()
            case "done" if waiting is not None:
                return await self._done(waiting)
            case "cannot":
                return Cannot(code=self._code())
            case "retry":
                return Retry()
            case "by-hand" if waiting is not None:
                return await self._by_hand(str(waiting.card["step"]))
            case "confirm" if waiting is not None:
                return await self._confirmed(waiting.key)
            case "skip":
                return Skip(code=self._code())
            case "seen":
                return Acknowledge()
            case "move":
                return self._move()
            case "report":
                return self._report()
            case "take":
                return Take()
            case "hand-over":
                promises = await self._kept(EvidenceKind.ARTEFACT, "promises") if text(form, "promises") else None
                return HandOver(to=text(form, "to"), promises=promises)
            case "accept":
                return Accept()
            case "decline":
                return Decline(code=self._code())
            case "note":
                return Note(text=await self._kept(EvidenceKind.REASON, "note"))
            case "severity":
                return self._reassessed()
            case "stand-down":
                return AskToStandDown(code=self._code())
            case _:
                raise HoldfastError(Code.NOT_ALLOWED)

    def _reassessed(self) -> Reassess:
        """An axis left open is unknown, and rounds up."""
        axes = {name: text(self._form, name) for name in ("imminence", "harm", "credibility")}
        try:
            return Reassess.model_validate(
                {name: int(value) for name, value in axes.items() if value} | {"code": text(self._form, "code")}
            )
        except ValueError:
            wrong = HoldfastError(Code.INVALID, ", ".join(axes))
        raise wrong  # outside the handler, so that no context carries the values

    def _code(self) -> str:
        code = text(self._form, "code")
        if not code:
            raise HoldfastError(Code.REASON_REQUIRED)
        return code

    async def _kept(self, kind: EvidenceKind, name: str) -> EvidenceRef:
        words = text(self._form, name)
        if not words:
            raise HoldfastError(Code.INVALID, f"{name} is empty")
        return await self._desk.keep(self._person, self._case, kind, words)

    async def _question(self) -> AskFirst:
        try:
            of, minutes = Role(text(self._form, "of")), int(text(self._form, "minutes") or "10")
        except ValueError:
            raise HoldfastError(Code.INVALID, "of, minutes") from None
        return AskFirst(question=await self._kept(EvidenceKind.REASON, "question"), of=of, minutes=minutes)

    async def _artefact(self, required: bool) -> EvidenceRef | None:
        if text(self._form, "artefact"):
            return await self._kept(EvidenceKind.ARTEFACT, "artefact")
        if required:
            raise HoldfastError(Code.ARTEFACT_REQUIRED)
        return None

    async def _done(self, waiting: Waiting) -> Done:
        fields = tuple(FormField.model_validate(each) for each in waiting.card["form"])
        answers = {each.name: value for each in fields if (value := self._answer(each)) is not None}
        answers = await filed(self._desk, self._person, self._case, fields, answers)
        problems = check_form(fields, answers)
        if problems:
            raise HoldfastError(Code.INVALID, "; ".join(problems))
        artefact = await self._artefact(bool(waiting.card["artefact"]))
        return Done.model_validate({"result": answers, "artefact": artefact})

    def _answer(self, field: FormField) -> object:
        name = _PREFIX + field.name
        value = text(self._form, name)
        match field.kind:
            case FieldKind.BOOL:
                return None if not value else value == "yes"
            case FieldKind.NUMBER:
                return int(value) if value.lstrip("-").isdecimal() else value or None
            case FieldKind.ROWS:
                return self._rows(field) or None
            case FieldKind.LIST:
                ticked = texts(self._form, name)
                lines = ticked if field.choices else tuple(each.strip() for each in value.splitlines())
                return tuple(each for each in lines if each) or None
            case _:
                return value or None

    def _rows(self, field: FormField) -> list[dict[str, object]]:
        """Every row in which something was filled in."""
        rows: list[dict[str, object]] = []
        for number in range(1, MOST_ROWS + 1):
            row: dict[str, object] = {}
            for column in field.columns:
                value = text(self._form, f"{_PREFIX}{field.name}-{number}-{column.name}")
                whole = column.kind is FieldKind.NUMBER and value.isdecimal()
                if value:
                    row[column.name] = int(value) if whole else value
            rows += [row] if row else []
        return rows

    def _move(self) -> Move:
        try:
            day = datetime.strptime(text(self._form, "to"), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            raise HoldfastError(Code.INVALID, "to") from None
        return Move(to=day + timedelta(days=1) - timedelta(seconds=1), code=self._code())

    def _report(self) -> Report:
        what, _, code = text(self._form, "code").partition(":")
        if what not in REPORTS:
            raise HoldfastError(Code.REASON_REQUIRED)
        return Report.model_validate({"what": what, "code": code})

    async def _by_hand(self, step: str) -> ByHand:
        result: dict[str, Any] = {}
        for each in result_fields(step):
            value = await self._result(each)
            if value is not None:
                result[each.name] = value
        known = STEPS.get(step)
        if known is None:
            raise HoldfastError(Code.NOT_ALLOWED, "this desk does not know the step")
        try:
            fitting = known.RESULT.model_validate(result)
        except ValidationError as error:
            wrong = wrong_fields(error.errors(include_input=False, include_context=False))
        else:
            artefact = await self._artefact(required=True)
            return ByHand(result=fitting.model_dump(mode="json"), artefact=artefact)
        raise wrong  # outside the handler, so that no context carries the values

    async def _confirmed(self, key: str) -> ByHand:
        """The same choice as somebody else's, word for word: what the page showed of it, or nothing."""
        record = (await self._desk.show(self._person, self._case)).interventions.get(key)
        shown = text(self._form, "choice")
        found = next((each for each in record.choices if digest(each) == shown), None) if record else None
        if found is None or found.kind != "by-hand":
            raise HoldfastError(Code.STALE)
        return ByHand(result=found.result, artefact=found.artefact)

    async def _result(self, field: ResultField) -> object:
        value = text(self._form, _PREFIX + field.name)
        if not value:
            return None
        match field.kind:
            case "bool":
                return value == "yes"
            case "document":
                kept = await self._desk.keep(self._person, self._case, EvidenceKind.ARTEFACT, value)
                return kept.model_dump(mode="json")
            case "json":
                try:
                    return json.loads(value)
                except ValueError:
                    raise HoldfastError(Code.INVALID, f"{field.name} is not JSON") from None
            case _:
                return value
