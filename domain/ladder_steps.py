"""What each step of the ladder comes to, from the facts of the case, our list, and what people brought back."""

from __future__ import annotations

from domain.acts import Facts, FactValue
from domain.emergency import Known
from domain.evidence import EvidenceRef
from domain.outcomes import NoAnswer, WorkCannot, WorkDone
from domain.verification import CONTRADICTIONS, SECOND_NUMBER, STOPS, TICKS, Check, Requester, StepResult

Worked = WorkDone | WorkCannot | NoAnswer
_SAID = {"denied": "agency-denies", "officer-unknown": "officer-unknown"}
_FAILED = frozenset({"nobody-answered", "declined", "no-number"})


def channel_step(facts: Facts, channel: str, intake: EvidenceRef | None) -> StepResult:
    """A portal account that was verified before is best; mail counts as far as its sender checks passed
    (`mail_checks`: pass, fail or none); a voice on the phone proves nothing. The request itself is the record."""
    came = str(facts.get("came_by") or channel)
    if came == "portal":
        return StepResult(check=Check.CHANNEL, known=Known.CONFIRMED, how="portal", artefact=intake)
    if came == "phone":
        return StepResult(check=Check.CHANNEL, ticks=("channel-phone",), how="phone", artefact=intake)
    checks = str(facts.get("mail_checks", ""))
    if checks in ("fail", "none"):
        return StepResult(check=Check.CHANNEL, ticks=("mail-not-proven",), how="mail", artefact=intake)
    known = Known.CONFIRMED if checks == "pass" else Known.UNCONFIRMED
    missing = () if checks == "pass" else ("sender-checks",)
    return StepResult(check=Check.CHANNEL, known=known, missing=missing, how="mail", artefact=intake)


def domain_step(found: Requester) -> StepResult:
    """Exactly a domain of our list, or nobody's, or an imitation."""
    if found.looks_like:
        against = ("look-alike-domain",)
        return StepResult(check=Check.DOMAIN, known=Known.CONTRADICTED, against=against, how="our-list")
    if not found.known:
        return StepResult(check=Check.DOMAIN, missing=("agency",), how="our-list")
    if found.quoted:
        return StepResult(check=Check.DOMAIN, against=("number-from-request",), how="our-list")
    ticks = (*(("number-overdue",) if found.overdue else ()), *(() if found.cool else ("newly-listed",)))
    return StepResult(check=Check.DOMAIN, known=Known.CONFIRMED, ticks=ticks, how="our-list")


def heard(check: Check, worked: Worked) -> StepResult:
    """A call. Whoever answered and said yes confirms; a call that failed or was declined is a stop."""
    match worked:
        case WorkDone(result=said, by=by, artefact=artefact):
            against = _codes(said.get("also"), STOPS)
            ticks = ("pressed",) if said.get("pressed") else ()
            answer = str(said.get("answer", ""))
            if answer in _SAID:
                against = (_SAID[answer], *against)
            known, missing = Known.UNCONFIRMED, tuple[str, ...]()
            if set(against) & CONTRADICTIONS:
                known = Known.CONTRADICTED
            elif answer == "confirmed":
                known = Known.CONFIRMED
            else:
                missing = ("clear-answer",)
            return StepResult(
                check=check, known=known, missing=missing, against=against, ticks=ticks, how="call", by=by,
                artefact=artefact,
            )  # fmt: skip
        case WorkCannot(code=code, by=by):
            stopped = code in _FAILED
            return StepResult(
                check=check, against=(code,) if stopped else (), missing=() if stopped else (code,), by=by
            )
        case NoAnswer():
            return StepResult(check=check, missing=("call-back",))


def asked(worked: Worked, found: Requester) -> StepResult:
    """A supervisor. Nobody at the second number is no stop: the first call stands, and carries what it carried."""
    match worked:
        case WorkDone(result=said):
            how = str(said.get("how", ""))
            second = how if how != SECOND_NUMBER or found.second_number else "number-not-ours"
            step = heard(Check.SUPERVISOR, worked)
            if second == "number-not-ours" and step.confirmed:
                return step.model_copy(update={"known": Known.UNCONFIRMED, "missing": (second,), "how": second})
            return step.model_copy(update={"how": second})
        case WorkCannot(code="declined", by=by):
            return StepResult(check=Check.SUPERVISOR, against=("declined",), by=by)
        case WorkCannot(code=code, by=by):
            return StepResult(check=Check.SUPERVISOR, missing=(code,), by=by)
        case NoAnswer():
            return StepResult(check=Check.SUPERVISOR, missing=("supervisor",))


def read(worked: Worked) -> tuple[StepResult, ...]:
    """The papers: whether it is the agency of our list, and what does not fit. Unread papers confirm nothing."""
    match worked:
        case WorkDone(result=said, by=by, artefact=artefact):
            concerns = said.get("concerns")
            against = _codes(concerns, STOPS)
            ticks = (*_codes(concerns, TICKS), *(("pressed",) if said.get("pressed") else ()))
            forged = bool(set(against) & CONTRADICTIONS)
            content = StepResult(
                check=Check.CONTENT, known=Known.CONTRADICTED if forged else Known.CONFIRMED, against=against,
                ticks=ticks, how="read", by=by, artefact=artefact,
            )  # fmt: skip
            match said.get("agency"):
                case "yes":
                    agency = StepResult(check=Check.AGENCY, known=Known.CONFIRMED, how="read", by=by, artefact=artefact)
                case "no":
                    agency = StepResult(check=Check.AGENCY, against=("domain-mismatch",), by=by, artefact=artefact)
                case _:
                    agency = StepResult(check=Check.AGENCY, missing=("agency-unclear",), by=by, artefact=artefact)
            return agency, content
        case WorkCannot(code=code, by=by):
            return (StepResult(check=Check.AGENCY, missing=(code,), by=by),)
        case NoAnswer():
            return (StepResult(check=Check.AGENCY, missing=("papers-unread",)),)


def told_by_peers(worked: Worked) -> StepResult:
    """Another platform's word can stop a request; it never makes one good."""
    match worked:
        case WorkDone(result=said, by=by, artefact=artefact):
            if said.get("answer") == "known-fraud":
                against = ("peer-saw-fraud",)
                return StepResult(
                    check=Check.PEERS, known=Known.CONTRADICTED, against=against, by=by, artefact=artefact
                )
            known = Known.CONFIRMED if said.get("answer") == "known-good" else Known.UNCONFIRMED
            return StepResult(check=Check.PEERS, known=known, how=str(said.get("answer", "")), by=by, artefact=artefact)
        case WorkCannot(code=code, by=by):
            return StepResult(check=Check.PEERS, missing=(code,), by=by)
        case NoAnswer():
            return StepResult(check=Check.PEERS, missing=("peers",))


def _codes(value: FactValue | None, known: dict[str, str]) -> tuple[str, ...]:
    return tuple(each for each in value if each in known) if isinstance(value, tuple | list) else ()
