"""agencies

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 13:05:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MARKED_BY = ("officer", "sender", "domain", "agency", "target", "at")


def upgrade() -> None:
    op.create_table(
        "agency_revision",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agency_revision")),
    )
    op.create_table(
        "request_mark",
        sa.Column("case", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.String(length=24), nullable=False),
        sa.Column("sender", sa.String(length=24), nullable=False),
        sa.Column("domain", sa.String(length=24), nullable=False),
        sa.Column("agency", sa.String(length=128), nullable=False),
        sa.Column("target", sa.String(length=24), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_request_mark")),
    )
    with op.batch_alter_table("request_mark", schema=None) as batch_op:
        for name in _MARKED_BY:
            batch_op.create_index(batch_op.f(f"ix_request_mark_{name}"), [name], unique=False)
    op.create_table(
        "sender_quarantine",
        sa.Column("sender", sa.String(length=24), nullable=False),
        sa.Column("case", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("sender", "case", name=op.f("pk_sender_quarantine")),
    )


def downgrade() -> None:
    op.drop_table("sender_quarantine")
    with op.batch_alter_table("request_mark", schema=None) as batch_op:
        for name in reversed(_MARKED_BY):
            batch_op.drop_index(batch_op.f(f"ix_request_mark_{name}"))
    op.drop_table("request_mark")
    op.drop_table("agency_revision")
