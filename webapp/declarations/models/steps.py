"""What people did to the figures of a return, step by step, and what colleagues note beside a cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.columns import codes, of_return
from webapp.declarations.rules.steps import StepKind


class EntryStep(OrganisationOwned, Base):
    """One act on the figures of a return, of one cell or of a whole table: what undo and redo take. Added and never altered.

    ``undoes_id`` names the step that this one takes back (the undo of an undo is a redo): a step is taken back once at most.
    ``table_code`` is where its first cell stands, ``cell_count`` how many cells it changed.
    """

    __tablename__ = "declaration_step"
    __table_args__ = (of_return(), Index("ix_declaration_step_return_id_account_id", "return_id", "account_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    kind: Mapped[StepKind] = mapped_column(codes(StepKind))
    table_code: Mapped[str] = mapped_column(String(40))
    cell_count: Mapped[int]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("declaration_step.id"), unique=True)


class EntryChange(OrganisationOwned, Base):
    """What one step did to one cell: its entry before and after, as ``{kind, raw, value}``. Added and never altered."""

    __tablename__ = "declaration_change"
    __table_args__ = (of_return(), Index("ix_declaration_change_cell", "return_id", "table_code", "row_code", "column_code"))

    step_id: Mapped[int] = mapped_column(ForeignKey("declaration_step.id"), primary_key=True)
    table_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    column_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    return_id: Mapped[int]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class CellComment(OrganisationOwned, Base):
    """What a declarant notes beside a cell for its colleagues; agents do not read it. One that is taken away stays, unseen."""

    __tablename__ = "declaration_comment"
    __table_args__ = (of_return(), Index("ix_declaration_comment_cell", "return_id", "table_code", "row_code", "column_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    table_code: Mapped[str] = mapped_column(String(40))
    row_code: Mapped[str] = mapped_column(String(40))
    column_code: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
