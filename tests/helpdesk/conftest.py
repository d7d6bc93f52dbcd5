"""The help desk's tests may start from the contracts' small world."""

from tests.contracts.conftest import signed

__all__ = ["signed"]
