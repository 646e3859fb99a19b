"""A notebook in JupyterLab, driven as a person would: by menu, keyboard and what is to be seen."""

import hashlib
import re

from playwright.sync_api import Error, expect

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
WRONG = '[data-mime-type="application/vnd.jupyter.stderr"]'  # JupyterLab shows errors so too
SLOW, RUN = 60_000, 240_000  # milliseconds: a first page on a cold machine; a whole chapter

# Runs in the page. The outputs of the last run were marked before (see `run_all`), so what is
# unmarked is new. Done: nothing old, an idle kernel, and counts 1..n; or an error, after which
# JupyterLab runs no further cell.
DONE = """([panel, wrong]) => {
    const all = (selector) => [...document.querySelectorAll(`${panel} ${selector}`)];
    const counts = all('.jp-CodeCell')
        .filter(cell => cell.querySelector('.cm-line')?.innerText.trim())
        .map(cell => cell.querySelector('.jp-InputPrompt').innerText.trim());
    return all('[data-old]').length === 0
        && all('.jp-Notebook-ExecutionIndicator[data-status="idle"]').length === 1
        && (counts.every((text, index) => text === `[${index + 1}]:`)
            || (all(wrong).length > 0 && !counts.includes('[*]:')));
}"""


class NotebookPage:
    """One browser page on one server."""

    def __init__(self, page, address, token):
        self.page, self.address, self.token = page, address, token
        page.set_default_timeout(SLOW)

    def open_notebook(self, name):
        """Open a notebook and wait for its kernel; the first page of a fresh server may retry."""
        url = f"{self.address}/lab/tree/{name}?reset&token={self.token}"
        try:
            self._open(url)
        except (Error, AssertionError):  # once: a cold server can take longer than the limit
            self._open(url)
        return self

    def _open(self, url):
        self.page.goto(url)
        self.page.locator(f"{PANEL} .jp-Notebook .jp-Cell").first.wait_for()
        self.wait_idle()

    def wait_idle(self):
        """Wait until the kernel is there and has nothing to do."""
        idle = f'{PANEL} .jp-Notebook-ExecutionIndicator[data-status="idle"]'
        self.page.locator(idle).wait_for(state="attached")
        # The indicator is idle too while the kernel starts; the status bar knows better.
        self.page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()

    def run_all(self):
        """Choose Run > Restart Kernel and Run All Cells, confirm, and wait for the end."""
        self.page.evaluate(
            "panel => document.querySelectorAll(`${panel} .jp-OutputArea-child`)"
            ".forEach(output => output.setAttribute('data-old', ''))", PANEL)
        self.page.locator('.lm-MenuBar-itemLabel:text-is("Run")').click()
        entry = re.compile("^Restart Kernel and Run All Cells")
        self.page.locator(".lm-Menu-itemLabel", has_text=entry).click()
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.page.wait_for_function(DONE, arg=[PANEL, WRONG], timeout=RUN)

    def errors(self):
        """The text of every output that is an error or went to stderr."""
        return self.page.locator(f"{PANEL} {WRONG}").all_inner_texts()

    def outputs(self):
        """The text of every output, in the order of the page."""
        return self.page.locator(f"{PANEL} .jp-OutputArea-output").all_inner_texts()

    def output_below(self, source):
        """The outputs of the one code cell whose source contains `source`."""
        cell = self.page.locator(f"{PANEL} .jp-CodeCell", has_text=source)
        expect(cell).to_have_count(1)
        return cell.locator(".jp-Cell-outputArea")


class LabOnPage:
    """One lab of the course among the outputs of a notebook."""

    def __init__(self, output):
        self.page = output.page
        self.picture = output.locator("img.widget-image")
        self.status = output.locator("[role=status]")
        self.handle = output.locator(".widget-slider .noUi-handle").first

    def sentence(self):
        """What the lab says now."""
        return self.status.inner_text()

    def picture_hash(self):
        """A hash of the picture's bytes as the browser holds them."""
        read = "async image => [...new Uint8Array(await (await fetch(image.src)).arrayBuffer())]"
        return hashlib.sha256(bytes(self.picture.evaluate(read))).hexdigest()

    def position(self):
        """Where the slider says it stands."""
        return float(self.handle.get_attribute("aria-valuenow"))

    def press(self, key):
        """Press a key on the slider and return (position, sentence, picture) once all are new.

        Raises:
            AssertionError: naming what stayed as it was.
        """
        before = self.position(), self.sentence(), self.picture_hash()
        self.handle.focus()
        self.page.keyboard.press(key)
        names = ("the slider's position", "the sentence", "the picture")
        for _ in range(100):
            after = self.position(), self.sentence(), self.picture_hash()
            if all(new != old for new, old in zip(after, before, strict=True)):
                return after
            self.page.wait_for_timeout(50)
        same = [name for name, new, old in zip(names, after, before, strict=True) if new == old]
        raise AssertionError(f"{key} at {before[0]:g}: {' and '.join(same)} did not change")
