"""Lab: press a button, and see what an activation function costs on this machine."""

from html import escape

import ipywidgets as widgets
import numpy as np

from course_lib.figures.picture import publish
from course_lib.trials.chapter_02 import speed

WIDTHS = (32, 256, 1024)
ASK = ("What does it cost here? Times depend on the processor, so none are stored: with a kernel, "
       "a button measures them on your machine (about two seconds).")


def measure(widths=WIDTHS, rounds=7):
    """Time with sigmoid over time with ReLU: {"one number": ratio, width: ratio, ...}, medians."""
    found = {"one number": np.median(speed.element_ratios(rounds))}
    return found | {width: np.median(speed.step_ratios(width, rounds)) for width in widths}


def sentence(found):
    """What was measured, in words."""
    steps = [f"{_told(ratio)} with layers of {width} units"
             for width, ratio in found.items() if width != "one number"]
    return (f"On this machine sigmoid takes {found['one number']:.1f} times as long as ReLU per "
            f"number. A training step with sigmoid takes {', '.join(steps)}.")


class Cost:
    """A button and a sentence; nothing is measured before the button is pressed."""

    ask = ASK  # what stands there until then

    def __init__(self, widths=WIDTHS, rounds=7):
        self.widths, self.rounds = widths, rounds
        self.button = widgets.Button(description="Measure on this machine", icon="clock-o",
                                     layout={"width": "18em"})
        self.status = widgets.HTML(_status(self.ask))
        self.button.on_click(self._measure)

    def measured(self):
        """Measure, and say in words what was found."""
        return sentence(measure(self.widths, self.rounds))

    def _measure(self, _=None):
        self.button.disabled = True
        self.status.value = _status("Measuring ...")
        try:
            self.status.value = _status(self.measured())
        except Exception as error:  # a kernel would print it where nobody looks
            self.status.value = _status(f"Not measured: {type(error).__name__}: {error}")
        finally:
            self.button.disabled = False

    def show(self):
        """Show the button; without a kernel its question remains."""
        live = "application/vnd.jupyter.widget-view+json"
        view = widgets.VBox([self.button, self.status])
        publish({live: view._repr_mimebundle_()[live], "text/plain": self.ask,
                 "text/html": f"<p>{escape(self.ask)}</p>"})


def _told(ratio):
    change = round(100 * (ratio - 1))
    return ("as long as with ReLU" if abs(change) < 3 else
            f"{abs(change)} % {'longer' if change > 0 else 'less'}")


def _status(text):
    return (f"<p role='status' aria-live='polite' style='font-size: 1.2em'>"
            f"{escape(text, quote=False)}</p>")
