"""Faults that are none: no input tells the changed line from the right one."""

# (file, function, what the line became): why nothing changes
EQUIVALENT = {
    ("activation.py", "Activation.affine",
     'flipped = {"below": "above", "above": "below"} if scale <= 0 else {}'):
        "a scale of 0 was refused above",
    ("losses.py", "SoftmaxCrossentropy.value_and_slope",
     "loss = (np.log(total[..., -1, :]) - hit).mean(-1)"):
        "that axis has length 1",
    ("training.py", "Run.network",
     "key.append(position(values, labels.pop(name, values[-1]), name))"):
        "an axis without a label was refused above unless its length is 1",
    ("thermostat.py", "_build", "z = (middle[:, None] - half[:, None] * _NODES).ravel()"):
        "Gauss's nodes lie symmetrically, with equal weights: the same points in another order",
}

# (file, function, how the line begins): what is chosen there is only how much is computed at a
# time. That every choice gives the same numbers is shown for the groups of networks by
# test_groups_of_any_size_give_the_same_numbers, for the examples by
# test_predictions_do_not_depend_on_how_many_go_through_at_a_time, for the rows by
# test_adam_is_algorithm_one_of_the_paper.
SPEED = {
    ("training.py", "", "CACHE = "),
    ("training.py", "_groups", "widths = "),
    ("training.py", "_groups", "parameters = "),
    ("training.py", "_groups", "size = "),
    ("training.py", "_groups", "fit = "),
    ("training.py", "_evaluate", "out = stack.predict("),
    ("optimisers.py", "", "BLOCK = "),
}
