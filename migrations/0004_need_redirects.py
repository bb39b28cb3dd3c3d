"""The codes that needs once had, so that old addresses lead on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "need_redirect",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_redirect_need_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_need_redirect")),
    )
    op.create_index(op.f("ix_need_redirect_need_id"), "need_redirect", ["need_id"], unique=False)
