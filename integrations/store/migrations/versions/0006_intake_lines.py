"""intake lines

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22 13:00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = (
    ("state", "position"),
    ("lane", "verdict", "received_at"),
    ("case", "verdict"),
    ("domain",),
    ("agency",),
    ("target",),
    ("source", "received_at"),
)


def upgrade() -> None:
    op.create_table(
        "intake_line",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("procedure", sa.String(length=128), nullable=False),
        sa.Column("source_trust", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.String(length=32), nullable=False),
        sa.Column("requester_trust", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.String(length=128), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("case", sa.String(length=128), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_intake_line")),
        sa.UniqueConstraint("line", name=op.f("uq_intake_line_line")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("intake_line", schema=None) as batch_op:
        for columns in _INDEXES:
            name = batch_op.f(f"ix_intake_line_{'_'.join(columns)}")
            batch_op.create_index(name, list(columns), unique=False)


def downgrade() -> None:
    with op.batch_alter_table("intake_line", schema=None) as batch_op:
        for columns in reversed(_INDEXES):
            batch_op.drop_index(batch_op.f(f"ix_intake_line_{'_'.join(columns)}"))
    op.drop_table("intake_line")
