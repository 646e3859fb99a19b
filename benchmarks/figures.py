"""A lab's step, from slider value to PNG bytes, against a new figure with the inline defaults.

The rival is what `interact` with `plt.show()` does at every step: a new pyplot figure of the same
content and size, printed as the inline backend prints it (dpi 100, tight bounding box).
"""

from statistics import median

from benchmarks import rounds

ROUNDS, STEPS = 15, 8
GOAL, STEP_GOAL_MS = 10.0, 10.0


def run():
    """Return `rounds.result(...)`: ratio of times, and `step_ms`, the step's processor time."""
    import matplotlib

    matplotlib.use("Agg")
    from course_lib import labs

    lab = labs.Slopes()
    new_figure(lab)  # fonts and caches, before the clock runs
    sides = {"new figure": lambda: rounds.timed(new_figure, lab),
             "step": lambda: rounds.timed(walk, lab, units=STEPS)}
    seen = rounds.rotate(sides, ROUNDS)
    return rounds.result("figures", seen["new figure"], seen["step"], GOAL,
                         step_ms=round(1e3 * median(one.cpu for one in seen["step"]), 2),
                         step_goal_ms=STEP_GOAL_MS)


def walk(lab):
    """Move the slider by STEPS steps of 0.1, as a held arrow key does, round and round."""
    slider = lab.widgets["z"]
    for _ in range(STEPS):
        lab.step(z=(slider.value + slider.step) % slider.max)


def new_figure(lab):
    """Return the PNG of the lab's present picture, drawn from scratch."""
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure

    from course_lib.labs.lab import LIVE_DPI, SIZE

    figure = plt.figure(figsize=SIZE, dpi=LIVE_DPI)
    lab.move(lab.frame(figure, **lab.settings), **lab.settings)
    png = print_figure(figure, fmt="png", bbox_inches="tight")
    plt.close(figure)
    return png


if __name__ == "__main__":
    print(run())
