"""Words from Slack that open no case: a line in triage, from whoever wrote them and whether we know them or not."""

from __future__ import annotations

import hashlib
import logging

from console.intake.taking import Intake
from domain.errors import Code, HoldfastError
from domain.intake import LONGEST_TEXT, Channel, IntakeLine, SourceTrust
from domain.outside import LiveDirectory

SOURCE = "slack"
_LOG = logging.getLogger("holdfast.intake")


class ChatLines:
    """`integrations.slack.app.ToTriage`. A line names nobody that it is about, so it never opens a case by itself;
    `procedure` is what whoever works triage would open from it."""

    def __init__(self, intake: Intake, directory: LiveDirectory, *, procedure: str = "triage") -> None:
        self._intake = intake
        self._directory = directory
        self._procedure = procedure

    async def __call__(self, slack_id: str, text: str, key: str) -> str:
        """Durable when this returns; what its writer is told. Words and id are sealed with the line.

        Raises:
            HoldfastError: `invalid` without words, `transient`.
        """
        if not text.strip():
            raise HoldfastError(Code.INVALID, "words")
        known = (await self._directory.current()).by_slack(slack_id)
        ours = known is not None and not known.suspended
        # One message that two people pass on is two lines: each is somebody's word.
        own = hashlib.sha256(f"{key}\x00{slack_id}".encode()).hexdigest()[:32]
        line = IntakeLine(
            key=own,
            source=SOURCE,
            channel=Channel.CHAT,
            procedure=self._procedure,
            source_trust=SourceTrust.PERSON if ours else SourceTrust.OPEN,
            text=text[:LONGEST_TEXT],
            answers={"slack": slack_id},
            taken_by=known.id if known is not None and ours else "",
            received_at=self._intake.now(),
        )
        try:
            taken = await self._intake.take(line)
        except HoldfastError as error:
            if error.code is not Code.DUPLICATE_KEY:
                raise
            # Other words under the same key are kept as a line of their own, and people are called for it.
            _LOG.info("words from chat came again and differ; both are kept")
            return "Received, beside what you sent before. The people on duty read both."
        number = taken.line.line
        again = "" if taken.new else " It was there already."
        return f"Received as line {number}. The people on duty read it.{again}"
