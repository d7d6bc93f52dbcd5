"""Tokens of creation forms already carried out, so that a double click makes one row."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class OnceToken(Base):
    """One creation that has been carried out, and the page it led to."""

    __tablename__ = "once_token"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str] = mapped_column(String(500))
