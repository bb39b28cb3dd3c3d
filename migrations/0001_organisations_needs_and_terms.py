"""Who runs interventions, where, and the lists that they are described by."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "municipality",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("county", sa.String(length=60), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.Column("tile_row", sa.Integer(), nullable=True),
        sa.Column("tile_column", sa.Integer(), nullable=True),
        sa.CheckConstraint("(tile_row IS NULL) = (tile_column IS NULL)", name=op.f("ck_municipality_tile_has_both")),
        sa.CheckConstraint("length(code) = 4", name=op.f("ck_municipality_code_is_four_digits")),
        sa.CheckConstraint("tile_row BETWEEN 1 AND 12 AND tile_column BETWEEN 1 AND 12", name=op.f("ck_municipality_tile_is_on_the_map")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipality")),
        sa.UniqueConstraint("name", name=op.f("uq_municipality_name")),
    )
    op.create_table(
        "municipality_place",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_municipality_place_municipality_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_municipality_place")),
    )
    op.create_index("ix_municipality_place_municipality_code", "municipality_place", ["municipality_code"], unique=False)
    op.create_table(
        "commuting",
        sa.Column("municipality_code", sa.String(length=4), nullable=False),
        sa.Column("neighbour_code", sa.String(length=4), nullable=False),
        sa.CheckConstraint("municipality_code <> neighbour_code", name=op.f("ck_commuting_not_itself")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_commuting_municipality_code"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["neighbour_code"], ["municipality.code"], name=op.f("fk_commuting_neighbour_code"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("municipality_code", "neighbour_code", name=op.f("pk_commuting")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "kommun",
                "myndighet",
                "region",
                "kommunalforbund",
                "samordningsforbund",
                "projekt",
                "forening",
                "folkhogskola",
                "trossamfund",
                "foretag",
                "okand",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("municipality_code", sa.String(length=4), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_code"], ["municipality.code"], name=op.f("fk_organisation_municipality_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_index("ix_organisation_municipality_code", "organisation", ["municipality_code"], unique=False)
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("icon", sa.String(length=30), nullable=True),
        sa.Column("colour", sa.Integer(), nullable=True),
        sa.Column("is_tile", sa.Boolean(), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("sheltered", sa.Boolean(), nullable=False),
        sa.Column("via_adult_education", sa.Boolean(), nullable=False),
        sa.CheckConstraint("colour BETWEEN 1 AND 12", name=op.f("ck_need_colour")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_need_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["need.id"], name=op.f("fk_need_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("code", name=op.f("uq_need_code")),
    )
    op.create_index("ix_need_parent_id", "need", ["parent_id"], unique=False)
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "eligibility",
                "audience",
                "way_in",
                "support",
                "time",
                "language",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("in_language", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_term_kind_code")),
    )
