"""The cost lab of chapter 02 in a real browser: nothing is measured until the button is pressed."""


def test_the_button_measures_by_keyboard(page):
    page.open_notebook("02_classic_functions.ipynb").run_all()
    assert page.errors() == []
    output = page.output_below("labs.cost()")
    status, button = output.locator("[role=status]"), output.locator("button")
    assert "Times depend on the processor" in status.inner_text()
    button.focus()
    page.page.keyboard.press("Space")
    output.locator("[role=status]", has_text="times as long as ReLU per number").wait_for()
    assert "layers of 1024 units" in status.inner_text()
