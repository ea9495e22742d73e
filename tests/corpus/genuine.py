"""Genuine requests: an authority asks, and somebody is in danger."""

from __future__ import annotations

from typing import Any

from domain.incident import Outcome
from domain.people import Agency
from tests.corpus.playing import ORDINARY, Behaviour, Opening
from tests.corpus.requests import Kind, Request

ABROAD = (Opening(place=("GB", "government")),)
STRANGER = Opening("somebody-else")
_COUNSEL = ("supervisor", "peers", "counsel")


def _genuine(key: str, name: str, outcome: Outcome = Outcome.DISCLOSED, code: str = "", **more: Any) -> Request:
    return Request(key, name, Kind.GENUINE, outcome, code, **more)


def agency(key: str, number: str) -> Agency:
    """The entry that two keepers make of an agency that nobody knew."""
    domain = f"police.{key}.example.org"
    return Agency(
        id=f"agency-{key}",
        name=f"Police of {key} (synthetic)",
        country="US",
        domains=(domain,),
        call_back=number,
        second_number="+1-202-555-0199",
        mailbox=f"edr@{domain}",
    )


GENUINE = (
    _genuine("missing-walker", "A walker has not come home; by the portal", asks={"came_by": "portal"}),
    _genuine("missing-child", "A child is missing; by a mail whose sender checks pass",
             asks={"category": "child-safety", "mail_checks": "pass"}),
    _genuine("self-harm", "Somebody announced to end their life", asks={"category": "self-harm", "came_by": "portal"}),
    _genuine("violence", "An attack was announced; two fields are asked for by name",
             asks={"category": "violence", "data_wanted": ("name", "last_login_ip")}),
    _genuine("flood", "People are cut off by a flood", asks={"category": "disaster"}),
    _genuine("content-agreed", "Content is asked for too, a supervisor stands for it and it is agreed to",
             asks={"category": "child-safety", "content_wanted": True}, slowed=("supervisor", "content")),
    _genuine("content-denied", "Content is asked for too and is not agreed to",
             asks={"category": "violence", "content_wanted": True}, slowed=("supervisor", "content"),
             how=Behaviour(denies={"release-content": "scope-too-wide"})),
    _genuine("content-unsupervised", "Content is asked for too and no supervisor can be reached: records alone leave",
             asks={"category": "violence", "content_wanted": True}, slowed=("supervisor",),
             how=Behaviour(tasks={"ask-supervisor": "nobody-answered"})),
    _genuine("foreign-visitor", "A foreign agency asks about somebody who is missing here", at_home="GB",
             slowed=("supervisor", "regional-counsel"), how=Behaviour(opens=ABROAD)),
    _genuine("foreign-home", "A foreign agency asks about somebody in its own country, who is a user of ours here",
             at_home="GB", asks={"country": "GB"}, slowed=("regional-counsel",), how=Behaviour(opens=ABROAD)),
    _genuine("sister-company", "The user is a sister company's", Outcome.HANDED_OVER, "uk", lives="GB",
             slowed=("passed-on", "letter")),
    _genuine("residency-found", "Nobody knows where the user lives, and somebody finds out", lives="",
             slowed=("residency",), how=Behaviour(lives="US")),
    _genuine("residency-unknown", "Nobody knows where the user lives, and nobody finds out", Outcome.REFUSED,
             "no-legal-basis", lives="", slowed=("residency", "letter"),
             how=Behaviour(tasks={"find-residency": "not-to-be-found"})),
    _genuine("small-agency", "A small agency that nobody knows, at 3 a.m.: two keepers look its number up",
             listed=False, slowed=("agency-unknown", *_COUNSEL),
             how=Behaviour(adds=agency("small-agency", "+1-202-555-0170"), pace={**ORDINARY, "": 5.0})),
    _genuine("small-agency-not-found", "A small agency that nobody knows, and nobody finds its number",
             Outcome.PROTECTED, listed=False, asks={"place": "US-NF-HILLS"},
             slowed=("agency-unknown", "desk", "letter"),
             how=Behaviour(tasks={"find-number": "not-found"})),
    _genuine("phone-rings-out", "Nobody answers at our number for the agency", Outcome.PROTECTED,
             slowed=("desk", "letter"), how=Behaviour(tasks={"call-back": "nobody-answered"})),
    _genuine("desk-rings-out", "Nor does the nearest desk answer; the next one takes it", Outcome.PROTECTED,
             asks={"place": "US-NF-HILLS"}, slowed=("desk", "letter"),
             how=Behaviour(tasks={"call-back": "nobody-answered", "call-desk": ("nobody-answered", {"taken": True})})),
    _genuine("phone-only", "An officer who only called; one of us writes it down", brief=True,
             asks={"category": "missing-person", "country": "US", "requester": "law-enforcement", "came_by": "phone"},
             how=Behaviour(learns={"requester_domain": "police.phone-only.example.org"}),
             slowed=("incomplete", *_COUNSEL)),
    _genuine("one-line", "One line by mail, and the rest is found out", brief=True, slowed=("incomplete",),
             asks={"requester_email": "duty@police.one-line.example.org"},
             how=Behaviour(learns={"category": "missing-person", "country": "US"})),
    _genuine("one-line-no-more", "One line by mail, and they say no more: they are asked what would resolve it",
             Outcome.REFUSED, "scope-too-wide", brief=True,
             asks={"requester_email": "duty@police.one-line-no-more.example.org", "country": "US"},
             slowed=("incomplete", "letter"), how=Behaviour(tasks={"complete-request": "nobody-answered"})),
    _genuine("taken-back", "The agency takes its request back: the walker is home", Outcome.WITHDRAWN, "withdrawn",
             asks={"withdrawn": True}, slowed=("withdrawal", "letter"),
             how=Behaviour(tasks={"call-about-withdrawal": {"answer": "taken-back"}})),
    _genuine("not-taken-back", "A mail takes the request back, and the agency says that it did not",
             asks={"withdrawn": True}, slowed=("withdrawal",),
             how=Behaviour(tasks={"call-about-withdrawal": {"answer": "not-taken-back"}})),
    _genuine("silence", "Nobody in our team decides for two hours", slowed=("silence",),
             how=Behaviour(pace={**ORDINARY, "release": 120.0, "release-call": 3.0})),
    _genuine("nobody-assesses", "No trained person assesses it in time: it counts as real",
             slowed=("silence",), how=Behaviour(silent=frozenset({"assess-emergency"}))),
    _genuine("line-dropped", "The line drops while the code is read out; it is offered anew", slowed=("anew",),
             how=Behaviour(tasks={"speak-code": ("line-dropped", {}), "offer-anew": {"anew": True}})),
    _genuine("nobody-opens", "Nobody opens it, and after four hours nobody needs it", Outcome.WITHDRAWN, "withdrawn",
             slowed=("anew", "letter"), how=Behaviour(tasks={"offer-anew": "no-longer-needed"}, opens=())),
    _genuine("decided-less", "Those who decide release two fields of five",
             how=Behaviour(less=("last_login_ip", "last_login_at"))),
    _genuine("pressed", "An officer under strain presses us, and is genuine", slowed=_COUNSEL,
             how=Behaviour(tasks={"call-back": {"answer": "confirmed", "pressed": True}})),
    _genuine("mail-unproven", "The agency's mail server proves nothing", asks={"mail_checks": "none"}, slowed=_COUNSEL),
    _genuine("busy-night", "The officer's fourth request of the night", before=({}, {}, {}), slowed=_COUNSEL),
    _genuine("second-agency", "Two agencies look for the same child", account_of="missing-child", slowed=_COUNSEL),
    _genuine("new-mailbox", "An officer writes from another mailbox than before", officer_of="missing-walker",
             agency_of="missing-walker", slowed=_COUNSEL),
    _genuine("no-second-way", "Amber, and the agency has no second number and no liaison", Outcome.PROTECTED,
             second=False, asks={"mail_checks": "fail"}, slowed=("supervisor", "peers", "desk", "letter"),
             how=Behaviour(tasks={"ask-supervisor": "no-second-way"})),
    _genuine("colleague-opens", "The officer opens it, and a colleague follows the forwarded link",
             slowed=("seal",), how=Behaviour(opens=(Opening(), STRANGER))),
    _genuine("opened-at-home", "The officer opens it from an unexpected place: it seals", Outcome.PROTECTED,
             slowed=("seal", "desk", "letter"), how=Behaviour(opens=(Opening(place=("US", "hosting")),))),
    _genuine("code-guessed", "Somebody guesses at the code: it seals", Outcome.PROTECTED,
             slowed=("seal", "desk", "letter"), how=Behaviour(opens=(Opening("guesser", code=False),) * 3)),
    _genuine("too-eager", "Somebody tries the link before our call: it seals", Outcome.PROTECTED,
             slowed=("seal", "desk", "letter"), how=Behaviour(early=(Opening(),), opens=())),
    _genuine("no-such-account", "The account's name was written down wrongly: there is none", Outcome.REFUSED,
             "no-legal-basis", lives=None, slowed=("letter",)),
)  # fmt: skip
"""Played in this order where one builds on another; a request of its own agency, officer and account else."""
