"""Activations on Trial: the library behind the notebooks.

Rooms, from the ground up (a room imports only from those before it; a room above floor 0 is
imported when its name is first used, so `import course_lib` stays light):

    0  activations, data                 the catalogue of functions; small data sets
    1  networks, initialisation          stacked networks, forward and backward; first weights
    2  training                          many networks at once, compared fairly
       recurrent                         the same for sequences: plain recurrences and LSTMs
    3  statistics                        paired differences, intervals, equivalence
       diagnostics                       signal and gradient, layer by layer
       thermostat                        what depth makes of a signal's size, from theory
    4  figures                           pictures that say in words what they show
       advisor                           what to try first, as data, each advice with its evidence
    5  trials, court, evidence           each claim measured; verdicts; stored longer studies
    6  labs, study                       sliders; quizzes
    7  keras_tools                       the only room that knows TensorFlow; the doctor
    aside  start                         sets the course up and opens it
"""

import importlib

_ROOMS = (
    "activations", "data", "networks", "initialisation", "training", "recurrent", "statistics",
    "diagnostics", "thermostat", "figures", "advisor",
    "trials", "court", "evidence", "labs", "study", "keras_tools", "start",
)


def __getattr__(name):
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"course_lib has no room '{name}'; it has {', '.join(_ROOMS)}")


def __dir__():
    return sorted([*globals(), *_ROOMS])
