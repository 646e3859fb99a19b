"""Any lab, driven by keyboard through every stop of every slider and every button.

    from drive import Driver                     # inside a fixture: it needs playwright

    driver = Driver(page.output_below("labs.slopes()"))
    driver.tour()                                # all there is, one control after the other
    driver.slide("distance from zero")           # or one slider: [Seen, ...], lowest stop first
    driver.press("functions")                    # or one row of buttons: [Seen, ...]

After each step sentence and picture must be new; a control that may leave one of them as it is, is
named with "picture" or "sentence", what must change all the same. A picture that could not be
drawn, which a lab admits in its sentence, fails. Controls are called by their descriptions.
"""

from typing import NamedTuple

POLLS, POLL = 400, 50  # how often to look, milliseconds apart: a lab may have to train networks
SLIDER, BUTTONS = ".widget-slider", ".widget-toggle-buttons"
ALL = ("sentence", "picture")
LOWEST, HIGHEST = -1000, 0  # per cent by which noUiSlider moves a handle's box at either end

# Runs in the page: one look at everything takes one trip.
LOOK = """async (cell) => {
    const image = cell.querySelector('img.widget-image');
    const bytes = await (await fetch(image.src)).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const hex = Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
    return [cell.querySelector('[role=status]').innerText, hex];
}"""


class Seen(NamedTuple):
    """What showed at one stop of a control; `value` is a slider's number, or a button's text."""

    value: object
    sentence: str
    picture: str


class Driver:
    """A lab among the outputs of one cell, and its controls by name."""

    def __init__(self, output):
        self.output, self.page = output, output.page

    def look(self):
        """What the lab says and a hash of what it shows, now."""
        return tuple(self.output.evaluate(LOOK))

    def names(self, kind):
        """Names of the controls of a kind, SLIDER or BUTTONS."""
        return self.output.locator(f"{kind} > .widget-label").all_inner_texts()

    def tour(self, new=None):
        """Visit all stops of all controls, each of which goes back: {name: [Seen, ...]}.

        Args:
            new: for some of the controls, "sentence" or "picture": this alone must change.
        """
        new = new or {}
        sliders, rows = self.names(SLIDER), self.names(BUTTONS)
        assert sliders or rows, "no controls to be found"
        assert set(new) <= {*sliders, *rows}, f"the controls are {sliders + rows}, not {set(new)}"
        visits = {name: self.slide(name, new.get(name)) for name in sliders}
        return visits | {name: self.press(name, new.get(name)) for name in rows}

    def slide(self, name, new=None):
        """Visit every stop of a slider, from the lowest, and go back: [Seen, ...]."""
        handle = self._row(SLIDER, name).locator(".noUi-handle").first

        def stands():  # not aria-valuenow, which is rounded to one decimal
            return float(handle.get_attribute("aria-valuetext"))

        def at(end):
            moved = handle.locator("..").get_attribute("style")
            return f"translate({end}%" in moved

        def step(key):
            handle.focus()
            return self._step(key, stands, f"{name}, {key}", new)

        start = Seen(stands(), *self.look())
        seen = [start if at(LOWEST) else step("Home")]
        assert at(LOWEST) and not at(HIGHEST), f"{name} has one stop only, or no way to its first"
        while not at(HIGHEST):
            seen.append(step("ArrowRight"))
        values = [one.value for one in seen]
        assert values == sorted(set(values)), f"{name} stopped at {values}"
        assert start.value in values, f"{name} stood at {start.value:g}, between its stops"
        last = seen[-1]
        while last.value > start.value:
            last = step("ArrowLeft")
        assert last.sentence == start.sentence, f"{name} back at {start.value:g}: {last.sentence}"
        return seen

    def press(self, name, new=None):
        """Press every button of a row, last the one that was down before: [Seen, ...]."""
        buttons = self._row(BUTTONS, name).locator("button").all()
        active = ["mod-active" in button.get_attribute("class") for button in buttons]
        assert sum(active) == 1, f"{name}: {sum(active)} buttons are down"
        first = active.index(True) + 1
        start, seen = self.look()[0], []
        for button in [*buttons[first:], *buttons[:first]]:
            def is_down(button=button):
                return "mod-active" in button.get_attribute("class")

            told = button.inner_text()
            button.focus()
            step = self._step("Space", is_down, f"{name}, button '{told}'", new)
            seen.append(step._replace(value=told))
        assert seen[-1].sentence == start, f"{name} back at '{seen[-1].value}': {seen[-1].sentence}"
        return seen

    def _row(self, kind, name):
        row = self.output.locator(kind, has=self.page.locator(f'.widget-label:text-is("{name}")'))
        assert row.count() == 1, f"{row.count()} controls '{name}'; there are {self.names(kind)}"
        return row

    def _step(self, key, state, told, new):
        """Press a key, and return what shows when all that must be new is, and nothing moves."""
        before = last = Seen(state(), *self.look())
        self.page.keyboard.press(key)
        wanted = ("value", *((new,) if new else ALL))
        for _ in range(POLLS):
            self.page.wait_for_timeout(POLL)
            now = Seen(state(), *self.look())
            same = [part for part in wanted if getattr(now, part) == getattr(before, part)]
            # Picture and sentence come one after the other: twice alike means both are there.
            if now == last and not same:
                assert not now.sentence.startswith("No picture"), f"{told}: {now.sentence}"
                return now
            last = now
        raise AssertionError(f"{told}: {' and '.join(same)} did not change; {now}")
