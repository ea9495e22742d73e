"""What an auditor may find: a closed list of codes, each with a sentence that says what to do, and how it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model


class Area(StrEnum):
    """Where a finding was read. What could not be read this time is neither found again nor cleared."""

    RECORDS = "records"
    TEMPORAL = "temporal"
    PEOPLE = "people"


class FindingCode(StrEnum):
    """Stable codes. A code never changes its meaning; sentences may be improved."""

    MISSED_RUNG = "missed-rung"
    MISSED_CLOCK = "missed-clock"
    MISSED_WAIT = "missed-wait"
    NOTHING_DUE = "nothing-due"
    NO_ENTRIES = "no-entries"
    UNREADABLE_CASE = "unreadable-case"
    REWRITTEN = "rewritten"
    TERMINATED = "terminated"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    ENDED = "ended-without-closing"
    GONE = "gone"
    PAUSED = "paused"
    RESET = "reset"
    OTHER_STATUS = "other-status"
    RUNS_ON = "runs-on-after-closing"
    UNKNOWN_RUN = "unknown-run"
    STUCK = "stuck"
    NOT_WORKED_ON = "not-worked-on"
    STUCK_STEP = "stuck-step"
    NO_POLLER = "no-poller"
    INBOX = "inbox-waits"
    NO_CHECKPOINT = "no-checkpoint"
    BLIND_RECORDS = "cannot-read-records"
    BLIND_TEMPORAL = "cannot-read-temporal"
    BLIND_PEOPLE = "cannot-read-directory"


_RECOVER = "look at it, then run `holdfast recover {subject}`"
SENTENCES: dict[FindingCode, str] = {
    FindingCode.MISSED_RUNG: "Nobody was called at {part} though a call was due {at}; see that workers run, and call "
    "by hand until they do.",
    FindingCode.MISSED_CLOCK: "The clock {part} should have warned or ended {at} and did not; look at the deadline "
    "yourself, and see that workers run.",
    FindingCode.MISSED_WAIT: "The wait {part} should have ended {at} and did not; see that workers run.",
    FindingCode.NOTHING_DUE: "It is open, nothing in it is due and nothing was written since {at}; ask its owner, and "
    "an engineer why it waits.",
    FindingCode.NO_ENTRIES: "It is listed as open but has no ledger; run `holdfast audit verify`.",
    FindingCode.UNREADABLE_CASE: "Its ledger cannot be read ({detail}); run `holdfast audit verify`.",
    FindingCode.REWRITTEN: "Its ledger is not the one that the auditor read before; keep every file as it is, run "
    "`holdfast audit verify` and tell security.",
    FindingCode.TERMINATED: f"Its workflow was terminated while it was open; {_RECOVER}.",
    FindingCode.FAILED: f"Its workflow failed while it was open; {_RECOVER}.",
    FindingCode.TIMED_OUT: f"Its workflow was ended by a time limit of Temporal while it was open; {_RECOVER}.",
    FindingCode.CANCELLED: f"Its workflow ended by a cancel while it was open; {_RECOVER}.",
    FindingCode.ENDED: f"Its workflow ended though the ledger has no closing entry; {_RECOVER}.",
    FindingCode.GONE: f"Temporal has no workflow for it though it is open; {_RECOVER}.",
    FindingCode.PAUSED: "Its workflow was paused at Temporal, so nobody is called; unpause it there.",
    FindingCode.RESET: f"Its workflow was reset, so it forgot what was done since; {_RECOVER}.",
    FindingCode.OTHER_STATUS: "Temporal gives its workflow a status that this version does not know; ask an engineer.",
    FindingCode.RUNS_ON: "It is closed but its workflow runs on; see which step it waits for.",
    FindingCode.UNKNOWN_RUN: "A workflow of type {part} runs under this id and the ledger does not know it; see that "
    "`sop` workers run. If it was not declared at our desk, terminate it.",
    FindingCode.STUCK: "Its workflow task fails again and again ({detail}), so nothing in it moves; deploy a worker "
    "that can run it, or the one before.",
    FindingCode.NOT_WORKED_ON: "No worker takes its workflow task since {at}; see that `sop` workers run.",
    FindingCode.STUCK_STEP: "Its step {part} does not end ({detail}); see the worker of its queue and what it calls.",
    FindingCode.NO_POLLER: "No worker asks the queue for {part}; start one: `holdfast worker --role {subject}`.",
    FindingCode.INBOX: "It was declared {at} and waits in the inbox; see that Temporal and the desk run.",
    FindingCode.NO_CHECKPOINT: "The ledger was last signed and sent away {at}; start what does it.",
    FindingCode.BLIND_RECORDS: "The auditor cannot read the ledger ({detail}); correct what it runs on.",
    FindingCode.BLIND_TEMPORAL: "The auditor cannot read Temporal ({detail}); see that it runs.",
    FindingCode.BLIND_PEOPLE: "The auditor cannot read the directory ({detail}); it calls whom it knew before.",
}
# The same in a few words, for a page: ids, times and codes only.
SHORT: dict[FindingCode, str] = {
    FindingCode.MISSED_RUNG: "a call due {at} was not made",
    FindingCode.MISSED_CLOCK: "a clock due {at} did not fire",
    FindingCode.MISSED_WAIT: "a wait due {at} did not end",
    FindingCode.NOTHING_DUE: "open, nothing due, silent since {at}",
    FindingCode.NO_ENTRIES: "open without a ledger",
    FindingCode.UNREADABLE_CASE: "its ledger cannot be read",
    FindingCode.REWRITTEN: "its ledger was rewritten",
    FindingCode.TERMINATED: "terminated; holdfast recover",
    FindingCode.FAILED: "its workflow failed; holdfast recover",
    FindingCode.TIMED_OUT: "ended by a time limit; holdfast recover",
    FindingCode.CANCELLED: "ended by a cancel; holdfast recover",
    FindingCode.ENDED: "ended without closing; holdfast recover",
    FindingCode.GONE: "gone from Temporal; holdfast recover",
    FindingCode.PAUSED: "paused at Temporal",
    FindingCode.RESET: "was reset; holdfast recover",
    FindingCode.OTHER_STATUS: "has an unknown status",
    FindingCode.RUNS_ON: "closed, but runs on",
    FindingCode.UNKNOWN_RUN: "runs, unknown to the ledger",
    FindingCode.STUCK: "is stuck: its task fails",
    FindingCode.NOT_WORKED_ON: "no worker takes it since {at}",
    FindingCode.STUCK_STEP: "a step of it does not end",
    FindingCode.NO_POLLER: "no worker asks this queue",
    FindingCode.INBOX: "waits in the inbox since {at}",
    FindingCode.NO_CHECKPOINT: "no checkpoint since {at}",
    FindingCode.BLIND_RECORDS: "auditor cannot read the ledger",
    FindingCode.BLIND_TEMPORAL: "auditor cannot read Temporal",
    FindingCode.BLIND_PEOPLE: "auditor cannot read the directory",
}
_BLIND = {Area.RECORDS: FindingCode.BLIND_RECORDS, Area.TEMPORAL: FindingCode.BLIND_TEMPORAL}
_FROM_RECORDS = frozenset(
    {
        FindingCode.MISSED_RUNG,
        FindingCode.MISSED_CLOCK,
        FindingCode.MISSED_WAIT,
        FindingCode.NO_ENTRIES,
        FindingCode.UNREADABLE_CASE,
        FindingCode.REWRITTEN,
        FindingCode.INBOX,
        FindingCode.NO_CHECKPOINT,
    }
)
_FROM_TEMPORAL = frozenset({FindingCode.NO_POLLER})
_ABOUT_ITSELF = frozenset({*_BLIND.values(), FindingCode.BLIND_PEOPLE})


class Finding(Model):
    """One thing that is not as it should be.

    `subject` is a case id, a queue or empty; `part` a verb key, a step, a kind of work. `occurrence` tells the same
    trouble, come again, from the one before. `severity` is 0 to 3. `settles` is how long it must be seen without a
    break before anybody is called for it. `detail` holds codes and counts. `explained`: another finding is the cause;
    it is listed, and nobody is called for it besides.
    """

    code: FindingCode
    subject: str = ""
    part: str = ""
    occurrence: str = ""
    severity: int = 2
    drill: bool = False
    at: datetime | None = None
    detail: str = ""
    settles: timedelta = timedelta(0)
    explained: bool = False

    @property
    def id(self) -> str:
        return "|".join((self.code.value, self.subject, self.part))

    @property
    def areas(self) -> frozenset[Area]:
        """What must have been read before this finding may be called cleared."""
        if self.code in _ABOUT_ITSELF:
            return frozenset()
        if self.code in _FROM_RECORDS:
            return frozenset({Area.RECORDS})
        return frozenset({Area.TEMPORAL}) if self.code in _FROM_TEMPORAL else frozenset({Area.RECORDS, Area.TEMPORAL})

    @property
    def sentence(self) -> str:
        """For an operator: what it is and what to do, with its place."""
        return self._said(SENTENCES[self.code])

    @property
    def summary(self) -> str:
        """For a page: severity, id, a few words."""
        drill = "DRILL: " if self.drill else ""
        return f"{drill}P{self.severity} {self.subject or 'holdfast'}: {self._said(SHORT[self.code])}"

    def _said(self, text: str) -> str:
        at = f"{self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else "(no time is known)"
        return text.format(subject=self.subject, part=self.part, at=at, detail=self.detail)


def blind(area: Area, code: str, settles: timedelta) -> Finding:
    """That this area could not be read, with the code of why."""
    found = _BLIND.get(area, FindingCode.BLIND_PEOPLE)
    return Finding(code=found, detail=code, severity=1, settles=settles)
