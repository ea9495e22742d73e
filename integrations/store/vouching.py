"""What checkpoints say of every case, as far as they can be trusted, and what is wrong with themselves."""

from __future__ import annotations

from collections.abc import Sequence

from domain.acts import PublicKey
from domain.checkpoints import CHECKPOINT, GENESIS, Checkpoint, SealedCheckpoint, Vouched, digest_of, root_of, signed_by
from domain.timeline import AuditFault

CHECKPOINTS = "checkpoint"  # what a fault names in place of a case


class Vouching:
    """Reads checkpoints: first the store's own by number, then `ended`, then the witness's copies.

    `points` is what they vouch for, by case and sequence; `covered` how far the witness's newest one reaches.
    """

    def __init__(self, trusted: Sequence[PublicKey], witnessed: Sequence[SealedCheckpoint] | None) -> None:
        self._trusted = trusted
        self._witnessed = witnessed
        self.newest: Checkpoint | None = None  # of the witness's
        for each in witnessed or ():
            said = each.read()
            if said is not None and self._by_us(each) and (self.newest is None or said.number > self.newest.number):
                self.newest = said
        self.points: dict[str, dict[int, str]] = {}
        self.covered: dict[str, int] = {}
        self.faults: list[AuditFault] = []
        self.count = 0
        self._latest: dict[str, Vouched] = {}
        self._hashes: dict[int, str] = {}
        self._expected, self._previous = 1, GENESIS
        self._said: Checkpoint | None = None

    def own(self, number: int, sealed: SealedCheckpoint, *, sent: bool) -> None:
        """One of the store's."""
        said = sealed.read()
        if number != self._expected:
            self._fault(self._expected, "missing")
        elif said is None or (said.number, said.previous) != (number, self._previous) or not self._whole(said, sealed):
            self._fault(number, "altered")
        if sent and self._witnessed is not None and number > (self.newest.number if self.newest else 0):
            self._fault(number, "unwitnessed")
        self.count += 1
        self._expected, self._previous, self._said = number + 1, sealed.hash, said
        self._hashes[number] = sealed.hash
        self._trust(said, sealed)

    def ended(self) -> None:
        """All of them together must lead to the last one's root; then nothing was taken from any of them."""
        said = self._said
        if not self.faults and said and (said.root, said.cases) != (root_of(self._latest), len(self._latest)):
            self._fault(said.number, "altered")
        for each in self._witnessed or ():
            self._compare(each)

    def _compare(self, sealed: SealedCheckpoint) -> None:
        said = sealed.read()
        if said is None or not self._whole(said, sealed):
            return  # what we never signed is no word of ours, and no fault of the store
        if said.number not in self._hashes:
            self._fault(said.number, "missing")
        elif self._hashes[said.number] != sealed.hash:
            self._fault(said.number, "differs")
        self._trust(said, sealed)

    def _trust(self, said: Checkpoint | None, sealed: SealedCheckpoint) -> None:
        if said is None or not self._whole(said, sealed):
            return
        for head in sealed.heads:
            self.points.setdefault(head.case, {}).setdefault(head.sequence, head.hash)
            known = self._latest.get(head.case)
            if known is None or head.sequence > known.sequence:
                self._latest[head.case] = head
            if self.newest is not None and said.number <= self.newest.number:
                self.covered[head.case] = max(head.sequence, self.covered.get(head.case, 0))

    def _whole(self, said: Checkpoint, sealed: SealedCheckpoint) -> bool:
        return said.moved == digest_of(sealed.heads) and self._by_us(sealed)

    def _by_us(self, sealed: SealedCheckpoint) -> bool:
        return signed_by(self._trusted, CHECKPOINT, sealed.body, sealed)

    def _fault(self, number: int, fault: str) -> None:
        """The first of a run of the same fault stands for all of it."""
        if any(each.fault == fault for each in self.faults):
            return
        self.faults.append(AuditFault(case=CHECKPOINTS, sequence=number, fault=fault))
