"""the help desk that agents choose."""

import sqlalchemy as sa
from alembic import op

from webapp.db import ExactDecimal, JsonDict, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exceptional_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptional_day")),
        sa.UniqueConstraint("day", name=op.f("uq_exceptional_day_day")),
    )
    op.create_table(
        "stored_file",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "tag",
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_tag")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_used_at"), ["used_at"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "agent_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("reassigned_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_agent_absence_ends_after_start")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agent_absence_account_id_account")),
        sa.ForeignKeyConstraint(["substitute_id"], ["account.id"], name=op.f("fk_agent_absence_substitute_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_absence")),
    )
    with op.batch_alter_table("agent_absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_absence_account_id"), ["account_id"], unique=False)

    op.create_table(
        "bulk_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("order", JsonDict, nullable=False),
        sa.Column("filters", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("undo_until", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("unknown", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_job_account_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bulk_job_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"], name=op.f("fk_bulk_job_undone_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_job")),
    )
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_job_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_bulk_job_state", ["state"], unique=False)

    op.create_table(
        "canned_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_canned_text_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_text")),
    )
    with op.batch_alter_table("canned_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canned_text_team_id"), ["team_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("for_desk", sa.Boolean(), nullable=False),
        sa.Column("filters", sa.String(length=2000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("team_id IS NULL OR NOT for_desk", name=op.f("ck_saved_view_one_audience")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_saved_view_owner_id_account")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_saved_view_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index("ix_saved_view_owner_id_id", ["owner_id", "id"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_team_member_account_id_account")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "account_id", name=op.f("pk_team_member")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_account_id"), ["account_id"], unique=False)

    op.create_table(
        "agent_absence_ticket",
        sa.Column("absence_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["absence_id"], ["agent_absence.id"], name=op.f("fk_agent_absence_ticket_absence_id_agent_absence")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_agent_absence_ticket_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agent_absence_ticket_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("absence_id", "ticket_id", name=op.f("pk_agent_absence_ticket")),
    )
    with op.batch_alter_table("agent_absence_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_absence_ticket_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_agent_absence_ticket_ticket_id", ["ticket_id"], unique=False)

    op.create_table(
        "billable_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("hours", ExactDecimal(), nullable=False),
        sa.Column("hourly_price", ExactDecimal(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("hours_spent", ExactDecimal(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name=op.f("fk_billable_request_answered_by_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_billable_request_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billable_request_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name=op.f("fk_billable_request_proposed_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billable_request")),
    )
    with op.batch_alter_table("billable_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billable_request_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_billable_request_ticket_id_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "breach_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.String(32), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_breach_warning_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_breach_warning_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_breach_warning_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_warning")),
        sa.UniqueConstraint(
            "ticket_id",
            "deadline",
            "due_at",
            "account_id",
            "level",
            name=op.f("uq_breach_warning_ticket_id_deadline_due_at_account_id_level"),
        ),
    )
    with op.batch_alter_table("breach_warning", schema=None) as batch_op:
        batch_op.create_index("ix_breach_warning_due_at", ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_breach_warning_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "bulk_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_job_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("before", JsonDict, nullable=False),
        sa.Column("made", JsonDict, nullable=False),
        sa.Column("before_version", sa.Integer(), nullable=False),
        sa.Column("after_version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_job_id"], ["bulk_job.id"], name=op.f("fk_bulk_item_bulk_job_id_bulk_job")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_bulk_item_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bulk_item_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
    )
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_item_bulk_job_id_result_id", ["bulk_job_id", "result", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_item_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_bulk_item_ticket_id", ["ticket_id"], unique=False)

    op.create_table(
        "incident_report_draft",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("solutions", sa.Text(), nullable=False),
        sa.Column("prevention", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_incident_report_draft_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_incident_report_draft_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["account.id"], name=op.f("fk_incident_report_draft_saved_by_id_account")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_incident_report_draft")),
    )
    with op.batch_alter_table("incident_report_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_report_draft_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "obligation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("is_open = (done_at IS NULL AND cancelled_at IS NULL)", name=op.f("ck_obligation_open_until_ended")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_obligation_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_obligation_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
    )
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.create_index("ix_obligation_is_open_due_at_id", ["is_open", "due_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_obligation_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_obligation_ticket_id", ["ticket_id"], unique=False)
        batch_op.create_index(
            "uq_obligation_open", ["ticket_id", "kind"], unique=True, sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
        )

    op.create_table(
        "public_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("consequences", sa.Text(), nullable=False),
        sa.Column("about_label", sa.String(length=300), nullable=False),
        sa.Column("about_url", sa.String(length=500), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("follow_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_public_report_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_report")),
        sa.UniqueConstraint("follow_key", name=op.f("uq_public_report_follow_key")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_public_report_ticket_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_public_report_token_hash")),
    )
    with op.batch_alter_table("public_report", schema=None) as batch_op:
        batch_op.create_index("ix_public_report_email_created_at", ["contact_email", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_report_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_public_report_network_created_at", ["network", "created_at"], unique=False)

    op.create_table(
        "ticket_link",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_link_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_link_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_link_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_link")),
    )
    with op.batch_alter_table("ticket_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_link_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_link_other_id", ["other_id"], unique=False)

    op.create_table(
        "ticket_person",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("from_desk", sa.Boolean(), nullable=False),
        sa.Column("watching", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("writing_at", UtcDateTime(), nullable=True),
        sa.Column("reply_draft", sa.Text(), nullable=False),
        sa.Column("note_draft", sa.Text(), nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=True),
        sa.Column("sent_once", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_person_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_person_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_person_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("ticket_id", "account_id", name=op.f("pk_ticket_person")),
    )
    with op.batch_alter_table("ticket_person", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_person_account_id", ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_person_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket_rating",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_ticket_rating_score")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_rating_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_rating_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_rating_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_rating")),
    )
    with op.batch_alter_table("ticket_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_rating_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket_search",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("noted", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_search_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_search_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_search")),
    )
    with op.batch_alter_table("ticket_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_search_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_ticket_time_not_nothing")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_time_account_id_account")),
        sa.ForeignKeyConstraint(["corrects_id"], ["ticket_time.id"], name=op.f("fk_ticket_time_corrects_id_ticket_time")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_time_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_time_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_time")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_ticket_time_corrects_id")),
    )
    with op.batch_alter_table("ticket_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_time_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_time_ticket_id_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "incident_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("obligation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sent_to", sa.String(length=320), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("content", JsonDict, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_incident_report_author_id_account")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_incident_report_obligation_id_obligation")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_incident_report_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_incident_report_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_report")),
        sa.UniqueConstraint("ticket_id", "number", name=op.f("uq_incident_report_ticket_id_number")),
    )
    with op.batch_alter_table("incident_report", schema=None) as batch_op:
        batch_op.create_index("ix_incident_report_obligation_id", ["obligation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_report_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("from_desk", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_key", sa.String(length=32), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_by", sa.String(length=200), nullable=False),
        sa.Column("removal_reason", sa.String(length=500), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(removed_at IS NULL) = (file_key IS NOT NULL)", name=op.f("ck_ticket_attachment_bytes_until_removed")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_ticket_attachment_author_id_account")),
        sa.ForeignKeyConstraint(["file_key"], ["stored_file.key"], name=op.f("fk_ticket_attachment_file_key_stored_file")),
        sa.ForeignKeyConstraint(["message_id"], ["ticket_message.id"], name=op.f("fk_ticket_attachment_message_id_ticket_message")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_attachment_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_attachment_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_attachment")),
        sa.UniqueConstraint("file_key", name=op.f("uq_ticket_attachment_file_key")),
    )
    with op.batch_alter_table("ticket_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_attachment_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_attachment_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_attachment_ticket_id_id", ["ticket_id", "id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keyboard_shortcuts", sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("referent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("support_hours", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(batch_op.f("fk_contract_referent_id_account"), "account", ["referent_id"], ["id"])

    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("cancelled_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_outbox_message_batch", ["batch"], unique=False)

    with op.batch_alter_table("service_level_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lead_warning_minutes", sa.Integer(), nullable=False, server_default="60"))
        batch_op.add_column(sa.Column("day_rule", sa.String(32), nullable=False, server_default="business_hours"))
        batch_op.add_column(sa.Column("report_days", sa.Integer(), nullable=False, server_default="10"))
        batch_op.add_column(sa.Column("pauses_allowed", sa.String(length=200), nullable=False, server_default="site_access planned"))
        batch_op.add_column(sa.Column("paying_first", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("reopening_days", sa.Integer(), nullable=False, server_default="10"))
        batch_op.drop_constraint(batch_op.f("uq_service_level_version_service_level_id_in_force_from"), type_="unique")

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("impact", sa.Integer(), nullable=False, server_default="2"))
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="22"))
        batch_op.add_column(sa.Column("tags", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("minutes_spent", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("attachment_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("link_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("watcher_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("about_label", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("about_url", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("day_rule", sa.String(32), nullable=False, server_default="business_hours"))
        batch_op.add_column(sa.Column("reopen_until", UtcDateTime(), nullable=True))
        batch_op.alter_column("calendar", existing_type=sa.VARCHAR(length=120), type_=sa.String(length=400), existing_nullable=False)
        batch_op.drop_index(batch_op.f("ix_ticket_counts"))
        batch_op.create_index("ix_ticket_counts", ["is_open", "state", "assignee_id", "team_id", "due_at", "version", "id"], unique=False)
        batch_op.drop_index(batch_op.f("ix_ticket_organisation_id_notified_at"))
        batch_op.create_index("ix_ticket_organisation_id_notified_at", ["organisation_id", "notified_at", "id"], unique=False)
        batch_op.create_index("ix_ticket_assignee", ["assignee_id", "is_open", "notified_at", "id"], unique=False)
        batch_op.create_index("ix_ticket_contract", ["contract_id", "is_open", "notified_at", "id"], unique=False)
        batch_op.create_index("ix_ticket_rank", ["is_open", "rank", "due_at", "id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_ticket_team_id_team"), "team", ["team_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_ticket_merged_into_id_ticket"), "ticket", ["merged_into_id"], ["id"])

    with op.batch_alter_table("ticket_clock_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("evidence", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("about_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_ticket_clock_event_contested",
            ["at", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'contested'"),
            postgresql_where=sa.text("kind = 'contested'"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_ticket_clock_event_site_id_site"), "site", ["site_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_ticket_clock_event_about_id_ticket_clock_event"), "ticket_clock_event", ["about_id"], ["id"]
        )

    with op.batch_alter_table("ticket_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("ticket_site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("restoration_due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("restored_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("elapsed_seconds", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("business_seconds", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paused_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ticket_site", schema=None) as batch_op:
        batch_op.drop_column("paused_seconds")
        batch_op.drop_column("business_seconds")
        batch_op.drop_column("elapsed_seconds")
        batch_op.drop_column("restored_at")
        batch_op.drop_column("restoration_due_at")
        batch_op.drop_column("calendar")

    with op.batch_alter_table("ticket_message", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("ticket_clock_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ticket_clock_event_about_id_ticket_clock_event"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_ticket_clock_event_site_id_site"), type_="foreignkey")
        batch_op.drop_index(
            "ix_ticket_clock_event_contested", sqlite_where=sa.text("kind = 'contested'"), postgresql_where=sa.text("kind = 'contested'")
        )
        batch_op.drop_column("about_id")
        batch_op.drop_column("evidence")
        batch_op.drop_column("site_id")

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ticket_merged_into_id_ticket"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_ticket_team_id_team"), type_="foreignkey")
        batch_op.drop_index("ix_ticket_rank")
        batch_op.drop_index("ix_ticket_contract")
        batch_op.drop_index("ix_ticket_assignee")
        batch_op.drop_index("ix_ticket_organisation_id_notified_at")
        batch_op.create_index(batch_op.f("ix_ticket_organisation_id_notified_at"), ["organisation_id", "notified_at"], unique=False)
        batch_op.drop_index("ix_ticket_counts")
        batch_op.create_index(batch_op.f("ix_ticket_counts"), ["is_open", "state", "assignee_id", "due_at"], unique=False)
        batch_op.alter_column("calendar", existing_type=sa.String(length=400), type_=sa.VARCHAR(length=120), existing_nullable=False)
        batch_op.drop_column("reopen_until")
        batch_op.drop_column("day_rule")
        batch_op.drop_column("about_url")
        batch_op.drop_column("about_label")
        batch_op.drop_column("team_id")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("watcher_count")
        batch_op.drop_column("link_count")
        batch_op.drop_column("attachment_count")
        batch_op.drop_column("minutes_spent")
        batch_op.drop_column("tags")
        batch_op.drop_column("rank")
        batch_op.drop_column("impact")

    with op.batch_alter_table("service_level_version", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_service_level_version_service_level_id_in_force_from"), ["service_level_id", "in_force_from"]
        )
        batch_op.drop_column("reopening_days")
        batch_op.drop_column("paying_first")
        batch_op.drop_column("pauses_allowed")
        batch_op.drop_column("report_days")
        batch_op.drop_column("day_rule")
        batch_op.drop_column("lead_warning_minutes")

    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_batch")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("batch")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_contract_referent_id_account"), type_="foreignkey")
        batch_op.drop_column("support_hours")
        batch_op.drop_column("referent_id")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("keyboard_shortcuts")

    with op.batch_alter_table("ticket_attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_attachment_ticket_id_id")
        batch_op.drop_index(batch_op.f("ix_ticket_attachment_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_attachment_message_id"))

    op.drop_table("ticket_attachment")
    with op.batch_alter_table("incident_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_report_organisation_id"))
        batch_op.drop_index("ix_incident_report_obligation_id")

    op.drop_table("incident_report")
    with op.batch_alter_table("ticket_time", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_time_ticket_id_id")
        batch_op.drop_index(batch_op.f("ix_ticket_time_organisation_id"))

    op.drop_table("ticket_time")
    with op.batch_alter_table("ticket_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_search_organisation_id"))

    op.drop_table("ticket_search")
    with op.batch_alter_table("ticket_rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_rating_organisation_id"))

    op.drop_table("ticket_rating")
    with op.batch_alter_table("ticket_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_person_organisation_id"))
        batch_op.drop_index("ix_ticket_person_account_id")

    op.drop_table("ticket_person")
    with op.batch_alter_table("ticket_link", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_link_other_id")
        batch_op.drop_index(batch_op.f("ix_ticket_link_organisation_id"))

    op.drop_table("ticket_link")
    with op.batch_alter_table("public_report", schema=None) as batch_op:
        batch_op.drop_index("ix_public_report_network_created_at")
        batch_op.drop_index(batch_op.f("ix_public_report_expires_at"))
        batch_op.drop_index("ix_public_report_email_created_at")

    op.drop_table("public_report")
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.drop_index("uq_obligation_open", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open"))
        batch_op.drop_index("ix_obligation_ticket_id")
        batch_op.drop_index(batch_op.f("ix_obligation_organisation_id"))
        batch_op.drop_index("ix_obligation_is_open_due_at_id")

    op.drop_table("obligation")
    with op.batch_alter_table("incident_report_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_report_draft_organisation_id"))

    op.drop_table("incident_report_draft")
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_item_ticket_id")
        batch_op.drop_index(batch_op.f("ix_bulk_item_organisation_id"))
        batch_op.drop_index("ix_bulk_item_bulk_job_id_result_id")

    op.drop_table("bulk_item")
    with op.batch_alter_table("breach_warning", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_breach_warning_organisation_id"))
        batch_op.drop_index("ix_breach_warning_due_at")

    op.drop_table("breach_warning")
    with op.batch_alter_table("billable_request", schema=None) as batch_op:
        batch_op.drop_index("ix_billable_request_ticket_id_id")
        batch_op.drop_index(batch_op.f("ix_billable_request_organisation_id"))

    op.drop_table("billable_request")
    with op.batch_alter_table("agent_absence_ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_agent_absence_ticket_ticket_id")
        batch_op.drop_index(batch_op.f("ix_agent_absence_ticket_organisation_id"))

    op.drop_table("agent_absence_ticket")
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_member_account_id"))

    op.drop_table("team_member")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_view_owner_id_id")

    op.drop_table("saved_view")
    with op.batch_alter_table("canned_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_text_team_id"))

    op.drop_table("canned_text")
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_job_state")
        batch_op.drop_index("ix_bulk_job_account_id_id")

    op.drop_table("bulk_job")
    with op.batch_alter_table("agent_absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_absence_account_id"))

    op.drop_table("agent_absence")
    op.drop_table("team")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tag_used_at"))

    op.drop_table("tag")
    op.drop_table("stored_file")
    op.drop_table("exceptional_day")
