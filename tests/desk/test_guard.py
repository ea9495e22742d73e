"""What stands before the desk: only this machine, under its own name, and no form of another site."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from console.serve import serve
from console.web.app import build_app
from console.web.guard import SECURITY_HEADERS, require_loopback
from domain.errors import Code, HoldfastError
from tests.desk.conftest import Browser, web_over
from tests.desk.test_api import LENA, in_process
from tests.world import World


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "desk.example.org", "127.0.0.1.example.org", ""])
async def test_the_desk_refuses_to_start_anywhere_but_on_loopback(world: World, host: str) -> None:
    with pytest.raises(HoldfastError) as refused:
        await serve(world.settings, host=host, port=0, stop=asyncio.Event())
    assert refused.value.code is Code.BROKEN_CONFIGURATION


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "localhost"])
def test_loopback_has_several_names(host: str) -> None:
    require_loopback(host)


async def test_a_peer_from_elsewhere_is_refused_whatever_it_says(world: World) -> None:
    async with in_process(build_app(web_over(world)), peer="192.0.2.7") as http:
        assert (await http.get("/v1/cases")).status_code == 403
        assert (await http.get("/login")).status_code == 403


async def test_what_came_through_a_proxy_is_refused(desk_url: str, http: httpx.AsyncClient) -> None:
    for name in ("X-Forwarded-For", "Forwarded", "Via"):
        answer = await http.get(f"{desk_url}/v1/cases", headers={**LENA, name: "127.0.0.1"})
        assert answer.status_code == 403


async def test_another_name_for_this_machine_is_refused(desk_url: str, http: httpx.AsyncClient) -> None:
    """A page of elsewhere can make its own name point to 127.0.0.1; its name then still is not ours."""
    for host in ("desk.example.org", "127.0.0.1.example.org", ""):
        answer = await http.get(f"{desk_url}/v1/cases", headers={**LENA, "Host": host})
        assert answer.status_code in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {},
    ],
)
async def test_a_form_of_another_site_changes_nothing(world: World, desk_url: str, headers: dict[str, str]) -> None:
    case = await world.declare()
    async with Browser(desk_url, "esc-dara") as dara:
        cookies = dict(dara.http.cookies)
    form = {"do": "take", "id": "x"}
    async with httpx.AsyncClient(cookies=cookies, trust_env=False) as http:
        answer = await http.post(f"{desk_url}/decide/{case.id}", data=form, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
        by_json = {"id": "x", "case": case.id, "act": {"kind": "take"}}
        assert (await http.post(f"{desk_url}/v1/act", json=by_json, headers=headers)).status_code == 403
    owner = (await case.state()).owner
    assert owner is None or not owner.person


async def test_every_answer_carries_the_strict_headers(desk_url: str, http: httpx.AsyncClient) -> None:
    for path in ("/login", "/v1/health", "/v1/cases", "/static/desk.css", "/nothing"):
        answer = await http.get(f"{desk_url}{path}")
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert answer.headers["X-Request-Id"]
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    desk_url: str, http: httpx.AsyncClient
) -> None:
    answer = await http.post(f"{desk_url}/login", data={"person": "leg-fay"}, headers={"Origin": desk_url})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    http.cookies.clear()


async def test_login_leads_nowhere_else(desk_url: str, http: httpx.AsyncClient) -> None:
    for away in ("//evil.example.org", "https://evil.example.org", "/\\evil.example.org"):
        form = {"person": "leg-fay", "next": away}
        answer = await http.post(f"{desk_url}/login", data=form, headers={"Origin": desk_url})
        assert answer.headers["location"] == "/"
    http.cookies.clear()


async def test_a_body_that_nobody_needs_to_send_is_refused(desk_url: str, http: httpx.AsyncClient) -> None:
    """A declaration may bring attachments; nothing else is that large."""
    for path, size, status in (("act", 3, 413), ("declare", 3, 422), ("declare", 15, 413)):
        answer = await http.post(f"{desk_url}/v1/{path}", content=b"x" * (size * 1024 * 1024), headers=LENA)
        assert answer.status_code == status
