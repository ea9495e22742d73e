"""Who plays in the demo, and what the responder types. Synthetic: no such person, agency or account exists."""

from __future__ import annotations

DECLARER = "esc-dara"
LOOKER = "inc-lena"  # the incident commander sees every case
CREW = ("esc-dara", "les-ada", "leg-fay", "dut-hana", "dut-ivo", "eng-nia", "inc-lena")
COMMAND = "/incident"
TEXT = "drill edr acct-synthetic-001 desk.sergeant@police.northfield.example.org US missing-person"
AGENCY = "agency-northfield"
