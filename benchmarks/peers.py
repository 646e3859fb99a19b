"""The same training, as a user of each framework would write it: digits, Adam, best epoch kept.

Every function trains one network for each activation and seed and returns the test accuracies,
(activations, seeds). All start from the same weights and, but for Keras, which shuffles itself,
see the same batches; all look at the validation part after every epoch (loss and accuracy) and
keep the weights with the lowest validation loss, which meet the test part once.
"""

from functools import cache

import numpy as np

from course_lib import data, keras_tools, networks, training

SIZES = (64, 64, 64, 64, 10)
BATCH, RATE = 64, 1e-3


@cache
def first_weights(seed):
    """[W1, b1, W2, b2, ...] of He et al. 2015, as the engine draws them; biases (1, width)."""
    stack = networks.Stack(["relu"], SIZES)
    stack.initialise(["he"], [seed])
    return [array[0].copy() for layer in stack.layers for array in (layer.W, layer.b)]


def stacked_weights(seeds):
    """The same for several seeds, each array with a leading axis for the seed."""
    return [np.stack(each) for each in zip(*map(first_weights, seeds), strict=True)]


@cache
def orders(seed, epochs):
    """The rows of each epoch, (epochs, examples)."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(len(data.digits().x_train)) for _ in range(epochs)])


def ours(activations, seeds, epochs):
    run = training.train(data.digits(), list(activations), seeds=list(seeds), hidden=SIZES[1:-1],
                         rate=RATE, epochs=epochs, batch=BATCH, weights=first_weights,
                         order=lambda seed: orders(seed, epochs))
    return run.test_score.values


# ---- Keras


def keras_fit(activations, seeds, epochs):
    """One `fit` a network, tracing included, everything at its default (on a CPU: without XLA)."""
    keras = keras_tools.load()
    digits, scores = data.digits(), np.zeros((len(activations), len(seeds)))
    for i, activation in enumerate(activations):
        for j, seed in enumerate(seeds):
            keras.utils.set_random_seed(seed)
            model = keras.Sequential([keras.Input((SIZES[0],))])
            for width in SIZES[1:-1]:
                model.add(keras.layers.Dense(width, activation=activation))
            model.add(keras.layers.Dense(SIZES[-1]))
            model.set_weights([w if k % 2 == 0 else w[0]
                               for k, w in enumerate(first_weights(seed))])
            model.compile(
                keras.optimizers.Adam(RATE), metrics=["accuracy"],
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            best = keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)
            model.fit(digits.x_train, digits.y_train, batch_size=BATCH, epochs=epochs, verbose=0,
                      validation_data=(digits.x_val, digits.y_val), callbacks=[best])
            outputs = model.predict_on_batch(digits.x_test)
            scores[i, j] = (outputs.argmax(1) == digits.y_test).mean()
    return scores


# ---- JAX


def jax_vmap(activations, seeds, epochs):
    """One compiled program an activation, from first weights to test accuracy, over all seeds."""
    import jax.numpy as jnp

    weights = list(map(jnp.asarray, stacked_weights(seeds)))
    rows = jnp.stack([_padded(orders(seed, epochs)) for seed in seeds])
    return np.stack([_jax_program(name)(weights, rows) for name in activations])


def jax_vmap_compiling(activations, seeds, epochs):
    """The same from scratch: every program is traced and compiled anew."""
    import jax

    jax.clear_caches()
    _jax_program.cache_clear()
    return jax_vmap(activations, seeds, epochs)


def _padded(order):
    """Rows in whole batches, (epochs, steps, BATCH); -1 where there are no rows left."""
    short = -order.shape[1] % BATCH
    return np.pad(order, ((0, 0), (0, short)), constant_values=-1).reshape(len(order), -1, BATCH)


@cache
def _jax_program(name):
    import jax
    import jax.numpy as jnp

    digits, f = data.digits(), getattr(jax.nn, name)
    if name == "gelu":
        f = lambda z: jax.nn.gelu(z, approximate=False)  # noqa: E731
    x, x_val, x_test = map(jnp.asarray, (digits.x_train, digits.x_val, digits.x_test))
    y, y_val, y_test = map(jnp.asarray, (digits.y_train, digits.y_val, digits.y_test))

    def outputs(weights, h):
        for k in range(0, len(weights) - 2, 2):
            h = f(h @ weights[k] + weights[k + 1])
        return h @ weights[-2] + weights[-1]

    def losses(weights, x, y):
        chances = jax.nn.log_softmax(outputs(weights, x))
        return -jnp.take_along_axis(chances, y[:, None], 1)[:, 0]

    def mean_loss(weights, rows):
        there = rows >= 0
        return jnp.where(there, losses(weights, x[rows], y[rows]), 0).sum() / there.sum()

    def step(state, rows):
        weights, m, v, t = state
        gradient, t = jax.grad(mean_loss)(weights, rows), t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        size = RATE * jnp.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
        weights = jax.tree.map(lambda w, m, v: w - size * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
        return (weights, m, v, t), None

    def epoch(state, rows):
        training_state, best, kept = state
        training_state, _ = jax.lax.scan(step, training_state, rows)
        weights = training_state[0]
        val_outputs = outputs(weights, x_val)
        chances = jax.nn.log_softmax(val_outputs)
        val_loss = -jnp.take_along_axis(chances, y_val[:, None], 1).mean()
        val_score = (val_outputs.argmax(1) == y_val).mean()
        kept = jax.tree.map(lambda w, old: jnp.where(val_loss < best, w, old), weights, kept)
        return (training_state, jnp.minimum(best, val_loss), kept), (val_loss, val_score)

    def train(weights, rows):
        zeros = [jnp.zeros_like(w) for w in weights]
        start = ((weights, zeros, zeros, 0.0), jnp.inf, weights)
        (_, _, kept), history = jax.lax.scan(epoch, start, rows)
        return (outputs(kept, x_test).argmax(1) == y_test).mean(), history

    program = jax.jit(jax.vmap(train))
    return lambda weights, rows: np.asarray(jax.block_until_ready(program(weights, rows))[0])


# ---- PyTorch


def torch_eager(activations, seeds, epochs):
    """One network after the other; batches are slices of two tensors, the fastest way."""
    return _torch_one_by_one(activations, seeds, epochs, lambda x, y, order: (
        (x[rows], y[rows]) for rows in order.split(BATCH)))


def torch_loader(activations, seeds, epochs):
    """The same with a DataLoader, as PyTorch's tutorials do."""
    from torch.utils.data import DataLoader, TensorDataset

    return _torch_one_by_one(activations, seeds, epochs, lambda x, y, order: DataLoader(
        TensorDataset(x, y), BATCH, sampler=order.tolist()))


def _torch_one_by_one(activations, seeds, epochs, batches):
    """The usual loop of forward, backward and step over `batches(x, y, order)` of each epoch."""
    import torch

    x, y, x_val, y_val, x_test, y_test = _torch_data()
    scores = np.zeros((len(activations), len(seeds)))
    for i, activation in enumerate(activations):
        for j, seed in enumerate(seeds):
            weights = [torch.tensor(w) for w in first_weights(seed)]
            parts = []
            for k in range(0, len(weights), 2):
                linear = torch.nn.Linear(*weights[k].shape)
                linear.weight.data, linear.bias.data = weights[k].T.contiguous(), weights[k + 1][0]
                parts += [linear, _torch_layer(activation)]
            model = torch.nn.Sequential(*parts[:-1])
            optimiser = torch.optim.Adam(model.parameters(), RATE)
            loss_of = torch.nn.CrossEntropyLoss()
            best, kept = np.inf, None
            for order in torch.tensor(orders(seed, epochs)):
                for x_batch, y_batch in batches(x, y, order):
                    optimiser.zero_grad()
                    loss_of(model(x_batch), y_batch).backward()
                    optimiser.step()
                with torch.no_grad():
                    outputs = model(x_val)
                    val_loss = loss_of(outputs, y_val).item()
                    (outputs.argmax(1) == y_val).float().mean().item()
                if val_loss < best:
                    best, kept = val_loss, {k: w.clone() for k, w in model.state_dict().items()}
            model.load_state_dict(kept)
            with torch.no_grad():
                scores[i, j] = (model(x_test).argmax(1) == y_test).float().mean()
    return scores


def torch_vmap(activations, seeds, epochs):
    """All seeds of an activation at once, by torch.func's vmap of grad."""
    import torch
    from torch.func import grad, vmap
    from torch.nn.functional import cross_entropy

    x, y, x_val, y_val, x_test, y_test = _torch_data()
    rows_of = torch.stack([torch.tensor(orders(seed, epochs)) for seed in seeds], 1)
    scores = []
    for activation in activations:
        f = _torch_layer(activation)

        def outputs(weights, h, f=f):
            for k in range(0, len(weights) - 2, 2):
                h = f(h @ weights[k] + weights[k + 1])
            return h @ weights[-2] + weights[-1]

        def loss(weights, x, y, outputs=outputs):
            return cross_entropy(outputs(weights, x), y)

        gradient, every = vmap(grad(loss)), vmap(outputs, (0, None))
        weights = [torch.tensor(w) for w in stacked_weights(seeds)]
        optimiser = torch.optim.Adam(weights, RATE, fused=True)
        best, kept = torch.full((len(seeds),), torch.inf), [w.clone() for w in weights]
        with torch.no_grad():
            for order in rows_of:
                for rows in order.split(BATCH, 1):
                    for w, g in zip(weights, gradient(weights, x[rows], y[rows]), strict=True):
                        w.grad = g
                    optimiser.step()
                val_outputs = every(weights, x_val)
                val_loss = vmap(cross_entropy, (0, None))(val_outputs, y_val)
                (val_outputs.argmax(-1) == y_val).float().mean(1)
                better = val_loss < best
                best = torch.where(better, val_loss, best)
                kept = [torch.where(better[:, None, None], w, old)
                        for w, old in zip(weights, kept, strict=True)]
            scores.append((every(kept, x_test).argmax(-1) == y_test).float().mean(1).numpy())
    return np.stack(scores)


@cache
def _torch_data():
    import torch

    digits = data.digits()
    return [torch.tensor(getattr(digits, f"{name}_{part}")) for part in data.PARTS
            for name in "xy"]


def _torch_layer(name):
    import torch

    layers = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "elu": "ELU", "selu": "SELU",
              "gelu": "GELU", "silu": "SiLU", "softplus": "Softplus"}
    return getattr(torch.nn, layers[name])()
