"""Files that the database knows of. What hangs on them (a ticket, a report) names them by their key."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class StoredFile(Base):
    """One file of the store that is in use: whatever is on disk without such a row belongs to nobody and is swept away."""

    __tablename__ = "stored_file"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
