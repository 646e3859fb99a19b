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
        "a smaller rate, biases back at 0, kernel_initializer='he_normal', or a function with a "
        "slope on both sides (leaky_relu, elu, gelu). A wholly dead layer does not come back: set "
        "its weights anew",
        [("03", "Dying ReLU: three states of a unit"), ("03", "What helps")]),
    "many dead units": (
        "nothing yet; look again after some epochs, and lower the rate if the share grows",
        [("03", "At which rate?"), ("03", "Born dead")]),
    "saturated layer": (
        "smaller first weights (for tanh and sigmoid Keras' default, glorot_uniform), standardised "
        "inputs, or a normalisation layer before the activation",
        [("03", "Saturation: units that have stopped listening")]),
    "exploding gradient": (
        "first weights made for the function (he_normal for ReLU and its kin, glorot_uniform for "
        "tanh), a normalisation layer, global_clipnorm=1.0 in the optimiser",
        [("03", "How large should first weights be?"),
         ("03", "Exploding gradients and clipping")]),
    "vanishing gradient": (
        "first weights made for the function (he_normal for ReLU and its kin; tanh instead of "
        "sigmoid), a normalisation layer before each activation, residual connections",
        [("03", "Is it the function or the pair?"), ("03", "Batch normalisation")]),
    "gradient lost in time": (
        "an LSTM or GRU (forget bias of 1 or more), orthogonal recurrent weights, or shorter "
        "sequences",
        [("03", "A gate that stays open")]),
    "collapse of inputs": (
        "first weights made for the function, biases at 0, inputs with mean 0, a normalisation "
        "layer; and see that the data really differ",
        [("03", "Born dead"), ("03", "Why tutorials disagree")]),
    "inputs not standardised": (
        "subtract the mean and divide by the standard deviation of the training data "
        "(keras.layers.Normalization), or divide pixels by 255",
        [("04", "And the first layer: does tanh want centred data?")]),
    "step too large": (
        "a smaller learning rate",
        [("03", "At which rate?")]),
}
ORDER = tuple(ADVICE)  # the likelier a cause of the others, the earlier


def sections(name):
    """Where a finding is explained, in words."""
    return "; ".join(f"chapter {chapter}, {heading}" for chapter, heading in ADVICE[name][1])
