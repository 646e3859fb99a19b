"""What to try and what to read for each finding: one place for all of the doctor's words."""

ADVICE = {  # name: (what to try, the sections (chapter, heading) where it is explained)
    "non-finite values": (
        "look for the first line named here; lower the rate, clip the gradient, and check the data "
        "for missing values and logarithms of 0",
        [("03", "Exploding gradients and clipping"), ("02", "The formulas as code")]),
    "double softmax": (
        "let the last Dense layer have no activation and keep from_logits=True, or keep one "
        "softmax and say from_logits=False",
        [("02", "A softmax, and a loss that expects scores")]),
    "double sigmoid": (
        "let the last Dense layer have no activation and keep from_logits=True, or keep one "
        "sigmoid and say from_logits=False",
        [("02", "Heads and losses that fit")]),
    "wrong head": (
        "choose the output and the loss together: no activation with from_logits=True for "
        "classes, no activation for numbers of any size, softplus for positive ones",
        [("04", "The output layer in one table")]),
    "missing activation": (
        "put an activation between the two, or leave one of them out",
        [("01", "Leave the activation out")]),
    "dead layer": (
        "a lower rate first; then a normalisation layer before the activation; only then another "
        "function, with a slope on both sides (leaky_relu, elu, gelu). A wholly dead layer does "
        "not come back: set its weights anew, and its biases to 0",
        [("03", "Dying ReLU: three states of a unit"), ("03", "What helps")]),
    "saturated layer": (
        "smaller first weights (for tanh and sigmoid Keras' default, glorot_uniform), standardised "
        "inputs, or a normalisation layer before the activation",
        [("03", "Saturation: units that have stopped listening")]),
    "inputs not standardised": (
        "subtract the mean and divide by the standard deviation of the training data "
        "(keras.layers.Normalization), or divide pixels by 255",
        [("04", "And the first layer: does tanh want centred data?")]),
    "step too large": (
        "a smaller learning rate",
        [("03", "At which rate?")]),
    "exploding gradient": (
        "first weights made for the function (he_normal for ReLU and its kin, glorot_uniform for "
        "tanh), a normalisation layer, global_clipnorm=1.0 in the optimiser",
        [("03", "How large should first weights be?"),
         ("03", "Exploding gradients and clipping")]),
    "vanishing gradient": (
        "first weights made for the function (he_normal for ReLU and its kin; tanh instead of "
        "sigmoid), a normalisation layer before each activation, residual connections",
        [("03", "Is it the function or the pair?"), ("03", "Batch normalisation")]),
    "fading gradient": (
        "kernel_initializer='he_normal' for ReLU and its kin, or a normalisation layer before each "
        "activation",
        [("03", "Why tutorials disagree"), ("03", "How large should first weights be?")]),
    "many dead units": (
        "look again after some epochs: a deep network may begin so. If the share grows, a lower "
        "rate first, then a normalisation layer",
        [("03", "At which rate?"), ("03", "Born dead")]),
    "gradient lost in time": (
        "an LSTM whose forget gates begin open: in Keras unit_forget_bias=False and a "
        "bias_initializer of your own that puts about the logarithm of the number of steps into "
        "the second quarter of the biases (with True that quarter is 1, whatever the "
        "initialiser). A GRU has no such option. Or shorter sequences",
        [("03", "A gate that stays open")]),
    "collapse of inputs": (
        "first weights made for the function, biases at 0, inputs with mean 0, a normalisation "
        "layer; and see that the data really differ",
        [("03", "Diagnosing in practice"),
         ("03", "A conversation: does Adam not make it all irrelevant?")]),
}
# Structure first: what is wrong in the build is certain. Then what the numbers show, from what
# stops units by itself to what follows from something else.
ORDER = tuple(ADVICE)
_FIRST = {"inputs not standardised": "standardise the inputs", "step too large": "lower the rate",
          "fading gradient": "choose other first weights"}
_AFTER = {"dead layer": 2, "saturated layer": 2, "exploding gradient": 2, "many dead units": 3}


def advice(name, found):
    """What to try, beginning with the causes that are among the names of what was `found`."""
    known = tuple(_FIRST)[:_AFTER.get(name, 0)]
    causes = [_FIRST[one] for one in known if one in found]
    then = ADVICE[name][0]
    return f"first {' and '.join(causes)} (see there); then {then}" if causes else then


def sections(name):
    """Where a finding is explained, in words."""
    return "; ".join(f"chapter {chapter}, {heading}" for chapter, heading in ADVICE[name][1])
