"""Chapter 00 in a real browser: it opens, runs to its end and says Ready."""

import pytest


@pytest.fixture(scope="module")
def first(page):
    page.open_notebook("00_start_here.ipynb").run_all()
    return page


def test_runs_to_the_end_without_error(first):
    assert first.errors() == []


def test_check_says_ready(first):
    assert first.output_below("start.check()").inner_text().startswith("Ready")


def test_needs_nothing_from_outside(first):
    assert first.outside == []
