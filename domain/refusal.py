"""What an unsealed or altered payload turns into: a value, because a decoder that raised would freeze a case."""

from __future__ import annotations

from domain.base import Model
from domain.errors import Code


class Refused(Model):
    """The answer to something that we did not accept, and why. `detail` names no payload."""

    code: Code
    detail: str = ""
