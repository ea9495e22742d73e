"""The tables of the store. Bodies are ciphertext; every other column holds ids, codes, counts and hashes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC; SQLite drops the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names for every constraint, because a migration can only drop what has a name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_CASE = 128  # characters; a case id has 17, a review's a few more
_SHA256 = 64  # hexadecimal characters
_KEYED = 24  # hexadecimal characters of `domain.ids.hashed`

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", String(128), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("previous", String(_SHA256), nullable=False),
    Column("hash", String(_SHA256), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    UniqueConstraint("case", "entry_id"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(_SHA256), nullable=False),
)

case_copy = Table(
    "case_copy",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", String(128), nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),
)

# The heads that moved on since the checkpoint before: all of them together are the heads of every case.
checkpoint_head = Table(
    "checkpoint_head",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("case", String(_CASE), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(_SHA256), nullable=False),
)

projection = Table(
    "projection",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("slug", String(128), nullable=False),
    Column("phase", String(64), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("status", String(64), nullable=False),
    Column("owner", String(128), nullable=False),
    Column("open_gates", JSON, nullable=False),
    Column("open_tasks", JSON, nullable=False),
    Column("open_interventions", JSON, nullable=False),
    Column("clocks", JSON, server_default="[]", nullable=False),
    Column("outcome", String(128), nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("declared_at", UtcDateTime, nullable=True),
    Column("updated_at", UtcDateTime, nullable=True),
    Index(None, "status", "severity", "declared_at"),
)

# One chain of edits, like a case's ledger; nobody updates or deletes a row.
agency_revision = Table(
    "agency_revision",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("previous", String(_SHA256), nullable=False),
    Column("hash", String(_SHA256), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
)

# Keyed hashes only: who asked about whom can be compared here, and read nowhere.
request_mark = Table(
    "request_mark",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("officer", String(_KEYED), nullable=False),
    Column("sender", String(_KEYED), nullable=False),
    Column("domain", String(_KEYED), nullable=False),
    Column("agency", String(128), nullable=False),
    Column("target", String(_KEYED), nullable=False),
    Column("tier", String(8), nullable=False),
    Index(None, "officer"),
    Index(None, "sender"),
    Index(None, "domain"),
    Index(None, "agency"),
    Index(None, "target"),
    Index(None, "at"),
)

sender_quarantine = Table(
    "sender_quarantine",
    metadata,
    Column("sender", String(_KEYED), primary_key=True),
    Column("case", String(_CASE), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime, nullable=True),
    Column("lifted_by", String(128), nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    # SQLite numbers rows by itself only in a column of exactly this type.
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(256), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime, nullable=True),
    UniqueConstraint("key"),
    Index(None, "done_at", "position"),
    sqlite_autoincrement=True,  # a position is never given twice
)

# One row a line, never taken out. What was said is in `body` alone; agency, domain and target are keyed hashes.
intake_line = Table(
    "intake_line",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("line", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("procedure", String(128), nullable=False),
    Column("source_trust", String(16), nullable=False),
    Column("requester", String(32), nullable=False),
    Column("requester_trust", String(16), nullable=False),
    Column("lane", String(128), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("target", String(64), nullable=False),
    Column("agency", String(64), nullable=False),
    Column("domain", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("why", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("case", String(_CASE), nullable=False),
    Column("owner", String(128), nullable=False),
    Column("code", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("owned_at", UtcDateTime, nullable=True),
    Column("called_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    UniqueConstraint("line"),
    Index(None, "state", "position"),
    Index(None, "lane", "verdict", "received_at"),
    Index(None, "case", "verdict"),
    Index(None, "domain"),
    Index(None, "agency"),
    Index(None, "target"),
    Index(None, "source", "received_at"),
    sqlite_autoincrement=True,
)

# The last proof of each person that it is them; older ones are in the statements that they signed with it.
step_up = Table(
    "step_up",
    metadata,
    Column("person", String(128), primary_key=True),
    Column("way", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# A press that does not count yet. The link itself is nowhere, and what was pressed is in `body` alone.
intent = Table(
    "intent",
    metadata,
    Column("link", String(_SHA256), primary_key=True),
    Column("doing", String(256), nullable=False),
    Column("person", String(128), nullable=False),
    Column("case", String(_CASE), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("nonce", String(128), nullable=False),
    Column("digest", String(_SHA256), nullable=False),
    Column("said", String(_SHA256), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("told_at", UtcDateTime, nullable=True),
    Index(None, "state", "at"),
    Index(None, "person", "case", "subject"),
)

# How far the last update of a case's room went, so that what was said is never said again.
room_update = Table(
    "room_update",
    metadata,
    Column("case", String(_CASE), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
