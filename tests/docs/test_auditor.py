"""The auditor's page names every finding, and no other."""

from __future__ import annotations

import re

from domain.findings import FindingCode
from tests.docs.pages import ROOT


def test_each_finding_stands_in_the_table_of_its_page() -> None:
    text = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert {each for row in rows for each in re.findall(r"`([a-z-]+)`", row)} == {each.value for each in FindingCode}
