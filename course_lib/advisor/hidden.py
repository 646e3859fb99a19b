"""Which function for the hidden layers, and which first weights it wants.

Ties are those of the study `hidden_layers` and of the trials on it: functions of which no pair is
surely two points of accuracy apart at this depth, each at its own rate.
"""

from .parts import Item, Rule

SHALLOW_TIES = ("leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh")
MEDIUM_TIES = SHALLOW_TIES
DEEP_TIES = ("elu", "tanh", "mish")
NORMED_TIES = ("mish", "silu")

HIDDEN = [
    Rule({"architecture": "implicit"}, Item(
        "sine, on sums that are 30 times as large in the first layer",
        "A picture has fine detail, which ReLU and tanh networks learn last or never. This is a "
        "paper's finding; the chapters up to here have not measured it.",
        "Fourier features of the coordinates in front: then ReLU will do too",
        sections=("beyond the data", "defaults", "yourself"), papers=("siren", "fourier"),
        code={"function": "sine"})),
    Rule({"architecture": "recurrent"}, Item(
        "an LSTM or a GRU as it is: tanh inside, sigmoid for the gates",
        "The gates are what carries a gradient through many steps, as long as the forget gate "
        "starts open; tanh keeps the state bounded.",
        "sequences of some tens of steps: a plain tanh recurrence may do as well",
        sections=("through time", "gates"), claims=("C41", "C43", "C44"),
        code={"function": "tanh"})),
    Rule({"architecture": "transformer", "hardware": "integer-only"}, Item(
        "ReLU in the feed-forward part",
        "ReLU is one comparison of integers; GELU and softmax need approximations made for it. A "
        "paper shows that they can be had; the course has not measured it.",
        "a library that has these approximations: then GELU",
        sections=("defaults", "yourself"), papers=("i-bert", "integers"),
        code={"function": "relu"})),
    Rule({"architecture": "transformer"}, Item(
        "GELU in the feed-forward part, or a gated unit with SiLU (SwiGLU)",
        "It is what the published models use, and in Shazeer's comparison gated units did a little "
        "better at equal size. The course trains no transformer.",
        "a model that you start from: keep the function that it was trained with",
        sections=("defaults", "yourself"), papers=("gelu", "glu"),
        code={"function": "gelu"})),
    Rule({"hardware": "integer-only"}, Item(
        "ReLU, or leaky ReLU with a power of two as its slope",
        "Integers compare and shift at no cost; an exponential needs a table. In plain networks "
        "of a few layers nothing is lost by it.",
        "ten layers or more: add skip connections before you change the function",
        sections=("tie", "cost"), claims=("C55", "C56"), papers=("integers", "hard swish"),
        ties=("leaky_relu",), code={"function": "relu"})),
    Rule({"architecture": "convolutional", "depth": "deep", "residual": "no"}, Item(
        "ReLU, and skip connections first",
        "Deep convolutional networks without skip connections are not what anybody's defaults "
        "were made for, and the course measures deep plain networks with dense layers only.",
        "skip connections: then ReLU, or what you like",
        sections=("defaults", "thermostat", "yourself"), papers=("mishkin",),
        code={"function": "relu"})),
    Rule({"architecture": "convolutional"}, Item(
        "ReLU, or any of leaky ReLU, ELU and the like",
        "On ImageNet they came within a point or two of each other, by Mishkin's tables. The "
        "course finds the same with dense layers and has no convolutions.",
        "the last point of accuracy is worth a search: compare for yourself, rates tuned for each",
        sections=("defaults", "tie", "yourself"), claims=("C55", "C65"), papers=("mishkin",),
        ties=("leaky_relu", "elu"), code={"function": "relu"})),
    Rule({"depth": "deep", "residual": "yes"}, Item(
        "ReLU, or any of the usual ones but softplus and sigmoid",
        "Skip connections carry the signal and the gradient past the function, so that its choice "
        "counts for less.",
        "no normalisation, and a stack of fifty: start the branches at zero, or near it",
        sections=("normalisation", "thermostat"), claims=("C54",),
        ties=("gelu", "tanh"), code={"function": "relu"})),
    Rule({"depth": "deep", "normalisation": "none"}, Item(
        "SELU, or any of ELU, tanh and Mish",
        "In a deep plain network the size of the signal has to find back by itself. SELU, tanh "
        "and ELU bring it back, ReLU leaves it as it is, GELU and SiLU drive it off.",
        "skip connections with normalisation: then the choice hardly matters",
        sections=("thermostat", "tie"), claims=("C54", "C55", "C56"),
        ties=DEEP_TIES, code={"function": "selu"})),
    Rule({"depth": "deep", "normalisation": "batch"}, Item(
        "ELU, or any of Mish and SiLU",
        "Batch normalisation keeps the size of the signal, but at the start each ReLU layer makes "
        "the gradient larger, and with ten such layers ReLU came out behind.",
        "skip connections: then ReLU as well",
        sections=("normalisation",), claims=("C49", "C54"),
        ties=NORMED_TIES, code={"function": "elu"})),
    Rule({"depth": "deep", "normalisation": "layer"}, Item(
        "GELU or ELU, and skip connections first",
        "Deep networks with layer normalisation and no skip connections are rare, and the course "
        "has not compared functions in them.",
        "skip connections: then the choice hardly matters",
        sections=("normalisation", "yourself"), papers=("pre-norm",),
        code={"function": "gelu"})),
    Rule({"depth": "medium"}, Item(
        "ReLU, or any of leaky ReLU, ELU, SELU, GELU, SiLU, Mish and tanh",
        "With four and six plain layers, each at its own rate, they cannot be told apart to two "
        "points. Sigmoid is behind.",
        "more layers, or one rate for all",
        sections=("tie", "flip"), claims=("C55", "C56", "C57"),
        ties=MEDIUM_TIES, code={"function": "relu"})),
    Rule({}, Item(
        "ReLU, or any of leaky ReLU, ELU, SELU, GELU, SiLU, Mish and tanh",
        "With two hidden layers, each at its own rate, they cannot be told apart to two points: "
        "no measurable difference here.",
        "more layers, or one rate for all",
        sections=("tie", "flip"), claims=("C55", "C56"),
        ties=SHALLOW_TIES, code={"function": "relu"})),
]

HE = Item(
    "He's: variance 2 over the number of inputs; biases 0",
    "ReLU's flat half halves the mean square of what comes back, and this variance makes up for "
    "it. No framework does this unless you ask: Keras starts with Glorot's, PyTorch smaller "
    "still.",
    "another function: its own gain",
    sections=("pair",), claims=("C38", "C40"), code={"weights": "he_normal"})

WEIGHTS = [
    Rule({"architecture": "implicit"}, Item(
        "uniform: ±1/n in the first layer, ±√(6/n)/30 in the others",
        "So the sums stay as spread as at the start whatever the depth, by the paper's argument. "
        "The course has not measured it.",
        "another frequency than 30",
        sections=("yourself",), papers=("siren",), code={"weights": "siren"})),
    Rule({"architecture": "recurrent"}, Item(
        "orthogonal from step to step, Glorot's for the inputs, forget bias 1 or more",
        "Orthogonal weights neither shrink nor stretch what they carry; an open forget gate keeps "
        "the cell's gradient. Keras does all three, PyTorch sets no forget bias.",
        "longer memories: a larger forget bias",
        sections=("through time", "gates"), claims=("C42", "C43"), papers=("lstm bias",),
        code={"weights": "glorot_uniform"})),
    Rule({"architecture": "transformer"}, Item(
        "the framework's (Glorot's), with layer normalisation inside each branch",
        "Normalising inside the branch keeps the gradient of deep stacks in order at the start, "
        "by Xiong's analysis. The course has not measured it.",
        "normalisation after the sum: then the rate has to start from nearly zero",
        sections=("yourself",), papers=("pre-norm",), code={"weights": "glorot_uniform"})),
    Rule({"residual": "yes", "normalisation": "none", "depth": ("medium", "deep")}, Item(
        "He's, and zero for the last weights of each branch",
        "Each branch adds its variance, so that a stack of them doubles it again and again; "
        "branches that start at zero add nothing. This is a paper's recipe.",
        "normalisation in the branches",
        sections=("pair", "yourself"), papers=("fixup",), code={"weights": "zeros"})),
    Rule({"depth": "deep", "normalisation": "none", "architecture": "dense",
          "hardware": ("laptop", "GPU"), "residual": "no"}, Item(
        "LeCun's for SELU (variance 1 over the inputs); He's for ELU and Mish, Glorot's for tanh",
        "SELU's two constants are made for this variance: mean and variance of the signal come "
        "back to 0 and 1 at every depth.",
        "another function: its own gain",
        sections=("pair", "thermostat"), claims=("C36", "C38"), code={"weights": "lecun_normal"})),
    Rule({"normalisation": ("batch", "layer")}, Item(
        "He's; the choice counts for less",
        "Normalisation sets the size of the sums whatever the weights' size is, so that weights "
        "a hundred times too small still train.",
        "normalisation taken out",
        sections=("normalisation", "pair"), claims=("C49",), code={"weights": "he_normal"})),
    Rule({}, HE),
]
