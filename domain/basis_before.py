"""The first table of legal bases, word for word: cases that began under it decide on its rows to their end.

New cases look into `domain.basis`. A row here never changes: its text is bound into the cards of open cases."""

from __future__ import annotations

from domain.base import Model


class Basis(Model):
    """One row. `tiers` are the data tiers it opens (E1 subscriber, E2 log-in, E3 content). `counsel` is
    `unconfirmed` until counsel confirms it on a date: such a row runs, labelled, and is never counted as attained.
    """

    id: str
    recipient: str
    user: str
    tiers: tuple[str, ...]
    text: str
    source: str
    counsel: str = "unconfirmed"


BASES: tuple[Basis, ...] = (
    Basis(
        id="us-agency-emergency-records",
        recipient="agency-US",
        user="US",
        tiers=("E1", "E2"),
        text="Records to a US governmental entity on a good-faith belief in an emergency involving danger of death or "
        "serious physical injury that requires disclosure without delay",
        source="18 USC 2702(c)(4)",
    ),
    Basis(
        id="us-agency-emergency-content",
        recipient="agency-US",
        user="US",
        tiers=("E3",),
        text="Contents to a US governmental entity on the same belief",
        source="18 USC 2702(b)(8)",
    ),
    Basis(
        id="us-desk-emergency-records",
        recipient="desk-US",
        user="US",
        tiers=("E1", "E2"),
        text="Records to a public-safety desk of a US governmental entity, on our own initiative, on the same belief",
        source="18 USC 2702(c)(4)",
    ),
    Basis(
        id="foreign-recipient-records",
        recipient="agency-GB",
        user="US",
        tiers=("E1", "E2"),
        text="Non-content to a recipient other than a US governmental entity",
        source="18 USC 2702(c)(6)",
    ),
    Basis(
        id="us-user-desk-gb-records",
        recipient="desk-GB",
        user="US",
        tiers=("E1", "E2"),
        text="Non-content to a recipient other than a US governmental entity, on our own initiative",
        source="18 USC 2702(c)(6)",
    ),
    Basis(
        id="us-user-desk-au-records",
        recipient="desk-AU",
        user="US",
        tiers=("E1", "E2"),
        text="Non-content to a recipient other than a US governmental entity, on our own initiative",
        source="18 USC 2702(c)(6)",
    ),
    Basis(
        id="gb-desk-vital-interests",
        recipient="desk-GB",
        user="GB",
        tiers=("E1", "E2"),
        text="Processing, of health data too, necessary to protect the vital interests of the person",
        source="UK GDPR Art 6(1)(d) and 9(2)(c)",
    ),
    Basis(
        id="au-desk-serious-threat",
        recipient="desk-AU",
        user="AU",
        tiers=("E1", "E2"),
        text="Disclosure to lessen or prevent a serious threat to life, health or safety; a written note is kept",
        source="Privacy Act 1988 (Cth) s 16A; APP 6.2(c)",
    ),
    Basis(
        id="gb-vital-interests",
        recipient="agency-GB",
        user="GB",
        tiers=("E1", "E2"),
        text="Processing necessary to protect vital interests; crime-prevention exemption",
        source="UK GDPR Art 6(1)(d); DPA 2018 Sch 2 para 2",
    ),
    Basis(
        id="au-serious-threat",
        recipient="agency-AU",
        user="AU",
        tiers=("E1", "E2"),
        text="Disclosure to lessen or prevent a serious threat to life, health or safety; a written note is kept",
        source="Privacy Act 1988 (Cth) s 16A; APP 6.2(c)",
    ),
)


def basis_for(recipient: str, user: str, tier: str) -> Basis | None:
    """The row for `agency-<country>` or `desk-<country>`, the user's country and a tier; None: no release."""
    return next(
        (each for each in BASES if each.recipient == recipient and each.user == user and tier in each.tiers), None
    )
