"""Labs: move a control, watch one picture and read one sentence.

    labs.slopes()                    starts when its cell runs
    lab = labs.Slopes()              the same lab, not shown
    lab.step(z=3.0).sentence         what it says there
"""

from course_lib.labs.far_from_zero import Slopes
from course_lib.labs.lab import Lab, Step

__all__ = ["Lab", "Slopes", "Step", "slopes"]


def slopes():
    """Show the lab of slopes: which function is steeper far from zero, and after many layers."""
    Slopes().show()
