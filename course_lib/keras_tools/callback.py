"""The doctor during training: the same numbers after each epoch, kept and written for TensorBoard.

    doctor = keras_tools.Doctor((x, y), log_dir="logs")
    model.fit(..., callbacks=[doctor])
    doctor.reports[0].table()          before the first epoch; then 1, 2, ...
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from .doctor import examine
from .loading import load


def Doctor(data, log_dir=None, every=1, loss=None):  # noqa: N802 - it stands for a class
    """A Keras callback that diagnoses the model before the first epoch and after every so many.

    data      as for `diagnose`. Give training data, some hundred examples, the same at each look:
              "dead" means off on all the examples given, and what gives a unit its gradient are
              those that it is trained on. A few examples, or of another kind, count too many dead
    log_dir   a folder for TensorBoard (`tensorboard --logdir logs`): for each layer the numbers of
              the report as scalars, and histograms of activations and gradients; None: no logs
    every     epochs from one look to the next
    loss      as for `diagnose`

    The callback's `reports` holds a report by epoch. Training is not touched: the model is left as
    it was after each look.
    """
    if not isinstance(every, (int, np.integer)) or every < 1:
        raise ValueError(f"every is a number of epochs, 1 or more; got {every!r}")
    return _class()(data, log_dir, int(every), loss)


@lru_cache(1)
def _class():
    keras = load()
    import tensorflow as tf

    class Doctor(keras.callbacks.Callback):
        """Looks into the model at the start and after every so many epochs."""

        def __init__(self, data, log_dir, every, loss):
            super().__init__()
            self.data, self.every, self.loss = data, every, loss
            self.log_dir = None if log_dir is None else str(Path(log_dir))
            self.reports, self.writer, self.before = {}, None, 0

        def on_train_begin(self, logs=None):
            self.before = max(self.reports, default=0)  # a second fit goes on counting
            if self.log_dir is not None:
                self.writer = tf.summary.create_file_writer(self.log_dir)
            if not self.reports:
                _build(self.model, self.data)
                self.look(0)

        def on_epoch_end(self, epoch, logs=None):
            if (epoch + 1) % self.every == 0:
                self.look(self.before + epoch + 1)

        def on_train_end(self, logs=None):
            if self.writer is not None:
                self.writer.close()
                self.writer = None

        def look(self, epoch):
            report, lines = examine(self.model, self.data, self.loss)
            self.reports[epoch] = report
            if self.writer is not None:
                with self.writer.as_default(step=epoch):
                    _write(tf, report, lines)
                self.writer.flush()

    return Doctor


def _build(model, data):
    """Gives a Sequential without keras.Input its weights, which `fit` is about to do anyway."""
    x = data.element_spec[0] if hasattr(data, "element_spec") else data[0]
    if type(model).__name__ == "Sequential" and not model.built and hasattr(x, "shape"):
        model.build((None, *x.shape[1:]))


def _write(tf, report, lines):
    """One step of the logs: tags doctor/LAYER/COLUMN; numbers that are not finite are left out."""
    if np.isfinite(report.loss):
        tf.summary.scalar("doctor/loss", report.loss)
    tf.summary.scalar("doctor/illnesses", sum(one.illness for one in report.findings))
    for line in lines:
        layer = line.name.replace(" ", "_")
        for column, value in line.numbers.items():
            if abs(value) < float(np.finfo(np.float32).max):
                tf.summary.scalar(f"doctor/{layer}/{column}", value)
        for what, values in (("activations", line.seen.a), ("gradients", line.seen.gradient)):
            if values is not None and np.isfinite(values).all():
                tf.summary.histogram(f"doctor/{layer}/{what}", values)
