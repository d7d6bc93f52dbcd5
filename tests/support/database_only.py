"""A pytest plugin that keeps only the tests that touch the application's database: what the second database run is for."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that use no database fixture, and browser tests (their server runs on SQLite)."""
    kept, left_out = [], []
    for item in items:
        uses = (
            "database_source" in getattr(item, "fixturenames", ())
            or item.get_closest_marker("both_databases")
            or item.get_closest_marker("postgresql")
        )
        (kept if uses and not item.get_closest_marker("browser") else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept
