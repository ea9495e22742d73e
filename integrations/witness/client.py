"""The witness over HTTP: it takes each checkpoint once, in order, and shows what it took."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from domain.base import Model
from domain.checkpoints import SealedCheckpoint
from domain.errors import Code, HoldfastError
from integrations.base.client import Refusal, Remote, as_json

_OTHER = Refusal(409, "conflict")  # the number is there with another text, or does not follow on what is there


class _Kept(Model):
    number: int
    hash: str


class _Latest(Model):
    checkpoint: SealedCheckpoint | None


class _Page(Model):
    checkpoints: tuple[SealedCheckpoint, ...]


class WitnessClient:
    """`domain.ports.Witness`. `token` opens one log at the witness: ours."""

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient) -> None:
        self._remote = Remote("witness", base_url, http, headers={"Authorization": f"Bearer {token}"})

    async def keep(self, checkpoint: SealedCheckpoint) -> None:
        """Hand one over.

        Raises:
            HoldfastError: `transient`, `needs-a-person` or `permanent` as the status says; `tampered` if the witness
                has another there, or acknowledges another than was sent.
        """
        body = as_json(checkpoint.model_dump(mode="json"))
        kept = await self._remote.ask_unless(_OTHER, "keep", ("v1", "checkpoints"), _Kept, body=body)
        if kept is None or kept.hash != checkpoint.hash:
            raise HoldfastError(Code.TAMPERED, "the witness has another checkpoint of this number")

    async def latest(self) -> SealedCheckpoint | None:
        """The newest that it has."""
        return (await self._remote.ask("latest", ("v1", "checkpoints", "latest"), _Latest)).checkpoint

    async def read(self, after: int) -> Sequence[SealedCheckpoint]:
        """Some of those with a greater number, in order."""
        path = ("v1", "checkpoints", "after", str(after))
        return (await self._remote.ask("read", path, _Page)).checkpoints
