"""What a service may refuse, independent of the web: the seam turns each into its page (404, 403, 409, 422)."""

from collections.abc import Mapping
from typing import Any


class GuichetError(Exception):
    """Base of the refusals that a user sees."""


class NotFound(GuichetError):
    """No such object, or none that this actor may know of."""


class Forbidden(GuichetError):
    """The object may be seen, but not this act."""


class Conflict(GuichetError):
    """Somebody else changed the object first; ``facts`` carries what both sides hold."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Invalid(GuichetError):
    """Values that cannot be accepted: ``errors`` maps a field name to a message in French that says what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)
