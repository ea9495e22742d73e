"""What an imminent-self-harm case comes down to: how near it is, where help must go, and what its review looks at."""

from __future__ import annotations

from datetime import timedelta

from domain.acts import Facts
from domain.base import Model
from domain.cards import Card, Finding
from domain.gates import Gate
from domain.severity import Assessment, Severity
from domain.state import State

TRIAD = ("plan", "time", "place")
"""Any one of them named pushes to imminent (plan / time / place, a guide of a national crisis line)."""
NAMED = (*TRIAD, "means", "none")
SIGNS = ("attempt", "intent", "ideation", "recovery")
MINOR = ("under-13", "13-15", "16-17")
AGES = (*MINOR, "adult", "unknown")

# Location, contact, last seen: what a desk needs to reach a person. Never content, never anything beside it.
WELFARE_FIELDS = ("email", "last_login_at", "last_login_ip", "name", "phone", "signup_ip")
LATE_STREAM = timedelta(minutes=10)  # longer on air before anybody chose: the review asks why


class Danger(Model):
    """What a trained person said of it. `real` counts as true where nobody said anything: doubt protects life."""

    imminent: bool
    severity: Severity
    because: tuple[str, ...] = ()
    alerted: str = "unknown"
    by: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        by = (self.by,) if self.by else ()
        verdict = "imminent" if self.imminent else "not-imminent"
        return (
            Finding(about="danger", verdict=verdict, because=self.because, by=by),
            Finding(about="contacts-alerted", verdict=self.alerted, by=by),
        )


class Place(Model):
    """Where help must go: a country, how it was found, and by whom."""

    country: str
    because: tuple[str, ...] = ()
    by: str = ""

    @property
    def finding(self) -> Finding:
        verdict = self.country or "unknown"
        return Finding(about="place", verdict=verdict, because=self.because, by=(self.by,) if self.by else ())


def is_minor(facts: Facts) -> bool:
    """Whether the form says that the person is under 18."""
    return facts.get("age") in MINOR


def is_imminent(facts: Facts) -> bool:
    """Any one of plan, time and place, an attempt, or a live stream. What nobody has said counts as named."""
    named = _named(facts)
    unknown = not named and "signs" not in facts
    return bool(set(named) & set(TRIAD)) or facts.get("signs") == "attempt" or facts.get("live") is True or unknown


def self_harm_severity(facts: Facts) -> Severity:
    """P0: imminent. P1: intent, or means at hand, without plan, time or place. P2: ideation. P3: recovery, awareness.
    A minor, or somebody who urges them on, raises it by one level. What nobody knows rounds up."""
    named, signs = _named(facts), facts.get("signs")
    if is_imminent(facts):
        level = Assessment(imminence=2, harm=4, credibility=2).severity()
    elif "means" in named or signs == "intent":
        level = Assessment(imminence=1, harm=4, credibility=2).severity()
    else:
        level = Severity.P3 if signs == "recovery" else Severity.P2
    raised = is_minor(facts) or facts.get("urged_on") is True
    return Severity(max(level - 1, Severity.P0)) if raised else level


def _named(facts: Facts) -> tuple[str, ...]:
    named = facts.get("named", ())
    return named if isinstance(named, tuple) else (str(named),)


def danger_of(said: Facts, declared: Facts, by: str) -> Danger:
    """What the specialist's form comes to, on top of what was declared: age and who urges them on stay as they were."""
    seen: Facts = {**declared, "live": False, **said}
    named = tuple(each for each in _named(seen) if each != "none")
    because = (*named, *(str(seen[name]) for name in ("signs",) if seen.get(name)))
    return Danger(
        imminent=is_imminent(seen),
        severity=self_harm_severity(seen),
        because=because,
        alerted=str(said.get("alerted", "unknown")),
        by=by,
    )


def stream_card(state: State, gate: Gate) -> Card:
    """The card of the choice about a live stream: what is known of it, and since when it runs with us knowing."""
    facts = state.facts
    known = tuple(str(facts[name]) for name in ("signs", "companions", "context") if facts.get(name))
    about = Finding(about="live", verdict="on-air", because=known)
    return Card(gate=gate.name, title=gate.title, press=gate.press, findings=(about,))


def limits_card(state: State, gate: Gate) -> Card:
    """The card of what was limited at once."""
    known = tuple(str(state.facts[name]) for name in ("signs", "age") if state.facts.get(name))
    about = Finding(about="limited", verdict="reach-only", because=known)
    return Card(gate=gate.name, title=gate.title, press=gate.press, findings=(about,))


def review_triggers(state: State) -> tuple[str, ...]:
    """What makes the review of this case look closer: codes, in the order of their gravity. A stream counts from the
    declaration at the latest: for one that began later that is too long, and the review sees it."""
    results = [each.result for each in state.tasks.values()]
    chosen = [each for each in state.gates.values() if each.gate.name == "cut-stream" and each.ended_at]
    before = state.facts.get("minutes_live", 0)
    on_air = [
        each.ended_at - state.declared_at + timedelta(minutes=before if isinstance(before, int) else 0)
        for each in chosen
        if each.ended_at is not None
    ]
    found = {
        "death": any(each.get("outcome") == "died" for each in results),
        "minor": is_minor(state.facts),
        "late-stream": any(span > LATE_STREAM for span in on_air),
        "wrong-address": any(each.get("found") == "wrong-address" for each in results),
        "silent-stream": state.facts.get("live") is True and not chosen,
    }
    return tuple(code for code, so in found.items() if so)
