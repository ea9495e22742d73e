"""clocks of cases

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 09:36:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("projection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clocks", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("projection", schema=None) as batch_op:
        batch_op.drop_column("clocks")
