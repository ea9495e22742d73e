"""A drill cannot reach anything real: it does not begin where a real party is configured, and takes no setting on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from console.drilling.apart import apart, real_parties, refuse_real
from console.running.parts import environment
from console.running.places import Places
from domain.errors import Code, HoldfastError
from tests.cli.shell import Ended
from workers.settings import Settings, load_settings

REAL = "https://portal.example.com/v1"
SECRET = SecretStr("synthetic-secret-value")


def settings(tmp_path: Path, **more: Any) -> Settings:
    return load_settings(home=tmp_path / "home", **more)


@pytest.mark.parametrize(
    "name",
    ["platform_url", "portal_url", "pager_url", "witness_url", "slack_api_url"],
)
def test_a_party_with_an_address_elsewhere_is_refused_by_the_name_of_its_setting(tmp_path: Path, name: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        refuse_real(settings(tmp_path, **{name: REAL}))
    assert caught.value.code is Code.NOT_ALLOWED
    assert f"HOLDFAST_{name.upper()}" in caught.value.sentence
    assert "example.com" not in caught.value.sentence


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"smtp_host": "mail.example.com"}, "smtp_host"),
        ({"deadman_url": SecretStr(REAL)}, "deadman_url"),
        ({"slack_bot_token": SECRET}, "slack_bot_token"),
        ({"slack_app_token": SECRET, "slack_api_url": "https://slack.example.com/api/"}, "slack_app_token"),
        ({"pagerduty_token": SECRET}, "pagerduty_token"),
        ({"portal_url": "https://127.0.0.1.example.com"}, "portal_url"),
        ({"portal_url": "https://127.0.0.1@portal.example.com"}, "portal_url"),
    ],
)
def test_what_leads_outside_by_another_way_is_refused_too(tmp_path: Path, given: dict[str, Any], name: str) -> None:
    assert f"HOLDFAST_{name.upper()}" in real_parties(settings(tmp_path, **given))


def test_a_machine_with_nothing_set_or_with_stand_ins_may_drill(tmp_path: Path) -> None:
    assert real_parties(settings(tmp_path)) == ()
    stand_ins = Places.free().settings(settings(tmp_path), slack_bot_token=SECRET)
    assert real_parties(stand_ins) == ()


def test_a_drills_own_processes_get_no_setting_of_the_deployment(tmp_path: Path) -> None:
    given = settings(
        tmp_path,
        keys=tmp_path / "keys",
        store_url="postgresql+asyncpg://db.example.com/holdfast",
        temporal_address="temporal.example.com:7233",
        temporal_api_key=SECRET,
        pagerduty_token=SECRET,
        portal_token=SECRET,
        directory_file=tmp_path / "people.yaml",
        otlp_endpoint="https://collector.example.com",
        drill_factor=0.5,
    )
    own = apart(given, tmp_path / "drill")
    told = environment(Places.free().settings(own))
    ours = {name: value for name, value in told.items() if name.startswith("HOLDFAST_")}
    assert [name for name, value in ours.items() if "example.com" in value or SECRET.get_secret_value() in value] == []
    assert ours["HOLDFAST_STAND_INS"] == "True"
    assert ours["HOLDFAST_DRILL_FACTOR"] == "1.0"
    assert own.keys_dir.is_relative_to(tmp_path / "drill")
    assert not Path(ours["HOLDFAST_SECRETS"]).exists()
    elsewhere = {name for name, value in ours.items() if "://" in value and "127.0.0.1" not in value}
    assert elsewhere == {"HOLDFAST_STORE_URL"}
    assert ours["HOLDFAST_STORE_URL"].startswith(f"sqlite+aiosqlite:///{tmp_path / 'drill'}")


def test_the_command_refuses_a_real_party_with_a_stable_code_and_starts_nothing(
    here: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PORTAL_URL", REAL)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ended = here("drill", "emergency_data_request", "--json")
    assert (ended.status, ended.error["code"], ended.out) == (4, "not-allowed", "")
    assert "HOLDFAST_PORTAL_URL" in ended.error["sentence"]
    assert list(tmp_path.glob("holdfast-drill-*")) == []


def test_what_cannot_be_drilled_is_refused_with_what_can(here: Callable[..., Ended]) -> None:
    other = here("drill", "triage", "--json")
    assert (other.status, other.error["code"]) == (3, "unknown-procedure")
    assert "emergency_data_request can" in other.error["sentence"]
    scenario = here("drill", "edr", "--scenario", "none-such", "--json")
    assert (scenario.status, scenario.error["code"]) == (2, "invalid")
    assert "genuine, pressured, forged, silent, sealed" in scenario.error["sentence"]
