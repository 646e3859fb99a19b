"""Which head, and which loss: the task decides, and nothing else."""

from .parts import Item, Rule

HEADS = [
    Rule({"task": "binary"}, Item(
        "one output; a sigmoid makes the probability",
        "Two answers need one score, and its sigmoid can be read as a probability, also with "
        "squared error. Other usual heads tie in accuracy; without a head four answers in ten "
        "left 0 to 1.",
        "more than two classes, or several questions at once",
        sections=("yes or no", "one unit"), claims=("C20", "C58"),
        short="sigmoid", code={"outputs": "1", "head": "sigmoid"})),
    Rule({"task": "multi-class"}, Item(
        "one output a class; softmax makes the shares",
        "Shares that sum to one fit a question with one right answer. A sigmoid each ties in "
        "accuracy; a ReLU before the softmax ruins it.",
        "an example may belong to several classes, or to none: then a sigmoid each",
        sections=("one of several", "softmax"), claims=("C22", "C58"),
        short="softmax", code={"outputs": "n_classes", "head": "softmax"})),
    Rule({"task": "multi-label"}, Item(
        "one output a label; a sigmoid each",
        "Each label is a question of its own. Shares of a softmax sum to one however many labels "
        "are true: it had no example without a label right. With a class 'none of them' it tied, "
        "on three labels.",
        "exactly one label is right for every example: then softmax",
        sections=("several at once", "heads"),
        short="a sigmoid each", code={"outputs": "n_labels", "head": "sigmoid"})),
    Rule({"task": "regression"}, Item(
        "one output a target; no activation",
        "Targets can be any number, so outputs must be able to be: ReLU, sigmoid and tanh made "
        "several times the error. Standardise the targets, and turn predictions back at the end.",
        "targets that cannot be negative, or that have two limits",
        sections=("any number", "heads"), claims=("C58",),
        short="none", code={"outputs": "n_targets", "head": None})),
    Rule({"task": "bounded"}, Item(
        "a sigmoid, stretched to the limits",
        "Move the targets to 0..1 and the predictions back: none can then leave the limits. "
        "Without a head the error was little larger, but some answers were impossible.",
        "limits that no target comes near: then no activation will do as well",
        sections=("bounds", "heads"),
        short="scaled sigmoid", code={"outputs": "n_targets", "head": "sigmoid"})),
    Rule({"task": "positive"}, Item(
        "softplus, or an exponential",
        "Both are positive everywhere and made equal errors. ReLU did too, but may die as an "
        "output; with no head the error is the same, and some answers are below zero.",
        "targets over several powers of ten: the exponential, or predict their logarithm",
        sections=("positive", "heads"),
        short="softplus", code={"outputs": "n_targets", "head": "softplus"})),
    Rule({"task": "counts"}, Item(
        "an exponential: the output is the expected count",
        "The score is then the logarithm of the expected count, so that what is added to "
        "it multiplies the count. Softplus made equal errors.",
        "counts in the thousands: their logarithm, as a regression",
        sections=("positive", "heads"),
        short="exponential", code={"outputs": "n_targets", "head": "exponential"})),
]

LOSSES = [
    Rule({"task": "binary"}, Item(
        "binary cross-entropy, on the score",
        "The gradient at the score is the plain mistake, p - y. With squared error a factor "
        "p (1 - p) stands before it: no harm from fresh weights, but a confidently wrong unit "
        "hardly moves.",
        "wrong answers of one kind cost more: weigh the examples",
        sections=("loss of a sigmoid",), claims=("C20",),
        short="cross-entropy", code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "multi-class"}, Item(
        "cross-entropy, on the scores",
        "The loss does the softmax itself, safely. One softmax only: a second one before it "
        "leaves a floor under the loss.",
        "probabilities that have to be taken at their word: calibrate with a temperature",
        sections=("double softmax", "calibration"), claims=("C22",),
        short="cross-entropy",
        code={"loss": "SparseCategoricalCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "multi-label"}, Item(
        "binary cross-entropy, on each score",
        "One mistake p - y a label, none of which waits for the others. Squared error had as many "
        "examples right; its numbers may leave 0 to 1.",
        "labels that are rare: weigh them, or look at precision and recall of each",
        sections=("several at once", "loss of a sigmoid"), claims=("C20",),
        short="cross-entropy", code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "regression"}, Item(
        "squared error",
        "Its gradient is twice the plain mistake, and its best prediction is the mean of what may "
        "come.",
        "some targets are far off for no good reason: absolute error, or Huber's loss",
        sections=("heads", "any number"), claims=("C58",),
        short="squared error", code={"loss": "MeanSquaredError()"})),
    Rule({"task": "bounded"}, Item(
        "cross-entropy, with targets between 0 and 1, or squared error",
        "The two made equal errors, and the best prediction of both is the mean. Squared error "
        "stalls where a unit is confidently wrong, as it does for yes or no.",
        "targets that are shares of something counted: weigh them by the count",
        sections=("bounds", "loss of a sigmoid"), claims=("C20",), papers=("fractions",),
        short="cross-entropy", code={"loss": "BinaryCrossentropy(from_logits=True)", "raw": True})),
    Rule({"task": "positive"}, Item(
        "squared error",
        "Softplus is all but straight where scores are positive, so that the gradient there is "
        "nearly the plain mistake; far below zero it fades, so start the last bias at a usual "
        "target.",
        "mistakes should count by their share of the target: squared error of the logarithm",
        sections=("heads", "positive"),
        short="squared error", code={"loss": "MeanSquaredError()"})),
    Rule({"task": "counts"}, Item(
        "Poisson's loss",
        "Behind an exponential its gradient at the score is the plain mistake, and large counts, "
        "which scatter more, are allowed larger mistakes. The course has not trained with it.",
        "counts that scatter more than their mean: a negative binomial distribution",
        sections=("heads", "yourself"), papers=("canonical",),
        short="Poisson's", code={"loss": "Poisson()"})),
]
