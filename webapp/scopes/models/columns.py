"""What several tables of the scopes counter have alike."""

from enum import StrEnum

from sqlalchemy import Enum, ForeignKeyConstraint


def codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value, in a plain string column."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


def of_dossier() -> ForeignKeyConstraint:
    """A row belongs to the same organisation as its file: the database says so."""
    return ForeignKeyConstraint(["organisation_id", "dossier_id"], ["dossier.organisation_id", "dossier.id"])
