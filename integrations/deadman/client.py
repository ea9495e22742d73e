"""The dead man's switch outside: one request that says that we are alive. Silence is what makes it page."""

from __future__ import annotations

import asyncio

import httpx

from domain.errors import Code, HoldfastError
from integrations.base.client import failed
from integrations.base.http import classify

DEADLINE = 5.0  # seconds; the next beat comes soon


class DeadmanClient:
    """`domain.executions.Deadman`: a POST without a body to the switch's address, as Healthchecks, Dead Man's
    Snitch and the like take it. The address is the credential, so it enters no error."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def beat(self) -> None:
        """Any 2xx is heard; a redirect is not."""
        try:
            async with asyncio.timeout(DEADLINE):
                response = await self._http.post(self._url, timeout=DEADLINE, follow_redirects=False)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            failure = HoldfastError(Code.PERMANENT, f"deadman {type(error).__name__}")
        except (httpx.HTTPError, TimeoutError) as error:
            failure = failed(f"deadman {type(error).__name__}", classify(None))
        else:
            if response.is_success:
                return
            failure = failed(f"deadman {response.status_code}", classify(max(response.status_code, 300)))
        raise failure  # outside the handler, so that no context carries the address
