"""the draft's steps, rights on files, sites, named drafts, presence, imports, annexes.

What was one change of one line becomes a step of one line, under the same number, so that what was undone stays undone. Whoever
edits scopes for a body is responsible for each file that it has.
"""

import sqlalchemy as sa
from alembic import op

from webapp.db import JsonDict, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWNED = ("dossier_access", "dossier_site", "named_draft", "scope_import", "scope_presence", "scope_step", "version_annex")
ALLOWED = """CASE WHEN current_setting('guichet.tenant', true) = 'all' THEN true
ELSE organisation_id = nullif(nullif(current_setting('guichet.tenant', true), 'all'), '')::integer END"""
#: What went from each change to its step.
MOVED = ("at", "kind", "actor_name", "undoes_id", "account_id")


def upgrade() -> None:
    op.create_table(
        "dossier_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("access", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dossier_access_account_id_account")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_dossier_access_granted_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_dossier_access_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_dossier_access_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_access")),
    )
    with op.batch_alter_table("dossier_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_access_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_access_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossier_access_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "dossier_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_dossier_site_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_dossier_site_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_site")),
        sa.UniqueConstraint("dossier_id", "name", name=op.f("uq_dossier_site_dossier_id_name")),
    )
    with op.batch_alter_table("dossier_site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_site_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "named_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_named_draft_created_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_named_draft_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_named_draft_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_draft")),
        sa.UniqueConstraint("dossier_id", "name", name=op.f("uq_named_draft_dossier_id_name")),
    )
    with op.batch_alter_table("named_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_named_draft_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "scope_presence",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scope_presence_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_scope_presence_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_scope_presence_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("dossier_id", "account_id", name=op.f("pk_scope_presence")),
    )
    with op.batch_alter_table("scope_presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scope_presence_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "scope_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scope_step_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_scope_step_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_scope_step_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["undoes_id"], ["scope_step.id"], name=op.f("fk_scope_step_undoes_id_scope_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_step")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_scope_step_undoes_id")),
    )
    with op.batch_alter_table("scope_step", schema=None) as batch_op:
        batch_op.create_index("ix_scope_step_dossier_id_account_id", ["dossier_id", "account_id"], unique=False)
        batch_op.create_index("ix_scope_step_dossier_id_id", ["dossier_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scope_step_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "scope_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("payload", JsonDict, nullable=False),
        sa.Column("options", JsonDict, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scope_import_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "dossier_id"],
            ["dossier.organisation_id", "dossier.id"],
            name=op.f("fk_scope_import_organisation_id_dossier_id_dossier"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_scope_import_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["step_id"], ["scope_step.id"], name=op.f("fk_scope_import_step_id_scope_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_import")),
    )
    with op.batch_alter_table("scope_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scope_import_created_at"), ["created_at"], unique=False)
        batch_op.create_index("ix_scope_import_dossier_id_account_id", ["dossier_id", "account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scope_import_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "version_annex",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_version_annex_organisation_id_organisation")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["published_version.id"], name=op.f("fk_version_annex_version_id_published_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_annex")),
    )
    with op.batch_alter_table("version_annex", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_annex_organisation_id"), ["organisation_id"], unique=False)

    with op.batch_alter_table("general_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("methods", JsonDict, nullable=False, server_default="[]"))
    with op.batch_alter_table("published_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=120), nullable=False, server_default=""))
    with op.batch_alter_table("scope_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("step_id", sa.Integer(), nullable=True))
    _carry_over()
    with op.batch_alter_table("scope_change", schema=None) as batch_op:
        batch_op.drop_index("ix_scope_change_dossier_id_account_id")
        batch_op.drop_constraint("uq_scope_change_undoes_id", type_="unique")
        batch_op.drop_constraint("fk_scope_change_undoes_id_scope_change", type_="foreignkey")
        batch_op.drop_constraint("fk_scope_change_account_id_account", type_="foreignkey")
        batch_op.alter_column("step_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key("fk_scope_change_step_id_scope_step", "scope_step", ["step_id"], ["id"])
        batch_op.create_index("ix_scope_change_step_id", ["step_id"], unique=False)
        for name in MOVED:
            batch_op.drop_column(name)
    with op.batch_alter_table("general_line", schema=None) as batch_op:
        batch_op.alter_column("methods", existing_type=JsonDict, existing_nullable=False, server_default=None)
    with op.batch_alter_table("published_version", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(120), existing_nullable=False, server_default=None)
    if op.get_bind().dialect.name == "postgresql":
        for table in OWNED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({ALLOWED}) WITH CHECK ({ALLOWED})")


def _carry_over() -> None:
    """Give each change a step of its own, and each file the persons who have edited it until now."""
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(sa.text("SELECT set_config('guichet.tenant', 'all', true)"))
    connection.execute(
        sa.text(
            "INSERT INTO scope_step (id, organisation_id, dossier_id, account_id, actor_name, at, kind, line_count, note, undoes_id)"
            " SELECT id, organisation_id, dossier_id, account_id, actor_name, at, kind, 1, '', undoes_id FROM scope_change ORDER BY id"
        )
    )
    connection.execute(sa.text("UPDATE scope_change SET step_id = id"))
    connection.execute(
        sa.text(
            "INSERT INTO dossier_access (organisation_id, dossier_id, account_id, access, since, reason, granted_at)"
            " SELECT dossier.organisation_id, dossier.id, membership.account_id, 'responsible', dossier.created_at, '', dossier.created_at"
            " FROM dossier JOIN membership ON membership.organisation_id = dossier.organisation_id AND membership.role = 'scope_editor'"
            " ORDER BY dossier.id, membership.id"
        )
    )
    if postgresql:
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('scope_step', 'id'), greatest(max(id), 1)) FROM scope_step"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('guichet.tenant', 'all', true)")
    with op.batch_alter_table("scope_change", schema=None) as batch_op:
        batch_op.drop_constraint("fk_scope_change_step_id_scope_step", type_="foreignkey")
        batch_op.drop_index("ix_scope_change_step_id")
        batch_op.drop_column("step_id")
        batch_op.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("undoes_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("actor_name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default="edit"))
        batch_op.add_column(sa.Column("at", UtcDateTime(), nullable=False, server_default="2026-01-01 00:00:00"))
        batch_op.create_foreign_key("fk_scope_change_account_id_account", "account", ["account_id"], ["id"])
        batch_op.create_foreign_key("fk_scope_change_undoes_id_scope_change", "scope_change", ["undoes_id"], ["id"])
        batch_op.create_unique_constraint("uq_scope_change_undoes_id", ["undoes_id"])
        batch_op.create_index("ix_scope_change_dossier_id_account_id", ["dossier_id", "account_id"], unique=False)
    with op.batch_alter_table("published_version", schema=None) as batch_op:
        batch_op.drop_column("name")
    with op.batch_alter_table("general_line", schema=None) as batch_op:
        batch_op.drop_column("methods")
    for table in ("version_annex", "scope_import", "scope_step", "scope_presence", "named_draft", "dossier_site", "dossier_access"):
        op.drop_table(table)
