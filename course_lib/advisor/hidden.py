"""Which function for the hidden layers, and which first weights it wants.

A tie names functions that the course's studies do not tell apart from the advised one, on such
networks, by the margin of C55: none of them is surely two points of accuracy away from it. Ties are
measured for classes only, on the digits; for numbers a rule of its own stands above them.
"""

from .parts import Item, Rule

HIDDEN = [
    Rule({"architecture": "implicit"}, Item(
        "sine, of 30 times the sum",
        "A picture has fine detail, which ReLU and tanh networks learn last or never. This is a "
        "paper's finding; the course has not measured it so far.",
        "Fourier features of the coordinates in front: then ReLU will do too",
        sections=("default", "yourself"), papers=("siren", "fourier"),
        short="sine", code={"function": "sine"})),
    Rule({"architecture": "recurrent"}, Item(
        "an LSTM or a GRU as it is: tanh inside, sigmoid for the gates",
        "A gate is a share, so it lies between 0 and 1, and where the forget gate starts open, "
        "memory and gradient last. In a plain recurrence it is tanh that carries them, not ReLU.",
        "fifty steps or fewer: a plain tanh recurrence remembered as well",
        sections=("gates", "who remembers"), claims=("C43", "C44"),
        short="LSTM: tanh", code={"function": "tanh"})),
    Rule({"architecture": "transformer", "hardware": "integer-only"}, Item(
        "ReLU in the feed-forward part",
        "ReLU is one comparison of integers; GELU and softmax need approximations made for it. A "
        "paper shows that they can be had; the course has not measured it.",
        "a library that has these approximations: then GELU",
        sections=("transformers", "yourself"), papers=("i-bert", "integers"),
        short="ReLU", code={"function": "relu"})),
    Rule({"architecture": "transformer"}, Item(
        "GELU in the feed-forward part, or a gated unit with SiLU (SwiGLU)",
        "It is what the published models use, for small gains at large size. On digits one hidden "
        "layer of either gained no point over ReLU, and SwiGLU seems to lose; the course trains "
        "no transformer.",
        "a model that you start from: keep the function that it was trained with",
        sections=("transformers", "yourself"), papers=("gelu", "glu"),
        short="GELU, SwiGLU", code={"function": "gelu"})),
    Rule({"architecture": "dense", "depth": ("medium", "deep"), "residual": "yes",
          "normalisation": "none"}, Item(
        "tanh, with one layer a branch and the function at the branch's end",
        "A ReLU there can only add, and the sum grows; tanh is centred and bounded: fifty such "
        "layers still learn. Standard branches end in a linear layer or a norm (He et al. 2016); "
        "not measured here.",
        "normalisation before the function: then ReLU as well; branches that end otherwise",
        sections=("norms and skips",), papers=("resnet",),
        short="tanh", code={"function": "tanh"})),
    Rule({"hardware": "integer-only"}, Item(
        "ReLU, or leaky ReLU with a power of two as its slope",
        "Integers compare and shift at no cost; an exponential needs a table. In plain networks "
        "of two to twelve layers on the digits nothing was surely two points ahead of either.",
        "fifty layers: add skip connections and normalisation before you change the function",
        sections=("tie", "cost"), claims=("C55", "C56", "C57"), papers=("integers", "hard swish"),
        ties=("leaky_relu",), short="ReLU", code={"function": "relu"})),
    Rule({"architecture": "convolutional", "depth": "deep", "residual": "no"}, Item(
        "ReLU, and skip connections first",
        "Deep convolutional networks without skip connections are not what anybody's defaults "
        "were made for, and the course measures deep plain networks with dense layers only.",
        "skip connections: then ReLU, or what you like",
        sections=("convolutions", "another question", "yourself"), papers=("resnet",),
        short="ReLU, add skips", code={"function": "relu"})),
    Rule({"architecture": "convolutional"}, Item(
        "ReLU, or any of leaky ReLU, ELU and the like",
        "On ImageNet they came within a point or two of each other, by Mishkin's tables. With "
        "dense layers they tie here; the course has not measured convolutions.",
        "the last point of accuracy is worth a search: compare for yourself, rates tuned for each",
        sections=("convolutions", "tie", "yourself"), papers=("mishkin",),
        ties=("leaky_relu", "elu"), short="ReLU", code={"function": "relu"})),
    Rule({"depth": "deep", "residual": "yes", "normalisation": "batch"}, Item(
        "tanh at the end of one-layer branches; or layer normalisation, and then ReLU",
        "Behind batch normalisation each ReLU layer makes the gradient larger: in fifty layers "
        "ReLU and GELU learnt too, two to four points behind. Standard branches end in a linear "
        "layer or a norm (He et al. 2016); not measured here.",
        "layer normalisation: then ReLU and GELU do as well; branches that end otherwise",
        sections=("norms and skips", "batch norm"), claims=("C49",), papers=("resnet",),
        short="tanh", code={"function": "tanh"})),
    Rule({"depth": "deep", "residual": "yes"}, Item(
        "ReLU, or any of GELU and tanh",
        "Skip connections carry signal and gradient past the function, and layer normalisation "
        "keeps their size: fifty layers learnt alike with each of the three.",
        "normalisation or skip connections taken out",
        sections=("norms and skips", "another question"),
        ties=("gelu", "tanh"), short="ReLU", code={"function": "relu"})),
    Rule({"depth": "deep", "normalisation": "none"}, Item(
        "about 12 layers: tanh, SELU or ELU; 20 and more: SELU or ELU",
        "With twelve plain layers only sigmoid is two points from ReLU, and tanh was in front, "
        "by about a point; with twenty ELU was over two ahead of ReLU. With fifty SELU and ELU "
        "learnt best, ReLU and GELU far less.",
        "skip connections and normalisation: then the choice hardly matters",
        sections=("fifty layers", "depth matters", "tie"), claims=("C54", "C55", "C56"),
        ties=("elu", "tanh"), short="tanh, SELU, ELU", code={"function": "selu"})),
    Rule({"depth": "deep", "normalisation": ("batch", "layer"), "residual": "no"}, Item(
        "ReLU, and skip connections first",
        "Normalisation alone does not rescue a very deep network: with fifty layers ReLU learnt "
        "next to nothing so. With skip connections it learnt well.",
        "twelve layers or so: then normalisation alone may do",
        sections=("norms and skips", "batch norm"), claims=("C49",),
        short="ReLU, add skips", code={"function": "relu"})),
    Rule({"task": ("regression", "bounded", "positive", "counts")}, Item(
        "ReLU, GELU or tanh: compare them",
        "For numbers functions do differ. On the one curve that was measured GELU's squared error "
        "was a fifth of ReLU's, and softplus's seven times as large; another curve may turn "
        "that over.",
        "your own comparison: it decides",
        sections=("noise", "yourself"), claims=("C60",),
        short="ReLU; compare", code={"function": "relu"})),
    Rule({"depth": "medium"}, Item(
        "ReLU, or any of leaky ReLU, ELU, SELU, GELU, SiLU, Mish, softplus and tanh",
        "With four and six plain layers on the digits, each at its own rate, none is two points "
        "from ReLU; what is there is about a point (tanh with six layers). Sigmoid is far behind "
        "with six.",
        "fifty layers, or one rate for all",
        sections=("tie", "flip"), claims=("C55", "C56", "C57"),
        ties=("leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "tanh"),
        short="ReLU, or 8 more", code={"function": "relu"})),
    Rule({}, Item(
        "ReLU, or any of leaky ReLU, ELU, SELU, GELU, SiLU, Mish, softplus, tanh and sigmoid",
        "With two hidden layers on the digits, in 20 epochs, each at its own rate: real "
        "differences of some tenths of a point, all below our margin of two. On two spirals, "
        "in as many epochs, GELU was 2 to 3.5 ahead of ReLU.",
        "other data, fewer epochs, more layers, or one rate for all",
        sections=("tie", "flip"), claims=("C55", "C56"),
        ties=("leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "tanh", "sigmoid"),
        short="ReLU, or 9 more", code={"function": "relu"})),
]

HE = Item(
    "He's: variance 2 over the number of inputs; biases 0",
    "ReLU's flat half halves the mean square of what comes back, and this variance makes up "
    "for it. No framework does this unless you ask: Keras starts with Glorot's, PyTorch "
    "smaller still.",
    "another function: its own gain",
    sections=("first weights", "tutorials"), claims=("C38", "C40"), short="He's",
    code={"weights": "he_normal"})
GLOROT = Item(
    "Glorot's, for tanh",
    "With as many inputs as outputs its variance is 1 over the inputs: near zero, where tanh's "
    "slope is 1, signal and gradient keep their size.",
    "another function: its own gain",
    sections=("first weights", "pair"), claims=("C36",), short="Glorot's",
    code={"weights": "glorot_uniform"})

WEIGHTS = [
    Rule({"architecture": "implicit"}, Item(
        "uniform: ±1/n in the first layer, ±√(6/n)/30 in the others",
        "So the sums stay as spread as at the start whatever the depth, by the paper's argument. "
        "The course has not measured it.",
        "another frequency than 30",
        sections=("yourself",), papers=("siren",), short="SIREN's",
        code={"weights": "siren"})),
    Rule({"architecture": "recurrent"}, Item(
        "orthogonal from step to step, Glorot's for the inputs; forget bias 1, or 2 to 5",
        "An open forget gate keeps the cell's gradient; 1 is open enough for twenty steps and not "
        "for fifty. Orthogonal weights neither shrink nor stretch what they carry.",
        "longer memories: a larger forget bias",
        sections=("forget gate", "who remembers", "through time"), claims=("C43",),
        papers=("lstm bias",),
        short="orthogonal", code={"weights": "glorot_uniform"})),
    Rule({"architecture": "transformer"}, Item(
        "the framework's (Glorot's), with layer normalisation inside each branch",
        "Normalising inside the branch keeps the gradient of deep stacks in order at the start, "
        "by Xiong's analysis. The course has not measured it.",
        "normalisation after the sum: then the rate has to start from nearly zero",
        sections=("yourself",), papers=("pre-norm",), short="Glorot's",
        code={"weights": "glorot_uniform"})),
    Rule({"architecture": "dense", "depth": ("medium", "deep"), "residual": "yes",
          "normalisation": "none"}, GLOROT),
    Rule({"architecture": "convolutional", "depth": ("medium", "deep"), "residual": "yes",
          "normalisation": "none"}, Item(
        "He's, and every branch divided by the number of branches",
        "Each branch adds to the sum, and a stack of them lets it grow without end. Papers start "
        "branches small or at zero; the course has not measured it.",
        "normalisation in the branches",
        sections=("first weights", "yourself"), papers=("fixup",), short="He's, scaled",
        code={"weights": "he_normal", "branches": "small"})),
    Rule({"hardware": "integer-only"}, HE),
    Rule({"architecture": "dense", "depth": "deep", "residual": "yes",
          "normalisation": "batch"}, GLOROT),
    Rule({"normalisation": ("batch", "layer")}, Item(
        "He's; the choice counts for less",
        "Normalisation sets the size of the sums whatever the weights' size is, so that weights "
        "far too small still train.",
        "normalisation taken out",
        sections=("batch norm", "first weights"), claims=("C49",), short="He's",
        code={"weights": "he_normal"})),
    Rule({"architecture": "dense", "depth": "deep"}, Item(
        "LeCun's for SELU, on standardised inputs; for ELU its own gain, or He's; tanh Glorot's",
        "SELU's two constants are made for inputs of variance 1 and weights of variance 1 over the "
        "inputs: the signal comes back to mean 0 and variance 1. Klambauer's AlphaDropout keeps "
        "these, plain dropout does not.",
        "another function: its own gain",
        sections=("first weights", "fifty layers"), claims=("C38",), papers=("selu",),
        short="LeCun's",
        code={"weights": "lecun_normal"})),
    Rule({}, HE),
]
