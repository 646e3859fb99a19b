"""Figures in one look, each with a title that says its message and words that say what it shows.

    figures.curves(["relu", "gelu"], what="both")
    figures.slopes(["sigmoid", "tanh"])
    figures.differences(labels, estimates, title="...", margin=0.5)
    figures.traces(labels, values, title="...", log=True)
    figures.accuracies(labels, values, title="...")
    figures.digits(data.x_test[:10], data.y_test[:10])
    with figures.panels("Sigmoid's slope never exceeds 1/4") as axes: ...

Each call shows one picture, and below it, folded, its description, read back from what was drawn.
Nothing is returned, nothing is global: pyplot is not used.
"""

from course_lib.figures.canvas import panels
from course_lib.figures.lines import curves, slopes
from course_lib.figures.pictures import digits
from course_lib.figures.results import accuracies, differences, traces
from course_lib.figures.style import look, looks

__all__ = ["accuracies", "curves", "differences", "digits", "look", "looks", "panels", "slopes",
           "traces"]
