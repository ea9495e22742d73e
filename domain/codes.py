"""The codes of a review: why it is held, what contributed, what was reported with one press, what is to be done."""

from __future__ import annotations

from enum import StrEnum


class Trigger(StrEnum):
    """Why a review is held in full. Each is read from the record; nobody chooses it."""

    STATUTORY_BREACH = "statutory-breach"
    THIN_MARGIN = "thin-margin"
    RULE_REFUSED = "rule-refused"
    TAMPERING = "tampering"
    DEATH_OR_INJURY = "death-or-injury"
    DECIDED_ALONE = "decided-alone"
    P0_SILENCE = "p0-silence"
    WRONG_SCOPE = "wrong-scope"
    WRONG_RECIPIENT = "wrong-recipient"
    MEDIA_OR_REGULATOR = "media-or-regulator"
    REPEAT_SUBJECT = "repeat-subject"
    STAFF_HARM = "staff-harm"
    INTERVENTION = "intervention"
    DONE_BY_HAND = "done-by-hand"
    MARKED = "marked"
    ASKED_FOR = "asked-for"


MEANS: dict[Trigger, str] = {
    Trigger.STATUTORY_BREACH: "A statutory clock ran out.",
    Trigger.THIN_MARGIN: "A statutory clock was met with less than a tenth of its time left.",
    Trigger.RULE_REFUSED: "A safeguard refused a step or a decision.",
    Trigger.TAMPERING: "A message to the case was refused as forged or altered.",
    Trigger.DEATH_OR_INJURY: "Somebody died or was seriously injured.",
    Trigger.DECIDED_ALONE: "One person decided alone.",
    Trigger.P0_SILENCE: "A decision at P0 met silence to the end of its ladder.",
    Trigger.WRONG_SCOPE: "More left us than should have.",
    Trigger.WRONG_RECIPIENT: "Something left us for the wrong recipient.",
    Trigger.MARKED: "The procedure marked something that its review must look at.",
    Trigger.MEDIA_OR_REGULATOR: "The press or a regulator asked about it.",
    Trigger.REPEAT_SUBJECT: "The same subject was in another case within 30 days.",
    Trigger.STAFF_HARM: "One of our own people was harmed.",
    Trigger.INTERVENTION: "A step failed and a person had to choose the way out.",
    Trigger.DONE_BY_HAND: "A person did by hand what a step could not.",
    Trigger.ASKED_FOR: "Whoever was to sign the short review asked for the full one.",
}


class Depth(StrEnum):
    """`full`: a facilitator, a meeting, actions, sign-off. `short`: the facts and one sign-off."""

    SHORT = "short"
    FULL = "full"


class Factor(StrEnum):
    """What contributed, as people who took part code it."""

    PROCESS = "process"
    TOOLING = "tooling"
    STAFFING = "staffing"
    TRAINING = "training"
    POLICY = "policy"
    VENDOR = "vendor"
    COMMUNICATION = "communication"
    WORKLOAD = "workload"
    HANDOVER = "hand-over"
    LEGAL = "legal-uncertainty"
    DATA = "data-quality"
    EXTERNAL = "external"


class ActionKind(StrEnum):
    """What an action changes."""

    CHANGE_PROCEDURE = "change-the-procedure"
    FIX_TOOL = "fix-a-tool"
    ADD_CHECK = "add-a-check"
    TRAIN = "train"
    STAFF = "staff"
    CHANGE_POLICY = "change-a-policy"
    ASK_VENDOR = "ask-a-vendor"
    TELL = "tell-somebody"
    INVESTIGATE = "look-into-it"


SYSTEMS = (
    "procedure",
    "desk",
    "chat",
    "pager",
    "mail",
    "platform",
    "portal",
    "directory",
    "rota",
    "vendor",
    "other",
)
DEVIATIONS = (
    "step-out-of-order",
    "step-left-out",
    "other-channel",
    "acted-before-approval",
    "wrong-template",
    "late",
    "procedure-did-not-fit",
    "other",
)
TOOL_FAULTS = (
    "page-not-received",
    "slow",
    "wrong-information",
    "could-not-sign-in",
    "button-did-nothing",
    "vendor-down",
    "chat-down",
    "other",
)
CONSEQUENCES = (
    "death",
    "serious-injury",
    "staff-harm",
    "media-inquiry",
    "regulator-inquiry",
    "wrong-recipient",
    "wrong-scope",
)
REPORTS: dict[str, tuple[str, ...]] = {
    "deviation": DEVIATIONS,
    "tool-fault": TOOL_FAULTS,
    "consequence": CONSEQUENCES,
}
UPDATES = ("looking", "contained", "verified", "waiting", "monitoring", "no-news")
"""What people may tell a case's room; the surface has the sentence."""
