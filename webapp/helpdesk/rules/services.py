"""The types of service that a report may concern (FL-12.5b)."""

from enum import StrEnum


class ServiceType(StrEnum):
    """What does not work, as the person who reports it would say."""

    SIGN_IN = "sign_in"
    SCOPES = "scopes"
    REGISTER = "register"
    DECLARATIONS = "declarations"
    STATISTICS = "statistics"
    MAIL = "mail"
    IN_HOUSE = "in_house"
    OTHER = "other"
