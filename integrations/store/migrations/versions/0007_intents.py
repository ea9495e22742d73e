"""intents

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22 16:00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (("state", "at"), ("person", "case", "subject"))


def upgrade() -> None:
    op.create_table(
        "step_up",
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_step_up")),
    )
    op.create_table(
        "intent",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("doing", sa.String(length=256), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("case", sa.String(length=128), nullable=False),
        sa.Column("subject", sa.String(length=256), nullable=False),
        sa.Column("nonce", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_intent")),
    )
    with op.batch_alter_table("intent", schema=None) as batch_op:
        for columns in _INDEXES:
            batch_op.create_index(batch_op.f(f"ix_intent_{'_'.join(columns)}"), list(columns), unique=False)
    op.create_table(
        "room_update",
        sa.Column("case", sa.String(length=128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_room_update")),
    )


def downgrade() -> None:
    op.drop_table("room_update")
    with op.batch_alter_table("intent", schema=None) as batch_op:
        for columns in reversed(_INDEXES):
            batch_op.drop_index(batch_op.f(f"ix_intent_{'_'.join(columns)}"))
    op.drop_table("intent")
    op.drop_table("step_up")
