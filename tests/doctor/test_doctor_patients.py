"""Twenty sick models named correctly, ten healthy ones without an alarm."""

import patients
import pytest

from course_lib import keras_tools


@pytest.mark.parametrize("build", patients.SICK, ids=lambda build: build.__name__)
def test_the_illness_is_named_first_and_in_its_place(build):
    patient = build()
    report = keras_tools.diagnose(patient.model, (patient.x, patient.y))
    first = report.findings[0]
    assert first.illness and first.name == patient.illness and not report.healthy
    assert patient.where in first.layer
    assert set(report.names()) - {patient.illness} <= patient.also
    assert first.words and first.advice and first.read.startswith("chapter 0")
    assert report.unseen == ()


@pytest.mark.parametrize("build", patients.HEALTHY, ids=lambda build: build.__name__)
def test_no_false_alarm(build):
    patient = build()
    report = keras_tools.diagnose(patient.model, (patient.x, patient.y))
    assert report.findings == () and report.healthy
    assert report.unseen == () and len(report.layers) > 0
    assert str(report).startswith("Nothing found on 128 examples.\nLoss ")


def test_there_are_twenty_and_ten():
    assert len(set(patients.SICK)) == 20 and len(set(patients.HEALTHY)) == 10
    wanted = {"dead layer", "saturated layer", "vanishing gradient", "exploding gradient",
              "double softmax", "missing activation", "collapse of inputs"}
    assert wanted <= {build().illness for build in patients.SICK}


def trained(patient, keras, epochs):
    patient.model.compile(keras.optimizers.Adam(0.01), patient.model.loss, run_eagerly=True)
    patient.model.fit(patient.x, patient.y, batch_size=128, epochs=epochs, verbose=0)
    return keras_tools.diagnose(patient.model, (patient.x, patient.y))


def test_a_trained_model_is_no_patient(keras):
    """Small gradients are the aim of training."""
    report = trained(patients.mlp(), keras, 25)
    assert report.loss < 0.5 and report.healthy, str(report)


def test_a_saturated_layer_that_has_learnt_is_no_illness(keras):
    """The same saturation: an illness while the loss is high, and none once it is low."""
    report = trained(patients.saturated_tanh(), keras, 25)
    assert report.loss < 0.5 and report.saturated[1] > 0.7 and report.healthy, str(report)
