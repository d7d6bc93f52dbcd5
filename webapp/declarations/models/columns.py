"""What several tables of the declarations counter have alike."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum, ForeignKeyConstraint


def codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda members: [m.value for m in members])


def of_return() -> ForeignKeyConstraint:
    """A row belongs to the same organisation as its return: the database says so."""
    return ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"])
