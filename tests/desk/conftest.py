"""A desk over real HTTP on loopback, in front of the tests' one deployment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from console.serve import listening, serve_app
from console.web.app import build_app
from console.web.parts import Web
from console.wiring import Readiness
from domain.desk import Desk
from integrations.desk_client import DeskClient
from tests.keeping import keeping
from tests.world import World


async def _ready() -> Readiness:
    return Readiness(ready=True, temporal="reachable")


def web_over(world: World, desk: Desk | None = None) -> Web:
    """The parts of an app over the tests' deployment; `desk` stands in for its desk."""
    return Web(desk=desk or world.desk, directory=world.ports.directory, probe=_ready, agencies=keeping(world))


@asynccontextmanager
async def served(web: Web, port: int = 0) -> AsyncIterator[str]:
    """The app on a port of loopback (0 takes a free one); gives its URL."""
    stop, started = asyncio.Event(), asyncio.Event()
    with listening("127.0.0.1", port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(serve_app(build_app(web), listener, stop=stop, started=started.set))
        await started.wait()
        try:
            yield url
        finally:
            stop.set()
            await serving


@pytest.fixture(scope="session")
async def desk_url(world: World) -> AsyncIterator[str]:
    async with served(web_over(world)) as url:
        yield url


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


class Browser:
    """What a browser without script does: keeps the cookie, sends its origin with forms."""

    def __init__(self, url: str, person: str) -> None:
        self.url = url
        self.person = person
        headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False)

    async def __aenter__(self) -> Browser:
        answer = await self.http.post("/login", data={"person": self.person})
        assert answer.status_code == 303
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def see(self, path: str, **params: str) -> httpx.Response:
        return await self.http.get(path, params=params or None, follow_redirects=True)

    async def post(self, path: str, **form: object) -> httpx.Response:
        return await self.http.post(path, data=form, follow_redirects=True)


@pytest.fixture
def client(desk_url: str, http: httpx.AsyncClient) -> DeskClient:
    return DeskClient(desk_url, "inc-lena", http)
