"""Offers and requests of places, with their history; what of an occasion's places is set aside for others."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# What was agreed on stays as it was: only its words can be masked, for data protection, and must then say so.
_MASKS = "CAST(NEW.content AS text) <> CAST(OLD.content AS text) AND CAST(NEW.content AS text) NOT LIKE '%[maskerat]%'"
_COLUMNS = "id, number, request_id, replaces_id, at"
_KEEPS_AGREEMENTS = {
    "sqlite": (
        f"""CREATE TRIGGER agreement_is_not_changed BEFORE UPDATE OF {_COLUMNS} ON agreement
        BEGIN SELECT RAISE(ABORT, 'agreement: what is agreed on is not changed'); END""",
        f"""CREATE TRIGGER agreement_is_only_masked BEFORE UPDATE OF content ON agreement WHEN {_MASKS}
        BEGIN SELECT RAISE(ABORT, 'agreement: what is agreed on is not changed'); END""",
        """CREATE TRIGGER agreement_is_not_deleted BEFORE DELETE ON agreement
        BEGIN SELECT RAISE(ABORT, 'agreement: what is agreed on is not deleted'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION agreement_is_kept() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'agreement: what is agreed on is neither changed nor deleted'; END$$""",
        f"""CREATE TRIGGER agreement_is_not_changed BEFORE UPDATE OF {_COLUMNS} ON agreement
        FOR EACH ROW EXECUTE FUNCTION agreement_is_kept()""",
        f"""CREATE TRIGGER agreement_is_only_masked BEFORE UPDATE OF content ON agreement
        FOR EACH ROW WHEN ({_MASKS}) EXECUTE FUNCTION agreement_is_kept()""",
        "CREATE TRIGGER agreement_is_not_deleted BEFORE DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION agreement_is_kept()",
        "CREATE TRIGGER agreement_is_not_emptied BEFORE TRUNCATE ON agreement EXECUTE FUNCTION agreement_is_kept()",
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("decides_up_to", sa.Numeric(precision=12, scale=2), nullable=True))
        batch.add_column(sa.Column("delegation", sa.String(length=100), nullable=False, server_default=""))
        batch.create_check_constraint(
            op.f("ck_membership_decides_up_to"), "decides_up_to IS NULL OR (role = 'beslutsfattare' AND decides_up_to >= 0)"
        )
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("one_may_do_both", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("occasion", sa.Column("offered", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("occasion", sa.Column("for_others", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("occasion", sa.Column("for_others_until", sa.Date(), nullable=True))
    op.add_column("occasion", sa.Column("in_exchange", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE occasion SET offered = accepted")
    with op.batch_alter_table("occasion") as batch:
        batch.drop_constraint(op.f("ck_occasion_accepted"), type_="check")
        batch.drop_constraint(op.f("ck_occasion_nothing_oversold"), type_="check")
        batch.create_check_constraint(op.f("ck_occasion_accepted"), "accepted BETWEEN 0 AND offered")
        batch.create_check_constraint(op.f("ck_occasion_for_others"), "for_others >= 0")
        batch.create_check_constraint(op.f("ck_occasion_offered_of_known_places"), "offered = 0 OR places IS NOT NULL")
        batch.create_check_constraint(op.f("ck_occasion_nothing_oversold"), "coalesce(taken_by_own, 0) + offered <= places")
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column(
            "price_kind",
            sa.Enum(
                "per-plats",
                "per-plats-och-vecka",
                "per-plats-och-manad",
                "enligt-overenskommelse",
                name="price_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("holds_until_answered", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("oppet", "fullt", "stangt", name="status", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("is_closed_deal", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(price IS NULL) = (price_kind = 'enligt-overenskommelse')", name=op.f("ck_offer_price_as_told")),
        sa.CheckConstraint("accepted + held <= offered", name=op.f("ck_offer_nothing_oversold")),
        sa.CheckConstraint("offered >= 0 AND accepted >= 0 AND held >= 0", name=op.f("ck_offer_counts")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_offer_price")),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasion.id"], name=op.f("fk_offer_occasion_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_offer_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_occasion_id"), "offer", ["occasion_id"], unique=False)
    op.create_index(op.f("ix_offer_organisation_id"), "offer", ["organisation_id"], unique=False)
    op.create_table(
        "offer_for",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_for_offer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_offer_for_organisation_id")),
        sa.PrimaryKeyConstraint("offer_id", "organisation_id", name=op.f("pk_offer_for")),
    )
    op.create_index(op.f("ix_offer_for_organisation_id"), "offer_for", ["organisation_id"], unique=False)
    op.create_table(
        "exchange_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("kop", "byt", "salj", name="kind", native_enum=False, create_constraint=True, length=30), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "utkast",
                "beslut-om-att-skicka",
                "skickad",
                "motforslag",
                "beslut-om-svar",
                "i-ko",
                "anmald",
                "overenskommen",
                "avbokning-begard",
                "genomford",
                "avbojd",
                "tillbakatagen",
                "tiden-ute",
                "avbokad",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("turn", sa.Enum("fragar", "svarar", name="turn", native_enum=False, create_constraint=True, length=30), nullable=True),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("answerer_id", sa.Integer(), nullable=False),
        sa.Column("difference", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column(
            "difference_from",
            sa.Enum("fragar", "svarar", name="difference_from", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places_used", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(turn IS NULL) = (state IN ('overenskommen', 'genomford', 'avbojd', 'tillbakatagen', 'tiden-ute', 'avbokad'))",
            name=op.f("ck_exchange_request_somebodys_turn"),
        ),
        sa.CheckConstraint("asker_id <> answerer_id", name=op.f("ck_exchange_request_two_sides")),
        sa.CheckConstraint(
            "difference >= 0 AND (difference = 0) = (difference_from IS NULL)", name=op.f("ck_exchange_request_difference_has_a_payer")
        ),
        sa.CheckConstraint("places_used >= 0", name=op.f("ck_exchange_request_places_used")),
        sa.ForeignKeyConstraint(["answerer_id"], ["organisation.id"], name=op.f("fk_exchange_request_answerer_id")),
        sa.ForeignKeyConstraint(["asker_id"], ["organisation.id"], name=op.f("fk_exchange_request_asker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_request")),
    )
    op.create_index(op.f("ix_exchange_request_answer_by"), "exchange_request", ["answer_by"], unique=False)
    op.create_index("ix_exchange_request_answerer", "exchange_request", ["answerer_id", "state"], unique=False)
    op.create_index("ix_exchange_request_asker", "exchange_request", ["asker_id", "state"], unique=False)
    op.create_table(
        "exchange_leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("giver", sa.Enum("fragar", "svarar", name="giver", native_enum=False, create_constraint=True, length=30), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column(
            "price_kind",
            sa.Enum(
                "per-plats",
                "per-plats-och-vecka",
                "per-plats-och-manad",
                "enligt-overenskommelse",
                name="price_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column(
            "legal_basis",
            sa.Enum(
                "avtalssamverkan",
                "upphandling",
                "interkommunal-ersattning",
                "enligt-lag",
                "annat",
                name="legal_basis",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.CheckConstraint("end_on >= start", name=op.f("ck_exchange_leg_ends_after_start")),
        sa.CheckConstraint("held >= 0 AND (held = 0 OR offer_id IS NOT NULL)", name=op.f("ck_exchange_leg_held_of_an_offer")),
        sa.CheckConstraint("places > 0", name=op.f("ck_exchange_leg_places")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_exchange_leg_price")),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasion.id"], name=op.f("fk_exchange_leg_occasion_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_exchange_leg_offer_id")),
        sa.ForeignKeyConstraint(["request_id"], ["exchange_request.id"], name=op.f("fk_exchange_leg_request_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_leg")),
        sa.UniqueConstraint("request_id", "position", name=op.f("uq_exchange_leg_request_id_position")),
    )
    op.create_index(op.f("ix_exchange_leg_occasion_id"), "exchange_leg", ["occasion_id"], unique=False)
    op.create_index(op.f("ix_exchange_leg_offer_id"), "exchange_leg", ["offer_id"], unique=False)
    op.create_table(
        "exchange_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=150), nullable=False),
        sa.Column("side", sa.Enum("fragar", "svarar", name="side", native_enum=False, create_constraint=True, length=30), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "gast",
                "handlaggare",
                "redaktor",
                "beslutsfattare",
                "samordnare",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("is_decision", sa.Boolean(), nullable=False),
        sa.Column("delegation", sa.String(length=100), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "lamna-for-beslut",
                "skicka",
                "godkann",
                "lamna-tillbaka",
                "foresla-ja",
                "tacka-ja",
                "motforslag",
                "tacka-nej",
                "stall-i-ko",
                "ta-tillbaka",
                "lat-ga-ut",
                "be-om-avbokning",
                "godta-avbokning",
                "neka-avbokning",
                "genomford",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "state_before",
            sa.Enum(
                "utkast",
                "beslut-om-att-skicka",
                "skickad",
                "motforslag",
                "beslut-om-svar",
                "i-ko",
                "anmald",
                "overenskommen",
                "avbokning-begard",
                "genomford",
                "avbojd",
                "tillbakatagen",
                "tiden-ute",
                "avbokad",
                name="state_before",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "state_after",
            sa.Enum(
                "utkast",
                "beslut-om-att-skicka",
                "skickad",
                "motforslag",
                "beslut-om-svar",
                "i-ko",
                "anmald",
                "overenskommen",
                "avbokning-begard",
                "genomford",
                "avbojd",
                "tillbakatagen",
                "tiden-ute",
                "avbokad",
                name="state_after",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_exchange_step_number")),
        sa.CheckConstraint(
            "NOT is_decision OR coalesce(role, '') = 'beslutsfattare'", name=op.f("ck_exchange_step_decided_by_a_decision_maker")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["exchange_request.id"], name=op.f("fk_exchange_step_request_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_step")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_exchange_step_request_id_number")),
    )
    op.create_table(
        "exchange_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=150), nullable=False),
        sa.Column("side", sa.Enum("fragar", "svarar", name="side", native_enum=False, create_constraint=True, length=30), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_exchange_message_text")),
        sa.ForeignKeyConstraint(["request_id"], ["exchange_request.id"], name=op.f("fk_exchange_message_request_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_message")),
    )
    op.create_index(op.f("ix_exchange_message_request_id"), "exchange_message", ["request_id"], unique=False)
    op.create_table(
        "exchange_key",
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["exchange_request.id"], name=op.f("fk_exchange_key_request_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_exchange_key")),
    )
    op.create_index(op.f("ix_exchange_key_request_id"), "exchange_key", ["request_id"], unique=False)
    op.create_table(
        "agreement_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_agreement_series")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["replaces_id"], ["agreement.id"], name=op.f("fk_agreement_replaces_id")),
        sa.ForeignKeyConstraint(["request_id"], ["exchange_request.id"], name=op.f("fk_agreement_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_agreement_replaces_id")),
    )
    op.create_index(op.f("ix_agreement_request_id"), "agreement", ["request_id"], unique=False)
    op.create_table(
        "agreement_reference",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.Enum("fragar", "svarar", name="side", native_enum=False, create_constraint=True, length=30), nullable=False),
        sa.Column("diary", sa.String(length=60), nullable=False),
        sa.Column("invoice", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_reference_agreement_id")),
        sa.PrimaryKeyConstraint("agreement_id", "side", name=op.f("pk_agreement_reference")),
    )
    for statement in _KEEPS_AGREEMENTS[op.get_bind().dialect.name]:
        op.execute(statement)
