"""Interventions, their occasions, lessons and links."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("prerequisites", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("utkast", "aktiv", "pausad", "avslutad", name="status", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum("pa-plats", "pa-distans", "delvis-pa-distans", name="form", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("level_required", sa.SmallInteger(), nullable=True),
        sa.Column("level_reached", sa.SmallInteger(), nullable=True),
        sa.Column("hours_per_week", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("length", sa.String(length=100), nullable=False),
        sa.Column("rolling", sa.Boolean(), nullable=False),
        sa.Column("participant_cost", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("place_price", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column(
            "end_reason",
            sa.Enum(
                "projektslut",
                "fa-deltagare",
                "behov",
                "uppdrag",
                "inordnad",
                "overtagen",
                "ersatt",
                "prioritering",
                "avtal",
                "resurs",
                "resultat",
                "genomford",
                "anordnare",
                "okand",
                "annat",
                name="end_reason",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("last_known", sa.Integer(), nullable=True),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("end_reason IS NULL OR status = 'avslutad'", name=op.f("ck_intervention_only_the_ended_have_a_reason")),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_intervention_source_has_both")),
        sa.CheckConstraint("hours_per_week > 0 AND hours_per_week <= 100", name=op.f("ck_intervention_hours_per_week")),
        sa.CheckConstraint("last_known BETWEEN 1950 AND 2200", name=op.f("ck_intervention_last_known")),
        sa.CheckConstraint("length(summary) BETWEEN 1 AND 400", name=op.f("ck_intervention_summary")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 150", name=op.f("ck_intervention_title")),
        sa.CheckConstraint("level_required BETWEEN 0 AND 6 AND level_reached BETWEEN 0 AND 6", name=op.f("ck_intervention_levels")),
        sa.CheckConstraint("participant_cost >= 0 AND place_price >= 0", name=op.f("ck_intervention_money")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_intervention_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention")),
        sa.UniqueConstraint("public_id", name=op.f("uq_intervention_public_id")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_intervention_source_external_id")),
    )
    op.create_index("ix_intervention_owner_id", "intervention", ["owner_id"], unique=False)
    op.create_index("ix_intervention_status_for_staff", "intervention", ["status", "for_staff"], unique=False)
    op.create_table(
        "intervention_need",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["intervention.id"], name=op.f("fk_intervention_need_intervention_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_intervention_need_need_id")),
        sa.PrimaryKeyConstraint("intervention_id", "need_id", name=op.f("pk_intervention_need")),
    )
    op.create_index("ix_intervention_need_need_id", "intervention_need", ["need_id"], unique=False)
    op.create_table(
        "intervention_term",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["intervention.id"], name=op.f("fk_intervention_term_intervention_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_intervention_term_term_id")),
        sa.PrimaryKeyConstraint("intervention_id", "term_id", name=op.f("pk_intervention_term")),
    )
    op.create_index("ix_intervention_term_term_id", "intervention_term", ["term_id"], unique=False)
    op.create_table(
        "intervention_given_in",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["intervention.id"], name=op.f("fk_intervention_given_in_intervention_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipality.code"], name=op.f("fk_intervention_given_in_municipality_code")),
        sa.PrimaryKeyConstraint("intervention_id", "municipality_code", name=op.f("pk_intervention_given_in")),
    )
    op.create_index("ix_intervention_given_in_municipality_code", "intervention_given_in", ["municipality_code"], unique=False)
    op.create_table(
        "intervention_open_for",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["intervention.id"], name=op.f("fk_intervention_open_for_intervention_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipality.code"], name=op.f("fk_intervention_open_for_municipality_code")),
        sa.PrimaryKeyConstraint("intervention_id", "municipality_code", name=op.f("pk_intervention_open_for")),
    )
    op.create_index("ix_intervention_open_for_municipality_code", "intervention_open_for", ["municipality_code"], unique=False)
    op.create_table(
        "occasion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("address_on_request", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("taken_by_own", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT address_on_request OR (address = '' AND place = '')", name=op.f("ck_occasion_no_address_when_on_request")),
        sa.CheckConstraint("accepted >= 0 AND (accepted = 0 OR places IS NOT NULL)", name=op.f("ck_occasion_accepted")),
        sa.CheckConstraint("apply_by IS NULL OR end_on IS NULL OR apply_by <= end_on", name=op.f("ck_occasion_apply_before_end")),
        sa.CheckConstraint("coalesce(taken_by_own, 0) + accepted <= places", name=op.f("ck_occasion_nothing_oversold")),
        sa.CheckConstraint("end_on >= start", name=op.f("ck_occasion_ends_after_start")),
        sa.CheckConstraint("places >= 0 AND taken_by_own >= 0", name=op.f("ck_occasion_counts")),
        sa.CheckConstraint("taken_by_own IS NULL OR places IS NOT NULL", name=op.f("ck_occasion_taken_of_known_places")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_occasion_intervention_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occasion")),
    )
    op.create_index("ix_occasion_intervention_id", "occasion", ["intervention_id"], unique=False)
    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_lesson_intervention_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("intervention_id", "position", name=op.f("uq_lesson_intervention_id_position")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.CheckConstraint("url LIKE 'http%://%'", name=op.f("ck_link_url")),
        sa.ForeignKeyConstraint(["intervention_id"], ["intervention.id"], name=op.f("fk_link_intervention_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("intervention_id", "position", name=op.f("uq_link_intervention_id_position")),
    )
