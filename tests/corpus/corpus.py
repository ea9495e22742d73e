"""All entries in one row, and how one of them is brought to a deployment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from domain.desk import Declaration
from domain.people import Role
from tests.cases import Case
from tests.corpus.careless import CARELESS
from tests.corpus.forged import FORGED
from tests.corpus.genuine import GENUINE
from tests.corpus.measuring import Measured, measured
from tests.corpus.playing import played
from tests.corpus.requests import Request
from tests.world import ANSWERS, World

CORPUS: tuple[Request, ...] = (*GENUINE, *CARELESS, *FORGED)
BY_KEY = {each.key: each for each in CORPUS}


def with_those_before(keys: Sequence[str]) -> tuple[Request, ...]:
    """These entries, and the ones on which they build."""
    wanted = dict.fromkeys(keys)
    for key in keys:
        wanted.update(dict.fromkeys(each.key for each in with_those_before(BY_KEY[key].after)))
    return tuple(each for each in CORPUS if each.key in wanted)


class Corpus:
    """Plays entries of the corpus, several at once; what builds on another waits for its end."""

    def __init__(self, world: World, at_once: int = 4) -> None:
        self._world = world
        self._turn = asyncio.Semaphore(at_once)
        self._accounts: dict[str, str] = {}
        self._ended: dict[str, asyncio.Event] = {}

    async def play(self, requests: Sequence[Request]) -> list[Measured]:
        self._ended = {each.key: asyncio.Event() for each in requests}
        return list(await asyncio.gather(*(self._one(each) for each in requests)))

    async def _one(self, request: Request) -> Measured:
        for each in request.after:
            await self._ended[each].wait()
        async with self._turn:
            try:
                return await self.alone(request)
            finally:
                self._ended[request.key].set()

    async def alone(self, request: Request) -> Measured:
        """This one, to its end."""
        for number, more in enumerate(request.before):
            before = await self._declare(request, f"{request.key}-before-{number}", more)
            await before.until(lambda state: any("look_at_behaviour" in key for key in state.journal))
        case = await self._declare(request, request.key, {})
        state, report = await played(case, request.how)
        return await measured(request, case, state, report)

    async def _declare(self, request: Request, key: str, more: Mapping[str, Any]) -> Case:
        account = self._account(request, key)
        by, officer = request.sender_of or request.key, request.officer_of or request.key
        base = {
            **ANSWERS,
            "requester_email": f"{by}@{BY_KEY[by].domain}" if request.sender_of else f"{by}@{request.domain}",
            "officer": f"SYNTHETIC officer of {officer}",
        }
        answers = {**({} if request.brief else base), **request.asks, "account": account, **more}
        who = await self._world.someone(Role.ESCALATION_SPECIALIST)
        given = Declaration(slug="edr", answers=answers, key=f"corpus-{key}")
        declared = await self._world.declarer.declare(who, given, partial=request.brief)
        return Case(self._world, declared.case, account)

    def _account(self, request: Request, key: str) -> str:
        if request.account_of:
            return self._accounts[request.account_of]
        if request.lives is None:
            return f"acct-not-there-{request.key}"
        account = self._world.fresh_account()
        accounts = self._world.sims.platform.state.accounts
        accounts[account] = accounts[account].model_copy(update={"residency": request.lives})
        if key == request.key:
            self._accounts[request.key] = account
        return account
