"""The one base of every model: frozen, and silent about its values when validation fails."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable data. Unknown fields are ignored, so that a payload from a newer version still parses.

    `hide_input_in_errors` keeps the offending value out of every error text and so out of logs.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


class Strict(Model):
    """A model that people or other systems fill in: an unknown field is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")
