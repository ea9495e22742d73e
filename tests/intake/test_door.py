"""The signed door: who signs is believed to be the source, once, and lately; a start is durable before it is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console.intake.sources import Limits, Recipe, Source, checked, load_sources
from domain.errors import Code, HoldfastError
from domain.line_codes import LineState
from domain.triage import LineQuery
from tests.intake.conftest import Ways, at_the_door, send
from tests.intake.parts import (
    BEGAN,
    COOP_ACTION,
    SOURCES,
    Request,
    alert,
    coop,
    ed25519,
    generic,
    incident_event,
    incident_io,
    pagerduty,
    pagerduty_event,
    write_keys,
)


@pytest.mark.parametrize(
    ("request_", "account"),
    [
        (generic(alert("1")), "acct-1"),
        (ed25519(alert("2")), "acct-2"),
        (coop(COOP_ACTION), "acct-synthetic-coop"),
        (pagerduty(pagerduty_event()), "acct-synthetic-pd"),
        (incident_io(incident_event()), "acct-io"),
    ],
    ids=lambda each: each.source if isinstance(each, Request) else "",
)
async def test_what_each_sender_signs_starts_one_case_however_often_it_is_sent(
    ways: Ways, request_: Request, account: str
) -> None:
    async with at_the_door(ways.door) as client:
        first, again = await send(client, request_), await send(client, request_)
    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["new"], again.json()["new"]) == (True, False)
    assert first.json()["case"] == again.json()["case"] != ""
    [(person, declared)] = ways.starting.declared
    assert person == f"source:{request_.source}"
    assert declared.answers["account"] == account
    assert first.json()["state"] == "started"


@pytest.mark.parametrize(
    "request_",
    [
        pagerduty(pagerduty_event("incident.resolved")),
        incident_io(incident_event("public_incident.incident_updated_v2")),
    ],
    ids=lambda each: each.source,
)
async def test_news_of_what_runs_already_is_acknowledged_and_starts_nothing(ways: Ways, request_: Request) -> None:
    async with at_the_door(ways.door) as client:
        answer = await send(client, request_)
    assert (answer.status_code, answer.json()) == (200, {"state": "not-a-start"})
    assert not ways.starting.declared
    assert await ways.store.lines.counts() == {}


async def test_the_same_key_for_something_else_is_refused_and_kept_for_a_person(ways: Ways) -> None:
    async with at_the_door(ways.door) as client:
        await send(client, generic(alert("k")))
        other = generic(alert("k", identifier="acct-other"))
        refused, again = await send(client, other), await send(client, other)
        elsewhere = await send(client, generic(alert("k", identifier="acct-3"), source="other-alerts"))
    assert (refused.status_code, again.status_code) == (409, 409)
    assert refused.json()["code"] == "duplicate-key"
    [kept] = await ways.store.lines.find(LineQuery(why="key-reused"))
    assert kept.state is LineState.OPEN
    assert elsewhere.status_code == 202, "a key is one source's own"
    assert len(ways.starting.declared) == 2


async def test_a_directory_that_was_edited_between_two_deliveries_makes_them_no_different(ways: Ways) -> None:
    request = generic(alert("k", email="a@police.northfield.example.org"))

    class Empty:
        async def current(self) -> None:
            raise HoldfastError(Code.BROKEN_CONFIGURATION)

    async with at_the_door(ways.door) as client:
        await send(client, request)
        ways.intake._directory = Empty()  # type: ignore[assignment]
        assert (await send(client, request)).status_code == 202


def _hours(count: float) -> datetime:
    return BEGAN + timedelta(hours=count)


BROKEN: list[tuple[str, Request, int]] = [
    ("unsigned", Request("alerts", b"{}"), 401),
    ("signed by another", generic(alert("x"), secret=b"another-secret-of-somebody"), 401),
    ("signed long ago", generic(alert("x"), at=_hours(-1)), 401),
    ("signed in the future", generic(alert("x"), at=_hours(1)), 401),
    ("signed for another source", generic(alert("x"), signed="other-alerts"), 401),
    ("another scheme", Request("alerts", b"{}", pagerduty(b"{}").headers), 401),
    ("another body", Request("alerts", b"{}", generic(alert("x")).headers), 401),
    ("a time that is none", Request("alerts", b"{}", {"X-Holdfast-Signature": "t=99999999999999,v1=" + "0" * 64}), 401),
    ("half a signature", Request("northfield", b"{}", {"X-Holdfast-Signature": f"t=1,v1={'0' * 65}"}), 401),
    ("no Coop signature", Request("coop", b"{}"), 401),
    ("no base64", Request("coop", b"{}", {"Coop-Signature": "%%%"}), 401),
    ("no PagerDuty signature", Request("pagerduty", b"{}", {"X-PagerDuty-Signature": "v1=,v2=x"}), 401),
    ("no Svix time", Request("incident-io", b"{}", {"webhook-id": "1", "webhook-signature": "v1,"}), 401),
    ("Svix long ago", incident_io(incident_event(), at=_hours(-1)), 401),
    ("no such source", Request("nobody", b"{}"), 404),
    ("a form's source", Request("le-form", b"{}"), 404),
    ("no JSON", generic(b"{"), 400),
    ("a list", generic([]), 400),
    ("half a character", generic(b'{"key":"\\ud800"}'), 400),
    ("very deep", generic(b"[" * 30_000), 400),
    ("no such field", generic(alert("x", more=1)), 422),
    ("no line", generic({"key": "x"}), 422),
    ("another type", generic(alert("x", identifier=["a"])), 422),
    ("a Coop action without item", coop({"action": {"id": "a"}}), 422),
    ("a PagerDuty event without id", pagerduty({"event": {}}), 422),
    ("an incident.io event without type", incident_io({}), 422),
    ("too large", generic(alert("x", line="x" * 70_000)), 413),
    ("too large and unsigned", Request("alerts", b"x" * 70_000), 413),
]


async def test_what_is_not_right_is_refused_by_its_status_and_starts_nothing(ways: Ways) -> None:
    answered = {}
    async with at_the_door(ways.door) as client:
        for name, request, _ in BROKEN:
            answer = await send(client, request)
            answered[name] = answer.status_code
            assert set(answer.json()) == {"code", "sentence"}, name
            assert "SYNTHETIC" not in answer.text, name
    assert answered == {name: status for name, _, status in BROKEN}
    assert not ways.starting.declared
    assert await ways.store.lines.counts() == {}


async def test_a_recorded_request_is_worth_nothing_after_its_window(ways: Ways) -> None:
    request = generic(alert("k"))
    async with at_the_door(ways.door) as client:
        assert (await send(client, request)).status_code == 202
        ways.later(minutes=4)
        assert (await send(client, request)).json()["new"] is False
        ways.later(minutes=2)
        assert (await send(client, request)).status_code == 401
    assert len(ways.starting.declared) == 1


async def test_the_same_action_of_coop_on_another_day_is_another_request_and_joins_or_starts_by_its_budget(
    ways: Ways,
) -> None:
    async with at_the_door(ways.door) as client:
        first = (await send(client, coop(COOP_ACTION))).json()
        ways.later(days=1)
        second = (await send(client, coop(COOP_ACTION))).json()
    assert first["line"] != second["line"]
    assert len(ways.starting.declared) == 2


async def test_a_line_that_could_not_start_is_kept_answered_and_started_later(ways: Ways) -> None:
    ways.starting.failing = HoldfastError(Code.UNREACHABLE)
    async with at_the_door(ways.door) as client:
        answer = await send(client, generic(alert("k")))
        assert (answer.status_code, answer.json()["state"]) == (202, "starting")
        ways.starting.failing = None
        assert await ways.intake.resume() == 1
        again = await send(client, generic(alert("k")))
    assert again.json()["state"] == "started"
    assert again.json()["case"] == answer.json()["case"]
    assert len(ways.starting.declared) == 1


async def test_nothing_is_acknowledged_while_the_store_is_away(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise HoldfastError(Code.TRANSIENT, "store")

    monkeypatch.setattr(ways.store.lines, "take", away)
    async with at_the_door(ways.door) as client:
        assert (await send(client, generic(alert("k")))).status_code == 503
    assert not ways.starting.declared


async def test_a_fault_of_ours_is_answered_and_says_nothing_of_what_was_sent(
    ways: Ways, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("SECRET-VALUE")

    monkeypatch.setattr(ways.intake, "offer", broken)
    async with at_the_door(ways.door) as client:
        answer = await send(client, generic(alert("k")))
    assert (answer.status_code, answer.json()) == (500, {"code": "fault"})
    assert "RuntimeError" in caplog.text
    assert "SECRET-VALUE" not in caplog.text


# -- sources ------------------------------------------------------------------------------------------------


def test_a_deployment_without_a_file_of_sources_has_none(tmp_path: Path) -> None:
    assert not load_sources(tmp_path / "sources.yaml", tmp_path).by_name


def test_sources_are_read_from_their_file_with_budgets_of_their_own(tmp_path: Path) -> None:
    write_keys(tmp_path / "intake")
    file = tmp_path / "sources.yaml"
    file.write_text(
        "sources:\n  - {name: alerts, recipe: generic, key: alerts.key, limits: {source: {cases: 2, seconds: 60}}}\n"
    )
    found = load_sources(file, tmp_path / "intake")
    budgets = found.of("alerts", Recipe.GENERIC).budgets
    assert budgets is not None
    assert [(name, each.cases, each.per.total_seconds()) for name, each in budgets.limits()] == [("source", 2, 60)]
    assert "SYNTHETIC" not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ((SOURCES[0], SOURCES[0]), "alerts is there twice"),
        ((Source(name="a", recipe=Recipe.COOP),), "a has no key"),
        ((Source(name="a", recipe=Recipe.MAIL),), "a has no address"),
        ((Source(name="a", recipe=Recipe.GENERIC, key="../up.key"),), "a names a folder"),
        ((Source(name="a", recipe=Recipe.GENERIC, key="gone.key"),), "gone.key of a cannot be read"),
        ((Source(name="a", recipe=Recipe.COOP, key="alerts.key"),), "alerts.key is no key for a"),
        ((Source(name="a", recipe=Recipe.GENERIC_ED25519, key="alerts.key"),), "alerts.key is no key for a"),
        ((Source(name="a", recipe=Recipe.GENERIC, key="short.key"),), "short.key is no key for a"),
        ((Source(name="a", recipe=Recipe.GENERIC, key="shared.key"),), "shared.key is no key for a"),
    ],
)
def test_a_source_that_could_not_be_trusted_is_refused_by_name(
    tmp_path: Path, wrong: tuple[Source, ...], named: str
) -> None:
    write_keys(tmp_path)
    (tmp_path / "short.key").write_bytes(b"short")
    (tmp_path / "short.key").chmod(0o600)
    (tmp_path / "shared.key").write_bytes(b"long-enough-but-others-read-it")
    (tmp_path / "shared.key").chmod(0o644)
    with pytest.raises(HoldfastError) as refused:
        checked(wrong, "sources.yaml", tmp_path)
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert named in refused.value.detail


@pytest.mark.parametrize("text", ["sources: [{name: Bad Name, recipe: generic}]", "sources: 3", "[", "other: 1"])
def test_a_file_that_is_not_one_is_refused_without_its_values(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.yaml").write_text(text)
    with pytest.raises(HoldfastError) as refused:
        load_sources(tmp_path / "sources.yaml", tmp_path)
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert "Bad Name" not in refused.value.detail


def test_limits_that_are_not_named_do_not_limit() -> None:
    assert Limits().budgets.limits() == []
