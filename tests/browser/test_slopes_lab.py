"""The lab of chapter 02 in a real browser, by keyboard alone."""

import pytest


@pytest.fixture(scope="module")
def lab(page):
    from notebook_page import LabOnPage

    page.open_notebook("02_classic_functions.ipynb").run_all()
    assert page.errors() == []
    return LabOnPage(page.output_below("labs.slopes()"))


def test_every_stop_changes_picture_and_sentence(lab):
    low, high = (float(lab.handle.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
    lab.handle.focus()
    lab.page.keyboard.press("Home")
    lab.page.wait_for_function(
        "([handle, low]) => Number(handle.getAttribute('aria-valuenow')) === low",
        arg=[lab.handle.element_handle(), low])
    seen = []
    while lab.position() < high:
        seen.append(lab.press("ArrowRight"))
    positions, sentences, pictures = zip(*seen, strict=True)
    assert len(positions) >= 10 and list(positions) == sorted(positions)
    assert len(set(sentences)) == len(set(pictures)) == len(positions)


def test_goes_back_by_keyboard(lab):
    there, sentence, picture = lab.position(), lab.sentence(), lab.picture_hash()
    lab.press("ArrowLeft")
    assert lab.press("ArrowRight") == (there, sentence, picture)
