"""Every earlier state of an intervention, its results in numbers, and what it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_PAUSE_REASON = sa.Enum(
    "sommar",
    "fa-anmalda",
    "personal",
    "finansiering",
    "lokal",
    "annat",
    name="pause_reason",
    native_enum=False,
    create_constraint=True,
    length=30,
)


def upgrade() -> None:
    with op.batch_alter_table("intervention") as batch:
        batch.add_column(sa.Column("pause_reason", _PAUSE_REASON, nullable=True))
        batch.add_column(sa.Column("knows_more", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("forerunner_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("template_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("verified_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        for column, other in (("forerunner_id", "intervention"), ("template_id", "intervention"), ("verified_by_id", "person")):
            batch.create_index(op.f(f"ix_intervention_{column}"), [column])
            batch.create_foreign_key(op.f(f"fk_intervention_{column}"), other, [column], ["id"], ondelete="SET NULL")
        batch.create_check_constraint(
            op.f("ck_intervention_only_the_paused_have_a_pause_reason"), "pause_reason IS NULL OR status = 'pausad'"
        )
        batch.drop_constraint(op.f("ck_intervention_summary"), type_="check")
        batch.create_check_constraint(
            op.f("ck_intervention_summary"), "length(summary) <= 400 AND (status = 'utkast' OR length(summary) > 0)"
        )
        batch.create_check_constraint(op.f("ck_intervention_not_its_own_forerunner"), "forerunner_id <> id AND template_id <> id")
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.CheckConstraint("count >= 5", name=op.f("ck_outcome_count")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_outcome_intervention_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("intervention_id", "position", name=op.f("uq_outcome_intervention_id_position")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=150), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.CheckConstraint("number > 0 AND schema > 0", name=op.f("ck_revision_numbers")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_revision_intervention_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("intervention_id", "number", name=op.f("uq_revision_intervention_id_number")),
    )
