"""Labs: move a control, watch one picture and read one sentence.

    labs.slopes()                    starts when its cell runs
    lab = labs.Slopes()              the same lab, not shown
    lab.step(z=3.0).sentence         what it says there
"""

from course_lib.labs.adviser_lab import Advisor
from course_lib.labs.boundary import Boundary
from course_lib.labs.clock import Cost
from course_lib.labs.dying import DeadUnits
from course_lib.labs.explorer import Explorer
from course_lib.labs.far_from_zero import Slopes
from course_lib.labs.hinges import Hinges
from course_lib.labs.lab import Lab, Step
from course_lib.labs.rate_flip import RateFlip
from course_lib.labs.remembering import Remembering
from course_lib.labs.step_clock import StepTimes
from course_lib.labs.survival import Thermostat
from course_lib.labs.temperature import Temperature

__all__ = ["Advisor", "Boundary", "Cost", "DeadUnits", "Explorer", "Hinges", "Lab", "RateFlip",
           "Remembering", "Slopes", "Step", "StepTimes", "Temperature", "Thermostat", "advisor",
           "boundary", "cost", "dead_units", "explorer", "hinges", "memory", "rates", "slopes",
           "step_times", "temperature", "thermostat"]


def hinges():
    """Show the lab of hinges: build a curve from ReLU units."""
    Hinges().show()


def boundary():
    """Show the lab of boundaries: what networks of a few units make of a plane."""
    Boundary().show()


def explorer():
    """Show the explorer: any function of the catalogue, its slope, and what comes out of it."""
    Explorer().show()


def slopes():
    """Show the lab of slopes: which function is steeper far from zero, and after many layers."""
    Slopes().show()


def cost():
    """Show a button that measures what sigmoid costs against ReLU on this machine."""
    Cost().show()


def temperature():
    """Show the lab of softmax with temperature."""
    Temperature().show()


def thermostat():
    """Show the lab of depth: what survives of a signal going up and of a gradient coming back."""
    Thermostat().show()


def rates():
    """Show the lab of rates: the order of eleven functions, and how it turns with the rate."""
    RateFlip().show()


def step_times():
    """Show a button that measures a training step with each of eleven functions."""
    StepTimes().show()


def dead_units():
    """Show the lab of dead units: what share of a layer dies, against the learning rate."""
    DeadUnits().show()


def memory():
    """Show the lab of time: what comes back through a hundred steps of a recurrence or an LSTM."""
    Remembering().show()


def advisor():
    """Show the advisor: seven answers, what to try first, and what that rests on."""
    Advisor().show()
