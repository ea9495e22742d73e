"""The page and the controls that every stand-in has under /_sim, for people and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import TypeAdapter, ValidationError

from integrations.simulator.faults import Fault, Faults
from integrations.simulator.state import SimState, Stats

# No script and nothing from elsewhere: what the page shows was written by the other side.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
FAULTS = TypeAdapter(list[Fault] | Fault)


@dataclass(frozen=True)
class Table:
    """A heading, the names of the columns, and rows of text; a cell that is an own address becomes a link."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Shown(Protocol):
    """What a page needs of a stand-in."""

    title: str
    faults: Faults

    @property
    def state(self) -> SimState: ...
    @property
    def url(self) -> str: ...
    def stats(self) -> Stats: ...
    def tables(self) -> Sequence[Table]: ...


def add_pages(app: web.Application, shown: Shown) -> None:
    """Serve `/_sim` (HTML), `/_sim/log`, `/_sim/stats` and `/_sim/faults` (JSON)."""
    folder = Path(__file__).parent / "pages"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("received.html")

    async def page(request: web.Request) -> web.Response:
        text = template.render(
            title=shown.title,
            url=shown.url,
            stats=shown.stats(),
            faults=shown.faults.armed(),
            tables=shown.tables(),
            log=list(reversed(shown.state.log)),
        )
        return web.Response(text=text, content_type="text/html", headers=PAGE_HEADERS)

    async def log(request: web.Request) -> web.Response:
        return web.json_response([line.model_dump(mode="json") for line in shown.state.log])

    async def stats(request: web.Request) -> web.Response:
        return web.json_response(shown.stats())

    def armed(status: int) -> web.Response:
        faults = [fault.model_dump(mode="json") for fault in shown.faults.armed()]
        return web.json_response({"armed": faults}, status=status)

    async def faults(request: web.Request) -> web.Response:
        return armed(200)

    async def add_faults(request: web.Request) -> web.Response:
        try:
            new = FAULTS.validate_json(await request.read())
        except ValidationError as error:
            reasons = [item["msg"] for item in error.errors(include_input=False, include_url=False)]
            return web.json_response({"error": "bad_fault", "reasons": reasons}, status=400)
        shown.faults.add(*(new if isinstance(new, list) else [new]))
        return armed(201)

    async def clear_faults(request: web.Request) -> web.Response:
        shown.faults.clear()
        return armed(200)

    app.router.add_get("/_sim", page)
    app.router.add_get("/_sim/log", log)
    app.router.add_get("/_sim/stats", stats)
    app.router.add_get("/_sim/faults", faults)
    app.router.add_post("/_sim/faults", add_faults)
    app.router.add_delete("/_sim/faults", clear_faults)
