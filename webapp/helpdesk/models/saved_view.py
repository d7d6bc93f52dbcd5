"""Views of the queue that agents keep: for themselves, for a team, or for the whole desk."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class SavedView(Base):
    """Filters of the queue under a name. ``filters`` is the query of its URL, sort included, as the queue writes it.

    Seen by its owner; by a team's members when ``team_id`` is set; by the whole desk when ``for_desk`` is.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("team_id IS NULL OR NOT for_desk", name="one_audience"),
        Index("ix_saved_view_owner_id_id", "owner_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    for_desk: Mapped[bool] = mapped_column(default=False)
    filters: Mapped[str] = mapped_column(String(2000))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy
