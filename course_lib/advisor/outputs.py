"""Which head, and which loss: the task decides, and nothing else."""

from .parts import Item, Rule

HEADS = [
    Rule({"task": "binary"}, Item(
        "one output; a sigmoid makes the probability",
        "Two answers need one score: a sigmoid of it is a softmax of two. Leave the sigmoid to "
        "the loss while you train, and apply it when you want probabilities.",
        "more than two classes, or several questions at once",
        short="sigmoid", sections=("one unit", "heads measured"), claims=("C20", "C58"),
        code={"outputs": "1", "head": "sigmoid"})),
    Rule({"task": "multi-class"}, Item(
        "one output a class; softmax makes the shares",
        "Exactly one class is right, so that shares which sum to one fit the question. Nothing "
        "else, no ReLU either, belongs between the last layer and the softmax.",
        "an example may belong to several classes, or to none: then a sigmoid each",
        short="softmax", sections=("softmax", "heads measured"), claims=("C22", "C58"),
        code={"outputs": "n_classes", "head": "softmax"})),
    Rule({"task": "multi-label"}, Item(
        "one output a label; a sigmoid each",
        "Each label is a question of its own. Shares of a softmax compete: what one label gains "
        "another must lose.",
        "exactly one label is right for every example: then softmax",
        short="a sigmoid each", sections=("heads", "heads measured"), claims=("C58",),
        code={"outputs": "n_labels", "head": "sigmoid"})),
    Rule({"task": "regression"}, Item(
        "one output a target; no activation",
        "Targets can be any number, so that outputs must be able to be. Standardise the targets, "
        "and turn predictions back at the end.",
        "targets that cannot be negative, or that have two limits",
        short="none", sections=("heads", "heads measured"), claims=("C58",),
        code={"outputs": "n_targets", "head": None})),
    Rule({"task": "bounded"}, Item(
        "a sigmoid, stretched to the limits",
        "Move the targets to 0..1, predict them with a sigmoid, and move the predictions back: no "
        "prediction can then leave the limits.",
        "limits that no target comes near: then no activation will do as well",
        short="scaled sigmoid", sections=("heads", "heads measured"),
        code={"outputs": "n_targets", "head": "sigmoid"})),
    Rule({"task": "positive"}, Item(
        "softplus, or an exponential",
        "Both are positive everywhere and predicted equally well. ReLU did too, but a ReLU that "
        "is negative for all examples learns nothing more; no head at all may go below zero.",
        "targets over several powers of ten: predict their logarithm with no activation",
        short="softplus", sections=("heads", "heads measured"),
        code={"outputs": "n_targets", "head": "softplus"})),
    Rule({"task": "counts"}, Item(
        "an exponential: the output is the expected count",
        "The score is the logarithm of the expected count, so that influences multiply, as they "
        "mostly do where things are counted. The course has not trained such a network.",
        "counts in the thousands: their logarithm, as a regression",
        short="exponential", sections=("heads", "yourself"), papers=("canonical",),
        code={"outputs": "n_targets", "head": "exponential"})),
]

LOSSES = [
    Rule({"task": "binary"}, Item(
        "binary cross-entropy, on the score",
        "The gradient at the score is the plain mistake, p - y. With squared error a factor "
        "p (1 - p) stands before it: no loss from fresh weights, but a confidently wrong unit "
        "hardly moves.",
        "wrong answers of one kind cost more: weigh the examples",
        short="cross-entropy", sections=("loss of a sigmoid",), claims=("C20",),
        code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "multi-class"}, Item(
        "cross-entropy, on the scores",
        "The loss does the softmax itself, safely. One softmax only: a second one before it "
        "leaves a floor under the loss.",
        "probabilities that have to be taken at their word: calibrate with a temperature",
        short="cross-entropy", sections=("double softmax", "calibration"), claims=("C22",),
        code={"loss": "SparseCategoricalCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "multi-label"}, Item(
        "binary cross-entropy, on each score",
        "One mistake p - y a label, none of which waits for the others.",
        "labels that are rare: weigh them, or look at precision and recall of each",
        short="cross-entropy",
        sections=("loss of a sigmoid", "heads measured"), claims=("C20", "C58"),
        code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "regression"}, Item(
        "squared error",
        "Its gradient is twice the plain mistake, and its best prediction is the mean of what may "
        "come.",
        "some targets are far off for no good reason: absolute error, or Huber's loss",
        short="squared error",
        sections=("heads",), claims=("C58",), code={"loss": "MeanSquaredError()"})),
    Rule({"task": "bounded"}, Item(
        "cross-entropy, with targets between 0 and 1",
        "It takes targets between 0 and 1 as well, and its best prediction is their mean. Squared "
        "error predicted equally well; it stalls only where a unit is confidently wrong.",
        "mistakes near a limit should count no more than in the middle: squared error",
        short="cross-entropy",
        sections=("heads measured", "loss of a sigmoid"), claims=("C20", "C58"),
        papers=("fractions",),
        code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "positive"}, Item(
        "squared error",
        "Softplus is all but straight where scores are positive, so that the gradient there is "
        "nearly the plain mistake; far below zero it fades, so start the last bias at a usual "
        "target.",
        "mistakes should count by their share of the target: squared error of the logarithm",
        short="squared error",
        sections=("heads",), claims=("C58",), code={"loss": "MeanSquaredError()"})),
    Rule({"task": "counts"}, Item(
        "Poisson's loss",
        "Behind an exponential its gradient at the score is the plain mistake, and large counts, "
        "which scatter more, are allowed larger mistakes. The course has not trained with it.",
        "counts that scatter more than their mean: a negative binomial distribution",
        short="Poisson's",
        sections=("heads", "yourself"), papers=("canonical",), code={"loss": "Poisson()"})),
]
