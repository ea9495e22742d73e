"""The platform stand-in keeps the promises that containment and disclosure are built on."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest

from integrations.simulator.accounts import default_accounts
from integrations.simulator.platform import PlatformSimulator
from tests.simulators.conftest import client, key

ACCOUNT = "/v1/accounts/acct-synthetic-001"


async def post(api: httpx.AsyncClient, path: str, name: str, body: object = None) -> httpx.Response:
    return await api.post(path, json={} if body is None else body, headers=key(name))


async def preserved(api: httpx.AsyncClient) -> str:
    answer = await post(api, f"{ACCOUNT}/preserve", "k-preserve", {"reason_code": "edr"})
    assert answer.status_code == 201
    return str(answer.json()["receipt_id"])


async def test_an_account_shows_where_it_resides_and_none_of_its_records(api: httpx.AsyncClient) -> None:
    answer = await api.get(ACCOUNT)
    assert answer.status_code == 200
    assert answer.json() == {
        "account": "acct-synthetic-001",
        "residency": "US",
        "created_at": "2025-01-01T09:00:00Z",
        "state": "active",
    }


@pytest.mark.parametrize("token", [None, "wrong", "synthetic-platform-token "])
async def test_a_wrong_token_is_told_nothing(platform: PlatformSimulator, token: str | None) -> None:
    async with client(platform.url, token.strip() + "x" if token else None) as stranger:
        known = await stranger.get(ACCOUNT)
        unknown = await stranger.get("/v1/accounts/nobody")
    assert (known.status_code, known.json()) == (401, {"error": "unauthorized"})
    assert known.content == unknown.content


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", None),
        ("/preserve", {"reason_code": "edr"}),
        ("/hide", {}),
        ("/destroy", {"receipt_id": "rcpt-000001"}),
        ("/records", {"fields": ["name"]}),
        ("/fields", {"tiers": ["E1"]}),
    ],
)
async def test_an_unknown_account_is_not_found(api: httpx.AsyncClient, path: str, body: object) -> None:
    method = "GET" if body is None else "POST"
    answer = await api.request(method, f"/v1/accounts/nobody{path}", json=body, headers=key("k"))
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_account"})


async def test_a_receipt_vouches_for_every_field_at_the_callers_time(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    headers = key("k-1") | {"X-Holdfast-Time": "2031-05-06T07:08:09Z"}
    answer = await api.post(f"{ACCOUNT}/preserve", json={"reason_code": "edr"}, headers=headers)
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt.keys() == {"receipt_id", "account", "sha256", "items", "taken_at"}
    assert receipt["taken_at"] == "2031-05-06T07:08:09Z"
    assert receipt["items"] == len(platform.account("acct-synthetic-001").values()) == 9
    assert re.fullmatch("[0-9a-f]{64}", receipt["sha256"])


async def test_the_same_key_is_answered_the_same_and_done_once(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    first = await post(api, f"{ACCOUNT}/preserve", "k-1", {"reason_code": "edr"})
    again = await post(api, f"{ACCOUNT}/preserve", "k-1", {"reason_code": "edr"})
    assert again.content == first.content
    assert again.status_code == first.status_code
    assert len(platform.receipts) == 1
    assert platform.stats() == {"requests": 2, "keys": 1, "applied": 1}


async def test_the_same_key_for_another_request_is_refused(api: httpx.AsyncClient, platform: PlatformSimulator) -> None:
    await post(api, f"{ACCOUNT}/hide", "k-1")
    other_path = await post(api, f"{ACCOUNT}/disable", "k-1")
    other_body = await post(api, f"{ACCOUNT}/hide", "k-1", {"note": "different"})
    other_account = await post(api, "/v1/accounts/acct-synthetic-002/hide", "k-1")
    for answer in (other_path, other_body, other_account):
        assert (answer.status_code, answer.json()) == (422, {"error": "idempotency_key_reused"})
    assert platform.account("acct-synthetic-001").state == "hidden"
    assert platform.account("acct-synthetic-002").state == "active"
    assert platform.stats()["applied"] == 1


async def test_an_act_without_a_key_is_refused(api: httpx.AsyncClient, platform: PlatformSimulator) -> None:
    answer = await api.post(f"{ACCOUNT}/hide", json={})
    assert (answer.status_code, answer.json()) == (400, {"error": "idempotency_key_required"})
    assert platform.account("acct-synthetic-001").state == "active"


async def test_hiding_and_disabling_are_undone_one_by_one(api: httpx.AsyncClient) -> None:
    states = []
    for number, verb in enumerate(("hide", "disable", "restore", "enable")):
        answer = await post(api, f"{ACCOUNT}/{verb}", f"k-{number}")
        assert answer.status_code == 200
        assert answer.json().keys() == {"action_id", "account", "state"}
        states.append(answer.json()["state"])
    assert states == ["hidden", "disabled", "disabled", "active"]


async def test_restoring_what_was_never_hidden_succeeds_and_changes_nothing(api: httpx.AsyncClient) -> None:
    answer = await post(api, f"{ACCOUNT}/restore", "k-1")
    assert (answer.status_code, answer.json()["state"]) == (200, "active")


async def test_destroying_needs_a_receipt_of_the_same_account(api: httpx.AsyncClient) -> None:
    receipt = await preserved(api)
    none = await post(api, f"{ACCOUNT}/destroy", "k-1", {"receipt_id": "rcpt-999999"})
    foreign = await post(api, "/v1/accounts/acct-synthetic-002/destroy", "k-2", {"receipt_id": receipt})
    for answer in (none, foreign):
        assert (answer.status_code, answer.json()) == (409, {"error": "receipt_required"})


async def test_a_hold_prevents_destruction_until_it_is_released_and_the_same_key_may_try_again(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    receipt = await preserved(api)
    hold = (await post(api, f"{ACCOUNT}/holds", "k-hold", {"reason_code": "preservation-request"})).json()["hold"]
    assert (await api.get(f"{ACCOUNT}/holds")).json() == {"holds": [hold]}
    held = await post(api, f"{ACCOUNT}/destroy", "k-destroy", {"receipt_id": receipt})
    assert (held.status_code, held.json()) == (409, {"error": "held"})
    assert platform.account("acct-synthetic-001").values()

    assert (await api.delete(f"{ACCOUNT}/holds/{hold}")).status_code == 200
    assert (await api.get(f"{ACCOUNT}/holds")).json() == {"holds": []}
    gone = await post(api, f"{ACCOUNT}/destroy", "k-destroy", {"receipt_id": receipt})
    assert (gone.status_code, gone.json()["state"]) == (200, "destroyed")
    assert platform.account("acct-synthetic-001").values() == {}
    assert len(platform.receipts[0].snapshot) == 9
    after = await api.post(f"{ACCOUNT}/records", json={"fields": ["name"]})
    assert (after.status_code, after.json()) == (409, {"error": "destroyed"})


async def test_releasing_an_unknown_hold_is_not_found(api: httpx.AsyncClient) -> None:
    answer = await api.delete(f"{ACCOUNT}/holds/hold-999999")
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_hold"})


async def test_fields_are_listed_by_tier_with_hashes_and_never_values(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    answer = await api.post(f"{ACCOUNT}/fields", json={"tiers": ["E1", "E2"]})
    fields = {item["name"]: item for item in answer.json()["fields"]}
    assert {name: item["tier"] for name, item in fields.items()} == {
        "name": "E1",
        "email": "E1",
        "phone": "E1",
        "created_at": "E1",
        "signup_ip": "E1",
        "last_login_ip": "E2",
        "last_login_at": "E2",
    }
    for name, value in platform.account("acct-synthetic-001").values().items():
        assert value not in answer.text
        if name in fields:
            assert fields[name]["sha256"] == hashlib.sha256(value.encode()).hexdigest()
    assert (await api.post(f"{ACCOUNT}/fields", json={"tiers": ["E9"]})).status_code == 400


async def test_records_are_exactly_the_fields_asked_for(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{ACCOUNT}/records", json={"fields": ["email", "name"]})
    assert answer.json() == {"records": {"email": "person001@example.org", "name": "Synthetic Person 001"}}
    unknown = await api.post(f"{ACCOUNT}/records", json={"fields": ["name", "password"]})
    assert (unknown.status_code, unknown.json()) == (404, {"error": "unknown_field"})


def test_every_invented_value_is_recognisable_as_invented() -> None:
    for account in default_accounts():
        values = account.values()
        assert re.fullmatch(r"555-01\d\d", values["phone"])
        assert values["email"].endswith("@example.org")
        assert values["signup_ip"].startswith("192.0.2.")
        assert values["last_login_ip"].startswith("192.0.2.")
        assert "synthetic" in values["name"].lower()
