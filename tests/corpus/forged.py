"""Forged requests, and those of insiders who abuse a genuine place."""

from __future__ import annotations

from typing import Any

from domain.incident import Outcome
from tests.corpus.genuine import agency
from tests.corpus.playing import Behaviour
from tests.corpus.requests import Kind, Request

_NO_DESK = {"protect": "no-danger"}
_REPORTED = ("fraud-report", "letter")
_NOTHING = ("desk", "letter")


def _forged(key: str, name: str, outcome: Outcome = Outcome.FRAUD, code: str = "fraud", **more: Any) -> Request:
    return Request(key, name, Kind.FORGED, outcome, code, **more)


def _unverified(key: str, name: str, **more: Any) -> Request:
    return _forged(key, name, Outcome.REFUSED, "unverified", **more)


def _called(**said: object) -> dict[str, dict[str, object]]:
    return {"call-back": {"answer": "confirmed", **said}}


FORGED = (
    _forged("look-alike", "A domain that looks like the agency's", slowed=_REPORTED,
            asks={"requester_email": "sergeant@police.1ook-alike.example.org"}),
    _forged("inside-another", "The agency's domain as a part of another", slowed=_REPORTED,
            asks={"requester_email": "sergeant@police.inside-another.example.org.mail.example.net"}),
    _forged("hijacked", "A genuine mailbox was taken over: the agency knows of no request", slowed=_REPORTED,
            asks={"mail_checks": "pass"}, how=Behaviour(tasks=_called(answer="denied"))),
    _forged("thread", "A forger writes into a genuine thread, with its case number", slowed=_REPORTED,
            asks={"mail_checks": "pass", "agency_case": "SYNTHETIC-4711", "officer_phone": "+1-202-555-0155"},
            how=Behaviour(tasks=_called(answer="denied"))),
    _forged("no-such-officer", "The agency does not know this officer", slowed=_REPORTED,
            how=Behaviour(tasks=_called(answer="officer-unknown"))),
    _forged("again", "The sender who was reported writes again", sender_of="hijacked", agency_of="hijacked",
            slowed=_REPORTED),
    _forged("supervisor-denies", "The officer is bribed, and the supervisor knows of nothing",
            asks={"content_wanted": True}, slowed=("supervisor", *_REPORTED),
            how=Behaviour(tasks={"ask-supervisor": {"answer": "denied", "how": "second-number"}})),
    _forged("peers-know", "Another platform knows this sender", asks={"mail_checks": "none"},
            slowed=("supervisor", "peers", *_REPORTED), how=Behaviour(tasks={"ask-peers": {"answer": "known-fraud"}})),
    _forged("forged-papers", "A pasted seal, and a case that there is not", slowed=_REPORTED,
            how=Behaviour(tasks={"read-papers": {"agency": "yes", "concerns": ("forged-papers",)}})),
    _forged("same-target", "A forger asks about whom a genuine agency looks for", account_of="self-harm",
            slowed=("supervisor", "peers", *_REPORTED),
            how=Behaviour(tasks={"ask-supervisor": {"answer": "officer-unknown", "how": "second-number"}})),
    _forged("velocity", "A fifth request within an hour; the supervisor knows of none", before=({},) * 4,
            slowed=("supervisor", "peers", *_REPORTED),
            how=Behaviour(tasks={"ask-supervisor": {"answer": "denied", "how": "second-number"}})),
    _forged("denied-at-release", "The first call was diverted; the duty officer at the second one denies it",
            slowed=_REPORTED, how=Behaviour(tasks={"release-call": "agency-denies"})),
    _forged("abroad", "A forged request in a foreign agency's name, where we know no cyber-crime desk",
            at_home="NZ", slowed=(*_REPORTED, "by-hand"), how=Behaviour(tasks=_called(answer="denied"))),
    _forged("report-otherwise", "It is forged, and those who decide would have it told otherwise",
            slowed=(*_REPORTED, "by-hand"),
            how=Behaviour(tasks=_called(answer="denied"), denies={"report-fraud": "report-otherwise"})),
    _unverified("pressure", "Pressure and threats, and nobody at our number can say",
                slowed=("supervisor", "peers", *_NOTHING),
                how=Behaviour(tasks=_called(answer="unclear", pressed=True), denies=_NO_DESK)),
    _unverified("insider", "A genuine officer asks about a former partner", slowed=_NOTHING,
                how=Behaviour(tasks=_called(also=("acquaintance",)), denies=_NO_DESK)),
    _unverified("blocks", "The requester will not let us check", slowed=_NOTHING,
                how=Behaviour(tasks=_called(also=("blocks-verification",)), denies=_NO_DESK)),
    _unverified("other-address", "The answer is wanted at another address", slowed=_NOTHING,
                how=Behaviour(tasks=_called(also=("other-address",)), denies=_NO_DESK)),
    _unverified("declined", "Our call is put through and declined", slowed=_NOTHING,
                how=Behaviour(tasks={"call-back": "declined"}, denies=_NO_DESK)),
    _unverified("quoted-number", "The keepers find the number that the request itself quotes", listed=False,
                asks={"officer_phone": "+1-202-555-0171"}, slowed=("agency-unknown", *_NOTHING),
                how=Behaviour(adds=agency("quoted-number", "+1-202-555-0171"), denies=_NO_DESK)),
    _unverified("voice-only", "A voice on the phone that leaves no address", brief=True,
                asks={"requester": "law-enforcement", "came_by": "phone", "category": "violence", "country": "US"},
                slowed=("incomplete", "desk", "phone-answer"),
                how=Behaviour(tasks={"complete-request": "they-would-not-say"}, denies=_NO_DESK)),
    _unverified("one-forged-line", "One line from nowhere", brief=True,
                asks={"requester_email": "urgent@nowhere.example.net"},
                slowed=("incomplete", "agency-unknown", "letter"),
                how=Behaviour(tasks={"complete-request": "nobody-answered", "find-number": "not-an-authority"})),
    _forged("forger-withdraws", "The forger takes it back when we ask, and there is no danger", Outcome.WITHDRAWN,
            "withdrawn", asks={"withdrawn": True, "requester_email": "x@force.example.net"},
            slowed=("agency-unknown", "letter"),
            how=Behaviour(tasks={"find-number": "not-an-authority",
                                 "assess-emergency": {"real": False, "because": ("no-danger",)}})),
    _forged("forger-learns-nothing", "The forger takes it back, the danger looks real: a desk is called all the same",
            Outcome.PROTECTED, "", asks={"withdrawn": True}, slowed=_NOTHING,
            how=Behaviour(tasks={"call-back": "nobody-answered"})),
)  # fmt: skip
