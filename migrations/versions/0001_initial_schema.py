"""initial schema."""

import sqlalchemy as sa
from alembic import op

from webapp.db import ExactDecimal, JsonDict, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("search_text", sa.String(length=800), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("password_changed_at", UtcDateTime(), nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("deactivated_at", UtcDateTime(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("mail_notices", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("model_code", sa.String(length=40), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("opens_on <= deadline", name=op.f("ck_campaign_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("kind", "year", "audience", name=op.f("uq_campaign_kind_year_audience")),
    )
    op.create_table(
        "once_token",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_once_token")),
    )
    with op.batch_alter_table("once_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_once_token_created_at"), ["created_at"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("search_text", sa.String(length=600), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("siret", name=op.f("uq_organisation_siret")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_region"), ["region"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("abandoned_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_delivered_at_not_before", ["delivered_at", "not_before"], unique=False)

    op.create_table(
        "service_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level")),
        sa.UniqueConstraint("code", name=op.f("uq_service_level_code")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_name_key_at", ["name_key", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_network_at", ["network", "at"], unique=False)

    op.create_table(
        "status_component",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_component")),
        sa.UniqueConstraint("name", name=op.f("uq_status_component_name")),
    )
    op.create_table(
        "status_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("health", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("urgent_reason", sa.String(length=300), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("expected_minutes", sa.Integer(), nullable=True),
        sa.Column("expected_end_at", UtcDateTime(), nullable=True),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("expected_minutes IS NULL OR expected_minutes > 0", name=op.f("ck_status_notice_duration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_notice")),
    )
    with op.batch_alter_table("status_notice", schema=None) as batch_op:
        batch_op.create_index("ix_status_notice_ended_at", ["ended_at"], unique=False)
        batch_op.create_index("ix_status_notice_over_starts_at", ["over", "starts_at"], unique=False)

    op.create_table(
        "ticket_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_ticket_counter")),
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("network_address", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_account_session_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("network_address", sa.String(length=45), nullable=True),
        sa.Column("detail", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_event_account_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_event_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_account_id_at", ["account_id", "at"], unique=False)
        batch_op.create_index("ix_audit_event_action_at", ["action", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_subject"), ["subject"], unique=False)

    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("hosting", sa.String(32), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.String(length=400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_ends_after_start")),
        sa.ForeignKeyConstraint(["manager_id"], ["account.id"], name=op.f("fk_contract_manager_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_contract_organisation_id_id")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "declaration_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("search_text", sa.String(length=600), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_declaration_return_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_declaration_return_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_return")),
        sa.UniqueConstraint("campaign_id", "organisation_id", name=op.f("uq_declaration_return_campaign_id_organisation_id")),
        sa.UniqueConstraint("number", name=op.f("uq_declaration_return_number")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_declaration_return_organisation_id_id")),
    )
    with op.batch_alter_table("declaration_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_return_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_declaration_return_region"), ["region"], unique=False)
        batch_op.create_index("ix_declaration_return_state_number", ["state", "number"], unique=False)

    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=7), nullable=False),
        sa.Column("activity", sa.String(length=20), nullable=False),
        sa.Column("online", sa.String(32), nullable=False),
        sa.Column("draft", sa.String(32), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("next_line", sa.Integer(), nullable=False),
        sa.Column("undo_floor", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(length=600), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_dossier_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_dossier_requested_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("number", name=op.f("uq_dossier_number")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dossier_organisation_id_id")),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_activity"), ["activity"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_effective_at"), ["effective_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "kept_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(body) <= 2000000", name=op.f("ck_kept_request_size")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_request_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_request")),
    )
    with op.batch_alter_table("kept_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_request_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_request_created_at"), ["created_at"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("account_id", "organisation_id", "role", name=op.f("uq_membership_account_id_organisation_id_role")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_organisation_id_role", ["organisation_id", "role"], unique=False)

    op.create_table(
        "service_level_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_level_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("response_days", sa.Integer(), nullable=False),
        sa.Column("response_minutes", sa.Integer(), nullable=False),
        sa.Column("restoration_days", sa.Integer(), nullable=False),
        sa.Column("restoration_minutes", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("hours_code", sa.String(length=80), nullable=False),
        sa.Column("warning_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(response_days > 0 AND response_minutes = 0) OR (response_days = 0 AND response_minutes > 0)",
            name=op.f("ck_service_level_version_response"),
        ),
        sa.CheckConstraint(
            "(restoration_days > 0 AND restoration_minutes = 0) OR (restoration_days = 0 AND restoration_minutes > 0)",
            name=op.f("ck_service_level_version_restoration"),
        ),
        sa.ForeignKeyConstraint(
            ["service_level_id"], ["service_level.id"], name=op.f("fk_service_level_version_service_level_id_service_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level_version")),
        sa.UniqueConstraint("service_level_id", "in_force_from", name=op.f("uq_service_level_version_service_level_id_in_force_from")),
        sa.UniqueConstraint("service_level_id", "number", name=op.f("uq_service_level_version_service_level_id_number")),
    )
    op.create_table(
        "single_use_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("new_email", sa.String(length=320), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('activation', 'password', 'email')", name=op.f("ck_single_use_link_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_single_use_link_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_single_use_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_single_use_link_token_hash")),
    )
    with op.batch_alter_table("single_use_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_single_use_link_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_single_use_link_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("territory", sa.String(32), nullable=False),
        sa.Column("good_friday", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_site_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_site_organisation_id_name")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "status_notice_component",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("component_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["component_id"], ["status_component.id"], name=op.f("fk_status_notice_component_component_id_status_component")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["status_notice.id"], name=op.f("fk_status_notice_component_notice_id_status_notice")),
        sa.PrimaryKeyConstraint("notice_id", "component_id", name=op.f("pk_status_notice_component")),
    )
    with op.batch_alter_table("status_notice_component", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_notice_component_component_id"), ["component_id"], unique=False)

    op.create_table(
        "status_notice_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_status_notice_update_account_id_account")),
        sa.ForeignKeyConstraint(["notice_id"], ["status_notice.id"], name=op.f("fk_status_notice_update_notice_id_status_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_notice_update")),
    )
    with op.batch_alter_table("status_notice_update", schema=None) as batch_op:
        batch_op.create_index("ix_status_notice_update_notice_id_id", ["notice_id", "id"], unique=False)

    op.create_table(
        "terms_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.Column("network_address", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_terms_acceptance_account_id_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_terms_acceptance_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_acceptance")),
        sa.UniqueConstraint("account_id", "sha256", name=op.f("uq_terms_acceptance_account_id_sha256")),
    )
    op.create_table(
        "contract_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("service_level_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contract_id"],
            ["contract.organisation_id", "contract.id"],
            name=op.f("fk_contract_level_organisation_id_contract_id_contract"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contract_level_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["service_level_id"], ["service_level.id"], name=op.f("fk_contract_level_service_level_id_service_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_level")),
        sa.UniqueConstraint("contract_id", "from_on", name=op.f("uq_contract_level_contract_id_from_on")),
    )
    with op.batch_alter_table("contract_level", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_level_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_level_service_level_id"), ["service_level_id"], unique=False)

    op.create_table(
        "declaration_cell",
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("table_code", sa.String(length=40), nullable=False),
        sa.Column("row_code", sa.String(length=40), nullable=False),
        sa.Column("column_code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("raw", sa.String(length=200), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("edited_by_name", sa.String(length=200), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"], name=op.f("fk_declaration_cell_edited_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f("fk_declaration_cell_organisation_id_return_id_declaration_return"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_declaration_cell_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("return_id", "table_code", "row_code", "column_code", name=op.f("pk_declaration_cell")),
    )
    with op.batch_alter_table("declaration_cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_cell_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "declaration_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f("fk_declaration_event_organisation_id_return_id_declaration_return"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_declaration_event_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_event")),
    )
    with op.batch_alter_table("declaration_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_event_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_declaration_event_return_id_at", ["return_id", "at"], unique=False)

    op.create_table(
        "declaration_submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=60), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("submitted_by_name", sa.String(length=200), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f("fk_declaration_submission_organisation_id_return_id_declaration_return"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_declaration_submission_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["account.id"], name=op.f("fk_declaration_submission_submitted_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_submission")),
        sa.UniqueConstraint("receipt", name=op.f("uq_declaration_submission_receipt")),
        sa.UniqueConstraint("return_id", "rank", name=op.f("uq_declaration_submission_return_id_rank")),
    )
    with op.batch_alter_table("declaration_submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_submission_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "general_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("flexibility", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("extended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_general_line_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_general_line_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_general_line")),
        sa.UniqueConstraint("dossier_id", "code", name=op.f("uq_general_line_dossier_id_code")),
    )
    with op.batch_alter_table("general_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_general_line_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_general_line_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "published_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("snapshot_head", JsonDict, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("notified_at", UtcDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_published_version_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_published_version_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_published_version_requested_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_version")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_published_version_dossier_id_number")),
    )
    with op.batch_alter_table("published_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_published_version_effective_at"), ["effective_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_published_version_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "scope_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("line_version", sa.Integer(), nullable=False),
        sa.Column("before", JsonDict, nullable=True),
        sa.Column("after", JsonDict, nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scope_change_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_scope_change_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_scope_change_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["undoes_id"], ["scope_change.id"], name=op.f("fk_scope_change_undoes_id_scope_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_change")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_scope_change_undoes_id")),
    )
    with op.batch_alter_table("scope_change", schema=None) as batch_op:
        batch_op.create_index("ix_scope_change_dossier_id_account_id", ["dossier_id", "account_id"], unique=False)
        batch_op.create_index("ix_scope_change_dossier_id_line_number", ["dossier_id", "line_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_scope_change_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("consequences", sa.Text(), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("level_version_id", sa.Integer(), nullable=True),
        sa.Column("in_house", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.String(length=120), nullable=False),
        sa.Column("response_days", sa.Integer(), nullable=False),
        sa.Column("response_seconds", sa.Integer(), nullable=False),
        sa.Column("restoration_days", sa.Integer(), nullable=False),
        sa.Column("restoration_seconds", sa.Integer(), nullable=False),
        sa.Column("restoration_elapsed", sa.Boolean(), nullable=False),
        sa.Column("notified_at", UtcDateTime(), nullable=False),
        sa.Column("first_response_due_at", UtcDateTime(), nullable=False),
        sa.Column("first_responded_at", UtcDateTime(), nullable=True),
        sa.Column("restoration_due_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("qualified_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("elapsed_seconds", sa.Integer(), nullable=True),
        sa.Column("business_seconds", sa.Integer(), nullable=True),
        sa.Column("paused_seconds", sa.Integer(), nullable=True),
        sa.Column("last_message_at", UtcDateTime(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = is_open", name=op.f("ck_ticket_open_until_closed")),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_ticket_assignee_id_account")),
        sa.ForeignKeyConstraint(
            ["level_version_id"], ["service_level_version.id"], name=op.f("fk_ticket_level_version_id_service_level_version")
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name=op.f("fk_ticket_opened_by_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contract_id"],
            ["contract.organisation_id", "contract.id"],
            name=op.f("fk_ticket_organisation_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_ticket_organisation_id_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_ticket_reference")),
        sa.UniqueConstraint("year", "counter", name=op.f("uq_ticket_year_counter")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_counts", ["is_open", "state", "assignee_id", "due_at"], unique=False)
        batch_op.create_index("ix_ticket_is_open_notified_at_id", ["is_open", "notified_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_organisation_id_is_open_due_at", ["organisation_id", "is_open", "due_at"], unique=False)
        batch_op.create_index("ix_ticket_organisation_id_notified_at", ["organisation_id", "notified_at"], unique=False)
        batch_op.create_index("ix_ticket_queue", ["is_open", "due_at", "id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("general_line_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("effect", sa.String(32), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["general_line_id"], ["general_line.id"], name=op.f("fk_decision_general_line_id_general_line")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_decision_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_decision_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_decision_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "draft_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("general_line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", JsonDict, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("duplicate_key", sa.String(length=32), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("published_digest", sa.String(length=32), nullable=True),
        sa.Column("published_rank", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["general_line_id"], ["general_line.id"], name=op.f("fk_draft_line_general_line_id_general_line")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_draft_line_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_draft_line_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_line")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_draft_line_dossier_id_number")),
    )
    with op.batch_alter_table("draft_line", schema=None) as batch_op:
        batch_op.create_index("ix_draft_line_dossier_id_duplicate_key", ["dossier_id", "duplicate_key"], unique=False)
        batch_op.create_index("ix_draft_line_dossier_id_general_line_id_rank", ["dossier_id", "general_line_id", "rank"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_line_general_line_id"), ["general_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_line_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "published_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("general_code", sa.String(length=10), nullable=False),
        sa.Column("cells", JsonDict, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_published_line_organisation_id_organisation")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["published_version.id"], name=op.f("fk_published_line_version_id_published_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_line")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_published_line_version_id_position")),
    )
    with op.batch_alter_table("published_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_published_line_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ticket_clock_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_clock_event_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_clock_event_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_clock_event_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clock_event")),
    )
    with op.batch_alter_table("ticket_clock_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_clock_event_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_clock_event_ticket_id_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "ticket_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("from_desk", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_ticket_message_author_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_message_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_message_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_message")),
    )
    with op.batch_alter_table("ticket_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_message_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_message_ticket_id_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "ticket_site",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "site_id"], ["site.organisation_id", "site.id"], name=op.f("fk_ticket_site_organisation_id_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ticket_id"],
            ["ticket.organisation_id", "ticket.id"],
            name=op.f("fk_ticket_site_organisation_id_ticket_id_ticket"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_site_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("ticket_id", "site_id", name=op.f("pk_ticket_site")),
    )
    with op.batch_alter_table("ticket_site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_site_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_ticket_site_site_id", ["site_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket_site", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_site_site_id")
        batch_op.drop_index(batch_op.f("ix_ticket_site_organisation_id"))

    op.drop_table("ticket_site")
    with op.batch_alter_table("ticket_message", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_message_ticket_id_id")
        batch_op.drop_index(batch_op.f("ix_ticket_message_organisation_id"))

    op.drop_table("ticket_message")
    with op.batch_alter_table("ticket_clock_event", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_clock_event_ticket_id_id")
        batch_op.drop_index(batch_op.f("ix_ticket_clock_event_organisation_id"))

    op.drop_table("ticket_clock_event")
    with op.batch_alter_table("published_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_line_organisation_id"))

    op.drop_table("published_line")
    with op.batch_alter_table("draft_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_line_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_draft_line_general_line_id"))
        batch_op.drop_index("ix_draft_line_dossier_id_general_line_id_rank")
        batch_op.drop_index("ix_draft_line_dossier_id_duplicate_key")

    op.drop_table("draft_line")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_decision_dossier_id"))

    op.drop_table("decision")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_queue")
        batch_op.drop_index("ix_ticket_organisation_id_notified_at")
        batch_op.drop_index("ix_ticket_organisation_id_is_open_due_at")
        batch_op.drop_index(batch_op.f("ix_ticket_organisation_id"))
        batch_op.drop_index("ix_ticket_is_open_notified_at_id")
        batch_op.drop_index("ix_ticket_counts")

    op.drop_table("ticket")
    with op.batch_alter_table("scope_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scope_change_organisation_id"))
        batch_op.drop_index("ix_scope_change_dossier_id_line_number")
        batch_op.drop_index("ix_scope_change_dossier_id_account_id")

    op.drop_table("scope_change")
    with op.batch_alter_table("published_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_version_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_published_version_effective_at"))

    op.drop_table("published_version")
    with op.batch_alter_table("general_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_general_line_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_general_line_dossier_id"))

    op.drop_table("general_line")
    with op.batch_alter_table("declaration_submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declaration_submission_organisation_id"))

    op.drop_table("declaration_submission")
    with op.batch_alter_table("declaration_event", schema=None) as batch_op:
        batch_op.drop_index("ix_declaration_event_return_id_at")
        batch_op.drop_index(batch_op.f("ix_declaration_event_organisation_id"))

    op.drop_table("declaration_event")
    with op.batch_alter_table("declaration_cell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declaration_cell_organisation_id"))

    op.drop_table("declaration_cell")
    with op.batch_alter_table("contract_level", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_level_service_level_id"))
        batch_op.drop_index(batch_op.f("ix_contract_level_organisation_id"))

    op.drop_table("contract_level")
    op.drop_table("terms_acceptance")
    with op.batch_alter_table("status_notice_update", schema=None) as batch_op:
        batch_op.drop_index("ix_status_notice_update_notice_id_id")

    op.drop_table("status_notice_update")
    with op.batch_alter_table("status_notice_component", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_status_notice_component_component_id"))

    op.drop_table("status_notice_component")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_organisation_id"))

    op.drop_table("site")
    with op.batch_alter_table("single_use_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_single_use_link_expires_at"))
        batch_op.drop_index(batch_op.f("ix_single_use_link_account_id"))

    op.drop_table("single_use_link")
    op.drop_table("service_level_version")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_organisation_id_role")

    op.drop_table("membership")
    with op.batch_alter_table("kept_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_request_created_at"))
        batch_op.drop_index(batch_op.f("ix_kept_request_account_id"))

    op.drop_table("kept_request")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_updated_at"))
        batch_op.drop_index(batch_op.f("ix_dossier_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_dossier_effective_at"))
        batch_op.drop_index(batch_op.f("ix_dossier_activity"))

    op.drop_table("dossier")
    with op.batch_alter_table("declaration_return", schema=None) as batch_op:
        batch_op.drop_index("ix_declaration_return_state_number")
        batch_op.drop_index(batch_op.f("ix_declaration_return_region"))
        batch_op.drop_index(batch_op.f("ix_declaration_return_organisation_id"))

    op.drop_table("declaration_return")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_organisation_id"))

    op.drop_table("contract")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_event_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))
        batch_op.drop_index("ix_audit_event_action_at")
        batch_op.drop_index("ix_audit_event_account_id_at")

    op.drop_table("audit_event")
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_session_account_id"))

    op.drop_table("account_session")
    op.drop_table("ticket_counter")
    with op.batch_alter_table("status_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_status_notice_over_starts_at")
        batch_op.drop_index("ix_status_notice_ended_at")

    op.drop_table("status_notice")
    op.drop_table("status_component")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_network_at")
        batch_op.drop_index("ix_sign_in_attempt_name_key_at")
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("service_level")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_delivered_at_not_before")

    op.drop_table("outbox_message")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_region"))
        batch_op.drop_index(batch_op.f("ix_organisation_kind"))

    op.drop_table("organisation")
    with op.batch_alter_table("once_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_once_token_created_at"))

    op.drop_table("once_token")
    op.drop_table("campaign")
    op.drop_table("account")
