"""The report of a review as a page or a file: exactly the document that lies in the vault, and no script with it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response

from console.web.parts import Parts, Person
from domain.errors import Code, HoldfastError
from domain.standing import standing

_TYPES = {"md": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}


def reports() -> APIRouter:
    """`/reports/<case>?form=pdf&version=2`; without a version the latest."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/reports/{case:path}")
    async def report(
        web: Parts, person: Person, case: str, form: Literal["md", "html", "pdf"] = "html", version: int = 0
    ) -> Response:
        # The page's own style is the only thing that a browser may apply to it.
        from activities.report.page import style_source

        review = f"{case.partition('/')[0]}/review"
        versions = standing(await web.desk.show(person, review)).versions
        chosen = versions[version - 1 if version else -1] if 0 <= version <= len(versions) and versions else None
        ref = chosen.form(form) if chosen else None
        if ref is None:
            raise HoldfastError(Code.NO_SUCH_SUBJECT, "no such version of the report")
        data = await web.desk.document(person, review, ref)
        name = f"{case.partition('/')[0]}-review.{form}"
        policy = f"default-src 'none'; style-src {style_source()}; frame-ancestors 'none'; base-uri 'none'"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": policy}
        return Response(data, media_type=_TYPES[form], headers=headers)

    return routes
