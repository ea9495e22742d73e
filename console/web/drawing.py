"""Draws templates: one environment, escaped everywhere, and nothing undefined passes in silence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import times
from console.web import words
from console.web.parts import web_of
from console.web.views import Names
from domain.people import Directory

_FOLDER = Path(__file__).parent


def stylesheet() -> bytes:
    return (_FOLDER / "static" / "desk.css").read_bytes()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = words.plain
    environment.filters["person_name"] = lambda person, names: names.person(person)
    environment.filters["meaning"] = words.meaning
    return environment


class Drawer:
    """Renders pages. Holds no state beyond compiled templates."""

    def __init__(self) -> None:
        self._environment = _environment()

    def text(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)

    def page(
        self,
        request: Request,
        template: str,
        *,
        directory: Directory | None = None,
        person: str = "",
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """A page for this person; every time on it is told against the same moment."""
        now = web_of(request).now()
        names = Names(directory) if directory else None
        who = directory.person(person) if directory else None
        where = times.zone(who.zone) if who else None
        shown = {
            "now": now,
            "me": person,
            "names": names,
            "clock": lambda at: words.clock(_moment(at), now, where),
            "ago": lambda at: words.ago(_moment(at), now),
            "iso": lambda at: _moment(at).isoformat(),
            "words": words,
            "problem": None,
            "changes": [],
            "onward": "/",
        }
        return HTMLResponse(self.text(template, **{**shown, **values}), status)


def _moment(at: datetime | str) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(at)
