"""Advice written as Keras code: names of sizes on top, then a model, then `compile`."""

LAYERS = {"shallow": 2, "medium": 6, "deep": 12}
LSTMS = 2  # at most: what has more of them is rare, and slow
NORMS = {"batch": "layers.BatchNormalization()", "layer": "layers.LayerNormalization()"}
SIZES = {"n_inputs": 20, "n_classes": 10, "n_labels": 5, "n_targets": 1, "length": 30}
POOLS = {"convolutional": "layers.GlobalAveragePooling2D()(x)",
         "transformer": "layers.GlobalAveragePooling1D()(x)"}
METRICS = {  # of scores: the cut of a sigmoid at a half is a score of 0
    "binary": "BinaryAccuracy(threshold=0.0)", "multi-label": "BinaryAccuracy(threshold=0.0)",
    "multi-class": "SparseCategoricalAccuracy()"}
SCALES = {  # task: lines before, targets as the model learns them, its predictions turned back
    "regression": (["centre, spread = y_train.mean(0), y_train.std(0)"],
                   "(y - centre) / spread", "centre + spread * model.predict(x_new)"),
    "bounded": ([], "(y - low) / (high - low)",
                "low + (high - low) * keras.ops.sigmoid(model.predict(x_new))")}
SHAPES = {"convolutional": "(32, 32, 3)", "recurrent": "(None, n_inputs)",
          "transformer": "(length, n_inputs)"}


def code(advice):
    """Return Keras code (a string) for an `Advice`.

    It runs as it stands where nothing has to be standardised; where inputs have, it wants
    `x_train`. Its last lines, which need data, are comments.
    """
    kind = advice.answers["architecture"]
    shape = SHAPES.get(kind, "(n_inputs,)")
    body = {"transformer": _transformer, "recurrent": _recurrent, "implicit": _implicit,
            }.get(kind, _feedforward)(advice)
    outputs = advice.head.code["outputs"]
    sizes = {name: size for name, size in SIZES.items() if name in shape or name == outputs}
    limits = ["low, high = 0, 1  # of the targets"] * (advice.answers["task"] == "bounded")
    lines = ["import keras", "from keras import layers", "", *limits,
             *(f"{name} = {size}" for name, size in sizes.items()), "width = 64",
             f"x = inputs = keras.Input({shape})"]
    if advice.answers["data"] == "raw":
        lines += ["standardise = layers.Normalization()", "standardise.adapt(x_train)",
                  "x = standardise(x)"]
    lines += body
    if kind in POOLS:
        lines.append(f"x = {POOLS[kind]}")
    lines += [*_head(advice, outputs), *_compile(advice), *_fit(advice.answers["task"])]
    text = "\n".join(lines)
    return text.replace("'", '"')


def _feedforward(advice):
    answers = advice.answers
    make = ("layers.Conv2D(width, 3, padding='same', kernel_initializer=start)"
            if answers["architecture"] == "convolutional" else
            "layers.Dense(width, kernel_initializer=start)")
    norm, skips = NORMS.get(answers["normalisation"]), answers["residual"] == "yes"
    steps = [make, *([norm] if norm else []),
             f"layers.Activation('{advice.hidden.code['function']}')"]
    last = []
    if skips and answers["architecture"] == "convolutional":
        # The usual branch ends in its linear layer, which can add and take away (He et al. 2016).
        steps = [*steps[1:], make]
        last = [f"x = {step}(x)" for step in steps[:-1]]
    if "branches" in advice.weights.code:
        steps.append(f"layers.Rescaling(1 / {LAYERS[answers['depth']]})")
    loop = [f"for _ in range({LAYERS[answers['depth']]}):"]
    for index, step in enumerate(steps):
        before, after = ("x" if index == 0 else "h", "h") if skips else ("x", "x")
        loop.append(f"    {after} = {step}({before})")
    if answers["architecture"] == "convolutional":  # halved twice: 32 to 8 pixels a side
        every = LAYERS[answers["depth"]] // 2
        halve = ["    x = layers.MaxPooling2D()(x)"]
        if every > 1:
            loop[0] = loop[0].replace("_", "layer")
            halve = [f"    if layer % {every} == {every - 1}:", f"    {halve[0]}"]
    else:
        halve = []
    dropout = ["# Dropout with SELU: layers.AlphaDropout, which keeps mean and variance."]
    return [f"start = '{advice.weights.code['weights']}'",
            *(dropout if advice.hidden.code["function"] == "selu" else []),
            *([f"x = {make}(x)"] if skips else []), *loop,
            *(["    x = layers.add([x, h])"] if skips else []), *halve, *last]


def _recurrent(advice):
    answers = advice.answers
    norm, skips = NORMS.get(answers["normalisation"]), answers["residual"] == "yes"
    lines = ["x = layers.Dense(width)(x)"] if skips else []
    if answers["depth"] != "shallow":
        lines.append(f"# {LSTMS} at most; the rest of the depth is left out")
    lines.append("# Keras starts them orthogonal from step to step, with forget bias 1.")
    for sequences in [True] * (min(LSTMS, LAYERS[answers["depth"]]) - 1) + [False]:
        lines += [f"h = layers.LSTM(width, return_sequences={sequences})(x)"
                  + ("" if sequences else "  # the last state"),
                  *([f"h = {norm}(h)"] if norm else []),
                  "x = h" if not skips else
                  f"x = layers.add([x{'' if sequences else '[:, -1]'}, h])"]
    return lines


def _transformer(advice):
    answers = advice.answers
    norm, f = NORMS.get(answers["normalisation"]), advice.hidden.code["function"]
    normed = f"{norm}(x)" if norm else "x"
    put = "layers.add([x, h])" if answers["residual"] == "yes" else "h"
    return ["x = layers.Dense(width)(x)  # add positions where their order counts",
            f"for _ in range({LAYERS[answers['depth']]}):",
            f"    h = {normed}", "    h = layers.MultiHeadAttention(4, width // 4)(h, h)",
            f"    x = {put}", f"    h = {normed}", f"    h = layers.Dense(4 * width, '{f}')(h)",
            "    h = layers.Dense(width)(h)", f"    x = {put}",
            *([f"x = {norm}(x)"] if norm else [])]


def _implicit(advice):
    answers = advice.answers
    left_out = [told for told, there in (
        ("normalisation", answers["normalisation"] != "none"),
        ("skip connections", answers["residual"] == "yes")) if there]
    return [*([f"# left out: {' and '.join(left_out)}"] if left_out else []),
            "def sine(z):", "    return keras.ops.sin(30 * z)", "", "limit = 1 / n_inputs",
            f"for _ in range({LAYERS[answers['depth']]}):",
            "    first = keras.initializers.RandomUniform(-limit, limit)",
            "    x = layers.Dense(width, sine, kernel_initializer=first)(x)",
            "    limit = (6 / width) ** 0.5 / 30"]


def _head(advice, outputs):
    raw, head = advice.loss.code.get("raw"), advice.head.code["head"]
    activation = f", '{head}'" if head and not raw else ""
    after = f"  # scores: the loss has the {head}" if raw else ""
    return [f"outputs = layers.Dense({outputs}{activation})(x){after}"]


def _compile(advice):
    rates, clip = advice.rate.code["rates"], advice.rate.code.get("clip")
    rate = f"{rates[len(rates) // 2]:g}"
    if advice.answers["architecture"] == "transformer":
        lines = ["rate = keras.optimizers.schedules.CosineDecay(",
                 f"    0.0, 100_000, warmup_target={rate}, warmup_steps=1_000)"]
        rate = "rate"
    else:
        lines = []
    others = [f"{one:g}" for one in rates if f"{one:g}" != rate]
    metric = METRICS.get(advice.answers["task"])
    cut = "  # scores: cut at 0" if metric and "threshold" in metric else ""
    clipped = f", global_clipnorm={clip:g}" if clip else ""
    return ["model = keras.Model(inputs, outputs)", *lines, "model.compile(",
            f"    keras.optimizers.Adam({rate}{clipped}),"
            + ("" if rate == "rate" else f"  # try {', '.join(others)} too"),
            f"    loss=keras.losses.{advice.loss.code['loss']}{',' if metric else ')'}",
            *([f"    metrics=[keras.metrics.{metric}]){cut}"] if metric else [])]


def _fit(task):
    before, by, after = SCALES.get(task, ([], None, None))
    lines = ["stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)"]
    if by:
        lines = [*before, "def scaled(y):", f"    return {by}", *lines,
                 "model.fit(x_train, scaled(y_train), epochs=200, callbacks=[stop],",
                 "          validation_data=(x_val, scaled(y_val)))", f"predicted = {after}"]
    else:
        lines += ["model.fit(x_train, y_train, epochs=200, callbacks=[stop],",
                  "          validation_data=(x_val, y_val))"]
    return [f"# {line}" for line in lines]
