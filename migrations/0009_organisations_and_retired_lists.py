"""What is known of an organisation, and lists whose entries can be retired."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("number", sa.String(length=11), nullable=False, server_default=""))
        batch.add_column(sa.Column("mailbox", sa.String(length=254), nullable=False, server_default=""))
        batch.add_column(sa.Column("left_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("shows_freshness", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in ("need", "term"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
