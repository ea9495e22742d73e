"""Requests of genuine authorities that are not as they should be, and of people who are no authority."""

from __future__ import annotations

from typing import Any

from domain.incident import Outcome
from tests.corpus.playing import Behaviour
from tests.corpus.requests import Kind, Request

_COUNSEL = ("supervisor", "peers", "counsel")


def _careless(key: str, name: str, outcome: Outcome, code: str = "", **more: Any) -> Request:
    return Request(key, name, Kind.CARELESS, outcome, code, **more)


CARELESS = (
    _careless("no-emergency", "It is no emergency", Outcome.REFUSED, "not-an-emergency", slowed=("letter",),
              how=Behaviour(tasks={"assess-emergency": {"real": False, "because": ("no-danger",)}})),
    _careless("past-event", "Urgent, but it was last week", Outcome.REFUSED, "redirected", slowed=("letter",),
              how=Behaviour(tasks={"assess-emergency": {"real": False, "because": ("past-event",)}})),
    _careless("process-works", "Legal process is fast enough", Outcome.REFUSED, "redirected", slowed=("letter",),
              how=Behaviour(tasks={"assess-emergency": {"real": False, "because": ("process-is-fast-enough",)}})),
    _careless("everything", "Everything there is is asked for: the least is given", Outcome.DISCLOSED,
              asks={"data_wanted": ("everything",)}),
    _careless("wrong-tier", "Messages are named among the fields, and content was not asked for as such",
              Outcome.DISCLOSED, asks={"category": "violence", "data_wanted": ("name", "last_login_ip",
              "direct_messages")}),
    _careless("no-field-held", "Only fields are named that there are none of", Outcome.REFUSED, "scope-too-wide",
              asks={"data_wanted": ("favourite_colour",)}, slowed=("letter",)),
    _careless("nothing-open", "The request answers everything itself that data could answer", Outcome.REFUSED,
              "scope-too-wide", slowed=("letter",),
              how=Behaviour(tasks={"assess-emergency": {"real": True, "answered": ("where", "when", "reach")}})),
    _careless("wrong-law", "The law that is cited is another country's", Outcome.DISCLOSED, slowed=_COUNSEL,
              how=Behaviour(tasks={"read-papers": {"agency": "yes", "concerns": ("law-does-not-fit",)}})),
    _careless("too-wide", "Those who decide find it too wide", Outcome.REFUSED, "scope-too-wide", slowed=("letter",),
              how=Behaviour(denies={"release": "scope-too-wide"})),
    _careless("decided-no-emergency", "Those who decide see no emergency", Outcome.REFUSED, "not-an-emergency",
              slowed=("letter",), how=Behaviour(denies={"release": "not-an-emergency"})),
    _careless("letter-argued", "The letter is not agreed to at first", Outcome.REFUSED, "not-an-emergency",
              slowed=("letter", "letter-argued"),
              how=Behaviour(tasks={"assess-emergency": {"real": False, "because": ("no-danger",)},
                                   "look-again": {"then": "ask-again"}},
                            denies={"refuse": "look-again"}, once=frozenset({"refuse"}))),
    _careless("unclear-answer", "The agency's duty officer cannot say", Outcome.PROTECTED, slowed=("desk", "letter"),
              how=Behaviour(tasks={"call-back": {"answer": "unclear"}})),
    _careless("private-mailbox", "An officer writes from a private mailbox", Outcome.REFUSED, "unverified",
              asks={"requester_email": "officer.private@mail.example.net"},
              slowed=("agency-unknown", "desk", "letter"),
              how=Behaviour(tasks={"find-number": "not-an-authority"}, denies={"protect": "no-danger"})),
    _careless("parent", "A parent asks for their child's data", Outcome.REFUSED, "redirected",
              asks={"requester": "other", "requester_email": "parent@family.example.net"}, slowed=("letter",)),
    _careless("not-fraud", "The agency denies it by mistake, and two people say that it was no fraud",
              Outcome.REFUSED, "unverified", slowed=("fraud-report", "letter"),
              how=Behaviour(tasks={"call-back": {"answer": "denied"}}, denies={"report-fraud": "not-fraud"})),
    _careless("papers-unread", "Nobody reads the papers in time", Outcome.PROTECTED,
              slowed=("silence", "desk", "letter"), how=Behaviour(silent=frozenset({"read-papers"}))),
    _careless("doubt-at-the-end", "Those who decide do not take it for verified", Outcome.PROTECTED,
              slowed=("desk", "letter"), how=Behaviour(denies={"release": "unverified"})),
)  # fmt: skip
