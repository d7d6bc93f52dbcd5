"""Forms: clean text in, messages in French, and creation that a double click cannot repeat."""

import re
import secrets
import unicodedata
from datetime import date
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from wtforms import DateField, DateTimeLocalField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.clock import Clock
from webapp.web.once import OnceToken

#: Control characters that no text field may carry (tab, line feed and carriage return are allowed in long texts).
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)} | {127: None}


#: Names of fields that hold a password, besides those that say so in their name.
_SECRET_NAMES = frozenset({"current", "repeated"})


def is_secret(name: str) -> bool:
    """Tell whether a form's field of this name holds a secret: never stored as typed, never written in a page."""
    return name in _SECRET_NAMES or "password" in name or "token" in name


_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def clean_text(value: str | None) -> str | None:
    """Return typed text in NFC, without control characters and outer white space."""
    if value is None:
        return None
    return unicodedata.normalize("NFC", value.translate(_CONTROL)).strip()


def clean_line(value: str | None) -> str | None:
    """Return typed text as ``clean_text`` does, on one line: a name goes into subjects, headings and the trail."""
    text = clean_text(value)
    return text if text is None else _BREAKS.sub(" ", text)


class BaseForm(FlaskForm):
    """A form whose text fields are cleaned and whose messages are in the user's language."""

    class Meta(FlaskForm.Meta):
        """Cleaning applies to every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the cleaning filter to text fields."""
            if issubclass(unbound_field.field_class, (StringField, TextAreaField)) and not unbound_field.kwargs.get("raw"):
                one_line = unbound_field.field_class is StringField
                options.setdefault("filters", [*unbound_field.kwargs.get("filters", ()), clean_line if one_line else clean_text])
                unbound_field.kwargs.pop("filters", None)
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            """Use WTForms' own messages in the page's language."""
            from webapp.web.i18n import language

            self.locales = [language()]
            return super(FlaskForm.Meta, self).get_translations(form)

    def refuse(self, errors: dict[str, str]) -> None:
        """Put the messages of a service's ``Invalid`` beside their fields; those of no field go above the form."""
        for name, message in errors.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, message]
            else:
                self.form_errors.append(message)


def required(message: str | None = None) -> DataRequired:
    """Ask for a value, saying so in words that fit the field."""
    return DataRequired(message or lazy_gettext("Renseignez ce champ."))


def at_most(length: int) -> Length:
    """Bound the length of a text."""
    return Length(max=length, message=lazy_gettext("Raccourcissez ce texte : %(max)d caractères au plus."))


class ChoiceField(SelectField):
    """A choice list with a message that helps when the value is unknown."""

    def pre_validate(self, form: Any) -> None:
        """Refuse values that are not in the list."""
        try:
            super().pre_validate(form)
        except ValueError as error:
            raise ValidationError(_("Choisissez une valeur de la liste.")) from error


def whole(raw: str) -> int | None:
    """Return the number that a hidden field or an address carries, or None when it is not one that a row can have."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


#: Days that mean something here; beyond them computing with calendars and time zones has no sense.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _refuse_far_day(day: date | None) -> None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Donnez une date entre %(first)d et %(last)d.", first=FIRST_YEAR, last=LAST_YEAR))


class DayField(DateField):
    """A day of this century."""

    def pre_validate(self, form: Any) -> None:
        """Refuse days that can only be slips of the keyboard."""
        super().pre_validate(form)
        _refuse_far_day(self.data)


class WallTimeField(DateTimeLocalField):
    """A date and time of this century, as a clock on the wall tells it (no time zone)."""

    def pre_validate(self, form: Any) -> None:
        """Refuse times that can only be slips of the keyboard."""
        super().pre_validate(form)
        _refuse_far_day(self.data)


def new_token() -> str:
    """Return a token for one creation form; the form shown again after a refusal keeps its token."""
    return request.form.get("once") or secrets.token_urlsafe(16)


def already_done(session: Session, clock: Clock, account_id: int | None) -> str | None:
    """Claim the form's token in this transaction; return where its first sending led when it was already used.

    The second of two simultaneous requests waits for the first (on both databases) and is led to the same place.
    A form without a token (scripts, old pages) is never taken for a repetition.
    """
    token = request.form.get("once", "")
    if not token or len(token) > 64:
        return None
    key = f"{account_id or 0}:{request.endpoint}:{token}"
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(OnceToken).values(key=key, created_at=clock.now(), location="").on_conflict_do_nothing().returning(OnceToken.key)
    if session.scalar(statement) is not None:  # the count of rows would not tell on PostgreSQL
        g.once_key = key
        return None
    return session.scalar(select(OnceToken.location).where(OnceToken.key == key)) or "/"


def remember_done(session: Session, location: str) -> str:
    """Note where the claimed creation led, for its repetitions; return ``location``."""
    key = g.pop("once_key", None)
    if key is not None:
        session.execute(update(OnceToken).where(OnceToken.key == key).values(location=location))
    return location
