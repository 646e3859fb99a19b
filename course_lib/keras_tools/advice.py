"""What to try and what to read for each finding: one place for all of the doctor's words."""

ADVICE = {  # name: (what to try, where it is explained)
    "non-finite values": (
        "look for the first line named here; lower the rate, clip the gradient, and check the data "
        "for missing values and logarithms of 0",
        "chapter 03, exploding gradients; chapter 02, the formulas as code"),
    "double softmax": (
        "let the last Dense layer have no activation and keep from_logits=True, or keep one "
        "softmax and say from_logits=False",
        "chapter 02, which loss goes with which output"),
    "double sigmoid": (
        "let the last Dense layer have no activation and keep from_logits=True, or keep one "
        "sigmoid and say from_logits=False",
        "chapter 02, which loss goes with which output"),
    "wrong head": (
        "choose the output and the loss together: no activation with from_logits=True for "
        "classes, no activation for numbers of any size, softplus for positive ones",
        "chapter 04, the output layer first"),
    "missing activation": (
        "put an activation between the two, or leave one of them out",
        "chapter 01, layers without activation"),
    "dead layer": (
        "a smaller rate, biases back at 0, kernel_initializer='he_normal', or a function with a "
        "slope on both sides (leaky_relu, elu, gelu). A wholly dead layer does not come back: set "
        "its weights anew",
        "chapter 03, dying ReLU"),
    "many dead units": (
        "nothing yet; look again after some epochs, and lower the rate if the share grows",
        "chapter 03, dying ReLU"),
    "saturated layer": (
        "smaller first weights (for tanh and sigmoid Keras' default, glorot_uniform), standardised "
        "inputs, or a normalisation layer before the activation",
        "chapter 03, saturation"),
    "exploding gradient": (
        "first weights made for the function (he_normal for ReLU and its kin, glorot_uniform for "
        "tanh), a normalisation layer, clipnorm=1 in the optimiser",
        "chapter 03, exploding gradients and clipping"),
    "vanishing gradient": (
        "first weights made for the function (he_normal for ReLU and its kin; tanh instead of "
        "sigmoid), a normalisation layer before each activation, residual connections",
        "chapter 03, the pair of function and first weights"),
    "gradient lost in time": (
        "an LSTM or GRU (forget bias of 1 or more), orthogonal recurrent weights, or shorter "
        "sequences",
        "chapter 03, through time"),
    "collapse of inputs": (
        "first weights made for the function, biases at 0, inputs with mean 0, a normalisation "
        "layer; and see that the data really differ",
        "chapter 03, the thermostat map and dying ReLU"),
    "inputs not standardised": (
        "subtract the mean and divide by the standard deviation of the training data "
        "(keras.layers.Normalization), or divide pixels by 255",
        "chapter 03, saturation"),
    "step too large": (
        "a smaller learning rate",
        "chapter 03, dying ReLU"),
}
ORDER = tuple(ADVICE)  # the likelier a cause of the others, the earlier
