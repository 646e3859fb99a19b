"""What the advisor asks, and which answers there are."""

import difflib

# question: {choice: what it means}; the first choice is what counts if nothing is said.
QUESTIONS = {
    "task": {
        "binary": "yes or no",
        "multi-class": "one class of several",
        "multi-label": "any number of labels at once",
        "regression": "any number",
        "bounded": "a number between two limits",
        "positive": "a positive number",
        "counts": "a count: 0, 1, 2, ...",
    },
    "architecture": {
        "dense": "fully connected layers on rows of numbers",
        "convolutional": "images, or signals on a grid",
        "recurrent": "sequences, one step after the other",
        "transformer": "attention over a sequence",
        "implicit": "coordinates in, a value out: a picture or a field held by a network",
    },
    "depth": {
        "shallow": "1 to 3 hidden layers",
        "medium": "4 to 9 hidden layers",
        "deep": "10 hidden layers or more",
    },
    "normalisation": {
        "none": "no normalisation",
        "batch": "batch normalisation before each activation",
        "layer": "layer normalisation before each activation",
    },
    "residual": {
        "no": "each layer replaces what it gets",
        "yes": "each layer adds to what it gets (skip connections)",
    },
    "data": {
        "ordinary": "inputs standardised, labels you trust, a thousand examples or more",
        "raw": "inputs in units of their own, not standardised",
        "noisy labels": "a good part of the labels is wrong",
        "few": "some hundreds of examples, or fewer",
    },
    "hardware": {
        "laptop": "an ordinary processor",
        "GPU": "a graphics processor",
        "integer-only": "a microcontroller, or a chip that computes in integers",
    },
}
_SHORT = {  # where the choice alone would not say what it is about
    ("normalisation", "none"): "not normalised", ("normalisation", "batch"): "batch norm",
    ("normalisation", "layer"): "layer norm", ("residual", "no"): "no skips",
    ("residual", "yes"): "skips", ("data", "raw"): "raw inputs", ("data", "few"): "few examples",
    ("data", "ordinary"): "ordinary data",
}


def told(question, choice):
    """A choice as a phrase: "batch norm", "raw inputs".

    >>> told("normalisation", "none"), told("depth", "deep")
    ('not normalised', 'deep')
    """
    return _SHORT.get((question, choice), choice)


def check(answers):
    """All answers, {question: choice}, those not given filled in with the first choice.

    Raises TypeError for a question there is none of, ValueError for a choice there is none of;
    both name the nearest.
    """
    for question, choice in answers.items():
        if question not in QUESTIONS:
            raise TypeError(f"no question '{question}'; did you mean "
                            f"'{_nearest(question, QUESTIONS)}'? (they are {', '.join(QUESTIONS)})")
        if choice not in QUESTIONS[question]:
            known = QUESTIONS[question]
            raise ValueError(f"no {question} {choice!r}; did you mean "
                             f"'{_nearest(choice, known)}'? (one of {', '.join(known)})")
    return {question: answers.get(question, next(iter(choices)))
            for question, choices in QUESTIONS.items()}


def _nearest(word, known):
    by_lower = {one.lower(): one for one in known}
    return by_lower[difflib.get_close_matches(str(word).lower(), by_lower, 1, cutoff=0)[0]]
