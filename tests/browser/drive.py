"""Any lab, driven by keyboard through every stop of every slider and every button.

    from drive import Driver                     # inside a fixture: it needs playwright

    driver = Driver(page.output_below("labs.slopes()"))
    driver.tour()                                # all there is, one control after the other
    driver.slide("distance from zero")           # or one slider: [Seen, ...], lowest stop first
    driver.press("functions")                    # or one row of buttons: [Seen, ...]

After each step a new picture must appear, and a new sentence unless it is told that this control
may leave the words as they are. A picture that could not be drawn, which a lab admits in its
sentence, fails. A slider or a row of buttons is called by its description.
"""

from typing import NamedTuple

from notebook_page import LabOnPage

PATIENCE = 20_000  # milliseconds for one step: a lab may have to train networks for it
POLL = 25


class Seen(NamedTuple):
    """What showed at one stop of a control; `value` is a button's text, or a slider's number."""

    value: object
    sentence: str
    picture: str


class Driver:
    """A lab among the outputs of one cell, and its controls by name."""

    def __init__(self, output):
        self.output, self.page = output, output.page
        self.lab = LabOnPage(output)

    def names(self, kind):
        """Names of the controls of a kind, ".widget-slider" or ".widget-toggle-buttons"."""
        return self.output.locator(f"{kind} > .widget-label").all_inner_texts()

    def tour(self, same_words=()):
        """Visit all stops of all controls, returning each to where it stood: {name: [Seen, ...]}.

        Args:
            same_words: names of controls that may leave the sentence as it is.
        """
        sliders, rows = self.names(".widget-slider"), self.names(".widget-toggle-buttons")
        assert sliders or rows, "no controls to be found"
        unknown = set(same_words) - {*sliders, *rows}
        assert not unknown, f"no control {unknown} among {sliders + rows}"
        visits = {name: self.slide(name, name not in same_words) for name in sliders}
        return visits | {name: self.press(name, name not in same_words) for name in rows}

    def slide(self, name, new_words=True):
        """Visit every stop of a slider, from the lowest, and go back: [Seen, ...]."""
        handle = self._row(".widget-slider", name).locator(".noUi-handle").first
        low, high = (float(handle.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
        assert low < high, f"{name} has one stop only"

        def stands():
            return float(handle.get_attribute("aria-valuenow"))

        def step(key):
            handle.focus()
            return self._step(lambda: self.page.keyboard.press(key), stands, f"{name}, {key}",
                              new_words)

        start = Seen(stands(), self.lab.sentence(), self.lab.picture_hash())
        seen = [start if start.value == low else step("Home")]
        while seen[-1].value < high:
            seen.append(step("ArrowRight"))
        values = [one.value for one in seen]
        assert values[0] == low and values == sorted(set(values)), f"{name} stopped at {values}"
        assert start.value in values, f"{name} stood at {start.value:g}, between its stops"
        last = seen[-1]
        while last.value > start.value:
            last = step("ArrowLeft")
        assert last.sentence == start.sentence, f"{name} back at {start.value:g}: {last.sentence}"
        return seen

    def press(self, name, new_words=True):
        """Press every button of a row, by Space, last the one that was down before: [Seen, ...]."""
        buttons = self._row(".widget-toggle-buttons", name).locator("button").all()
        active = ["mod-active" in button.get_attribute("class") for button in buttons]
        assert sum(active) == 1, f"{name}: {sum(active)} buttons are down"
        start, seen = self.lab.sentence(), []
        for button in [*buttons[active.index(True) + 1:], *buttons[:active.index(True) + 1]]:
            def space(button=button):
                button.focus()
                self.page.keyboard.press("Space")

            def is_down(button=button):
                return "mod-active" in button.get_attribute("class")

            told = button.inner_text()
            step = self._step(space, is_down, f"{name}, button '{told}'", new_words)
            seen.append(step._replace(value=told))
        assert seen[-1].sentence == start, f"{name} back at '{seen[-1].value}': {seen[-1].sentence}"
        return seen

    def _row(self, kind, name):
        label = self.page.locator(f'.widget-label:text-is("{name}")')
        row = self.output.locator(kind, has=label)
        assert row.count() == 1, f"{row.count()} controls '{name}'; there are {self.names(kind)}"
        return row

    def _step(self, act, state, told, new_words):
        """Act once, and return what shows when all that must be new is, and nothing moves more."""
        def look():
            return Seen(state(), self.lab.sentence(), self.lab.picture_hash())

        before = look()
        act()
        last = before
        for _ in range(PATIENCE // POLL):
            self.page.wait_for_timeout(POLL)
            now = look()
            new = [one != other for one, other in zip(now, before, strict=True)]
            # Picture and sentence come one after the other: twice alike means both are there.
            if now == last and new[0] and new[2] and (new[1] or not new_words):
                assert not now.sentence.startswith("No picture"), f"{told}: {now.sentence}"
                return now
            last = now
        names = ("the control", "the sentence", "the picture")
        same = [name for name, changed in zip(names, new, strict=True) if not changed]
        raise AssertionError(f"{told}: {' and '.join(same)} did not change; {now}")
