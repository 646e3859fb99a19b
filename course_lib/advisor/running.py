"""What comes before the function and after it: data first, the rate, the machine, what to watch."""

from .parts import Item, Rule

FIRST = [  # all that fit speak, not only the first
    Rule({"data": "raw"}, Item(
        "standardise each column by training data",
        "First weights are made for inputs of mean square 1. Standardised pixels needed the "
        "fewest steps with every function (one mean for all pixels there; columns in units of "
        "their own need one each).",
        "inputs in a common unit whose zero means something, such as pixels: scale all alike",
        short="standardise", sections=("raw inputs",), claims=("C59",))),
    Rule({"data": "noisy labels"}, Item(
        "set aside validation data, with labels checked by hand if you can",
        "No function resists wrong labels. Networks learn the right ones first and the wrong ones "
        "by heart later, so that when to stop counts for more.",
        "labels you can mend: mend them",
        short="check labels", sections=("noise",), claims=("C60",))),
    Rule({"data": "few"}, Item(
        "a linear model with a penalty, and its score beside every other",
        "With little data, or where the truth is nearly linear, it predicts better than a "
        "network. If it wins, you need no activation.",
        "more data, or a pretrained network to start from",
        short="penalised linear",
        sections=("linear first", "few examples"), claims=("C02", "C03"))),
    Rule({"data": ("ordinary", "raw", "noisy labels")}, Item(
        "a linear model (for classes logistic regression), its score beside every other",
        "It costs a minute, and without it you do not know what the hidden layers are worth.",
        "never",
        short="a linear model", sections=("linear first",), claims=("C03",))),
    Rule({"architecture": "dense"}, Item(
        "boosted trees beside it, if your inputs are the columns of a table",
        "On tables of some ten thousand rows trees were ahead of networks, in Grinsztajn's "
        "comparison. The course has not measured them.",
        "inputs that are pixels, sound or text",
        short="boosted trees", sections=("yourself",), papers=("trees",))),
    Rule({"task": ("binary", "multi-class", "multi-label")}, Item(
        "count the classes; set the threshold by what each mistake costs",
        "If one in twenty says yes, always saying no is right in 95 %. A threshold of a half fits "
        "mistakes of equal cost only, by Elkan's argument. The course has not measured rare "
        "classes.",
        "classes of like size, and mistakes of like cost: then a half, a score of 0, will do",
        short="class shares", sections=("yourself",), papers=("costs",))),
]

RATES = [
    Rule({"architecture": "implicit"}, Item(
        "Adam from 0.0001; three times as much and a third beside it",
        "The paper's start. The factor 30 on the sums makes every step 30 times as large. "
        "The course has not measured it.",
        "another frequency than 30",
        short="from 0.0001",
        sections=("flip", "yourself"), papers=("siren",), code={"rates": (3e-5, 1e-4, 3e-4)})),
    Rule({"architecture": "transformer"}, Item(
        "Adam from 0.0003, rising from 0 over the first steps; three times as much and a third",
        "Attention diverges easily in the first steps, most of all where normalisation stands "
        "after the sum. The course has not measured it.",
        "a model that you start from: its own rate, or a tenth of it",
        short="up to 0.0003",
        sections=("flip", "yourself"), papers=("pre-norm",), code={"rates": (1e-4, 3e-4, 1e-3)})),
    Rule({"architecture": "convolutional"}, Item(
        "Adam from 0.001; three times as much and a third beside it",
        "Adam's paper starts there, and so does Keras. The rates of dense layers of 32 units do "
        "not carry over. The course has not measured convolutions.",
        "a best rate at the end of the range: go on until it is inside",
        short="from 0.001",
        sections=("flip", "yourself"), papers=("adam",), code={"rates": (3e-4, 1e-3, 3e-3)})),
    Rule({"architecture": "recurrent"}, Item(
        "Adam from 0.003, gradients clipped to norm 1; try 0.001 and 0.01 too",
        "Through many steps a gradient can grow a million times; clipping the norm keeps the "
        "direction and shortens the step. So trained the networks of the memory study.",
        "gradients that vanish: clipping does not help, a larger forget bias may",
        short="0.003, clipped", sections=("clipping", "who remembers"), claims=("C50",),
        code={"rates": (0.001, 0.003, 0.01), "clip": 1.0})),
    Rule({"depth": "deep"}, Item(
        "Adam from 0.004; try 0.001, 0.002 and 0.008 too, on validation data",
        "Each function has a rate of its own, and one rate for all ranks the rate more than the "
        "function. With twelve layers of 32 units, in 20 epochs, "
        "the best lay between these; start lower for wider layers.",
        "a best rate at the end of the range: go on until it is inside",
        short="0.001 to 0.008",
        sections=("flip",), claims=("C55",), code={"rates": (0.001, 0.002, 0.004, 0.008)})),
    Rule({}, Item(
        "Adam from 0.004; try 0.001, 0.002, 0.008 and 0.016 too, on validation data",
        "Each function has a rate of its own, and one rate for all ranks the rate more than the "
        "function. With up to six layers of 32 units, in 20 "
        "epochs, the best lay between these; start lower for wider layers.",
        "a best rate at the end of the range: go on until it is inside",
        short="0.001 to 0.016",
        sections=("flip",), claims=("C55",), code={"rates": (0.001, 0.002, 0.004, 0.008, 0.016)})),
]

HARDWARE = [
    Rule({"hardware": "integer-only"}, Item(
        "train in floating point with the rounding in it, and test what the chip computes",
        "Rounding to eight bits is part of the function then, and training can get used to it. "
        "The course has not measured it.",
        "a chip with floating point: then as on a laptop",
        short="train with rounding", sections=("yourself",), papers=("integers", "hard swish"))),
    Rule({"hardware": "GPU"}, Item(
        "choose by accuracy; change the rate when you change the batch",
        "Products of matrices take most of the time. Larger batches allow larger rates, in one "
        "paper in proportion. The course measures on an ordinary processor only.",
        "a function that your framework computes in several passes: look for a fused one",
        short="rate by batch", sections=("cost", "yourself"), papers=("goyal",))),
    Rule({}, Item(
        "choose by accuracy, not by the cost of the function",
        "Per number ReLU is cheaper than sigmoid; in a step of training the "
        "function is a small part, the smaller the wider the layers are.",
        "layers of a few units: there the function's share is larger",
        short="cost hardly counts", sections=("cost",), claims=("C27",))),
]

WATCH = [  # all that fit, not only the first
    Rule({}, Item(
        "training and validation loss together, over several seeds",
        "A difference smaller than the spread over seeds is none, and a score without a training "
        "curve does not tell slow from wrong.",
        "never",
        sections=("yourself", "tie"), claims=("C55", "C64"))),
    Rule({"architecture": ("dense", "convolutional"), "depth": ("shallow", "medium")}, Item(
        "the share of dead units, if you take ReLU",
        "It is a matter of the rate: none at a moderate one, nearly all at one several times as "
        "large.",
        "a function with a slope everywhere: then saturation in its place",
        sections=("dead",), claims=("C45", "C47"))),
    Rule({"architecture": ("dense", "convolutional"), "depth": "deep"}, Item(
        "the gradient of every layer before the first step",
        "If over all layers it shrinks to a thousandth or grows a hundredfold, look at the pair of "
        "function and first weights before you look at the rate.",
        "never",
        sections=("diagnose", "pair"), claims=("C53", "C36"))),
    Rule({"architecture": "recurrent"}, Item(
        "the gradient's norm, step by step through time",
        "It shows at once whether it vanishes or explodes, and what clipping does about it.",
        "never",
        sections=("through time", "identity", "clipping"), claims=("C41", "C42"))),
    Rule({"architecture": "transformer", "residual": "no"}, Item(
        "whether you really mean no skip connections",
        "Attention without them makes all positions alike within a few layers, by Dong's "
        "analysis. The course has not measured it.",
        "skip connections",
        sections=("yourself",), papers=("rank",))),
    Rule({"architecture": "transformer", "normalisation": ("none", "batch")}, Item(
        "whether you really mean no layer normalisation",
        "The transformers whose settings are known to work have it. The course has not measured "
        "one without.",
        "layer normalisation inside each branch",
        sections=("yourself",), papers=("pre-norm",))),
    Rule({"architecture": "implicit", "normalisation": ("batch", "layer")}, Item(
        "what normalisation does to the sines",
        "It undoes the first weights that were made for them. The paper uses none, and the course "
        "has not measured it.",
        "no normalisation",
        sections=("yourself",), papers=("siren",))),
    Rule({"normalisation": "batch", "depth": "deep", "residual": "no"}, Item(
        "the gradient of the first layers at the start",
        "Behind batch normalisation each ReLU layer makes its mean square about half as large "
        "again on the way back.",
        "skip connections",
        sections=("batch norm",), claims=("C49",))),
    Rule({"data": "noisy labels"}, Item(
        "accuracy on the wrongly labelled examples, where you know them",
        "While it is low the network has not learnt them by heart. Keep the weights of the best "
        "validation loss.",
        "clean labels",
        sections=("noise",), claims=("C60",))),
    Rule({"task": ("binary", "multi-class", "multi-label")}, Item(
        "whether its probabilities come true, and what it says far from its data",
        "A network can be right and far too sure. Far from the data a ReLU network becomes surer "
        "still.",
        "only the most likely answer counts",
        sections=("calibration", "far away"), claims=("C21", "C23"))),
    Rule({"task": ("regression", "positive", "counts")}, Item(
        "predictions outside the range of the training data",
        "There a ReLU network goes on in a straight line, and a tanh network stays where it is.",
        "you know the form outside: build it in",
        sections=("beyond the data",), claims=("C06",))),
]
