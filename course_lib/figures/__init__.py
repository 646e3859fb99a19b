"""Figures in one look, each with a title that says its message and words that say what it shows.

    figures.curves(["relu", "gelu"], what="both")
    figures.slopes(["sigmoid", "tanh"])
    figures.differences(labels, estimates, title="...", margin=0.5)
    figures.traces(labels, values, title="...", log=True)
    figures.accuracies(labels, values, title="...")
    figures.digits(data.x_test[:10], data.y_test[:10])
    figures.images(filters, names, title="...", signed=True)
    figures.layers(["he", "glorot"], [report, other], title="...")
    figures.regions(["tanh"], [run.network(seed=0)], data.moons(), title="...")
    figures.table(["function", "slope at 0"], [["sigmoid", 0.25], ["tanh", 1]])
    with figures.panels("Sigmoid's slope never exceeds 1/4") as axes: ...

Each call shows one picture, and below it, folded, its description, read back from what was drawn.
Nothing is returned, nothing is global: pyplot is not used.
"""

from course_lib.figures.canvas import panels
from course_lib.figures.decisions import regions
from course_lib.figures.lines import curves, slopes
from course_lib.figures.pictures import digits, images
from course_lib.figures.results import accuracies, differences, traces
from course_lib.figures.signals import layers
from course_lib.figures.style import look, looks
from course_lib.figures.tables import table

__all__ = ["accuracies", "curves", "differences", "digits", "images", "layers", "look", "looks",
           "panels", "regions", "slopes", "table", "traces"]
