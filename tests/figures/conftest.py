"""What figures display, caught before it reaches a page."""

import pytest

from course_lib.figures import picture


class Shown(list):
    """The bundles displayed, as (data, metadata); a figure is two: its picture, then its words."""

    def words(self, figure=0):
        """The text of a figure, counted from 0."""
        return self[2 * figure][0]["text/plain"]


@pytest.fixture
def shown(monkeypatch):
    """Everything published during the test."""
    seen = Shown()
    monkeypatch.setattr(picture, "publish", lambda data, more=None: seen.append((data, more)))
    return seen
