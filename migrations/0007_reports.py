"""What readers tell: faults, questions, what is missing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("fel", "fraga", "saknas", name="kind", native_enum=False, create_constraint=True, length=30), nullable=False
        ),
        sa.Column("intervention_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "upphort",
                "kontakt",
                "tid-plats",
                "platser",
                "krav",
                "pris",
                "lank",
                "kategori",
                "dubblett",
                "sprak",
                "tillganglighet",
                "personuppgift",
                "annat",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("municipality_code", sa.String(length=4), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("has_hidden", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'fel') = (reason IS NOT NULL)", name=op.f("ck_report_only_faults_have_a_reason")),
        sa.CheckConstraint("(kind = 'saknas') = (intervention_id IS NULL)", name=op.f("ck_report_intervention")),
        sa.CheckConstraint("kind = 'fel' OR person_id IS NOT NULL", name=op.f("ck_report_who")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_report_closed")),
        sa.CheckConstraint("NOT has_hidden OR reason = 'personuppgift'", name=op.f("ck_report_has_hidden")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_report_closed_by_id")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_report_intervention_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_report_municipality_code"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_report_need_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_report_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_address", "report", ["address", "created_at"], unique=False)
    op.create_index(op.f("ix_report_closed_by_id"), "report", ["closed_by_id"], unique=False)
    op.create_index(op.f("ix_report_intervention_id"), "report", ["intervention_id"], unique=False)
    op.create_index(op.f("ix_report_municipality_code"), "report", ["municipality_code"], unique=False)
    op.create_index(op.f("ix_report_need_id"), "report", ["need_id"], unique=False)
    op.create_index(op.f("ix_report_organisation_id"), "report", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_report_person_id"), "report", ["person_id"], unique=False)
