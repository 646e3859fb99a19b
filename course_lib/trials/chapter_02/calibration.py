"""Do stated probabilities come true? Bins, calibration error, and one temperature as a repair.

A forecast is calibrated if, of all cases that were given 80 %, 80 % come true, and likewise for
every other number (Dawid 1982).
"""

import numpy as np

BINS = 10


def bins(stated, came_true, count=BINS):
    """Cases sorted into `count` bins of equal width by what was stated.

    stated (N,) in [0, 1]; came_true (N,) of 0 and 1. Returns cases, mean stated probability and
    share that came true, each (count,); the last two are nan where a bin is empty.
    """
    stated, came_true = np.asarray(stated, float), np.asarray(came_true, float)
    if stated.ndim != 1 or stated.shape != came_true.shape or not len(stated):
        raise ValueError("stated and came_true need one number a case, shape (cases,); "
                         f"got {stated.shape} and {came_true.shape}")
    if not (stated.min() >= 0 and stated.max() <= 1):
        raise ValueError("stated probabilities lie between 0 and 1; got "
                         f"{stated.min():g} to {stated.max():g}")
    place = np.minimum((stated * count).astype(int), count - 1)  # 1 belongs to the last bin
    cases = np.bincount(place, minlength=count)
    with np.errstate(invalid="ignore"):
        return (cases, np.bincount(place, stated, count) / cases,
                np.bincount(place, came_true, count) / cases)


def error(stated, came_true, count=BINS):
    """Expected calibration error: the mean distance of stated and true share, cases counted.

    Naeini, Cooper & Hauskrecht 2015; Guo et al. 2017, sec. 2. Never below 0, so that even a perfect
    forecast shows a little of it on few cases.

    >>> error([0.5, 0.5, 0.9, 0.9], [0, 1, 1, 1])
    0.05
    """
    cases, said, came = bins(stated, came_true, count)
    some = cases > 0
    return round(float((cases * abs(said - came))[some].sum() / cases.sum()), 15)


def temperature(scores, labels):
    """The T > 0 for which softmax(scores / T) has the least cross-entropy (Guo et al. 2017, 4.2).

    scores (N, K), labels (N,) of 0 ... K-1, both from validation data. For one score z that goes
    through a sigmoid, pass (0, z): softmax of these two is the sigmoid. T lies in 1/20 ... 20.
    """
    from scipy.optimize import minimize_scalar  # here: it would slow down the import of the trials
    from scipy.special import logsumexp
    scores, labels = np.asarray(scores, float), np.asarray(labels, int)
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise ValueError("scores have shape (cases, classes), labels one class number a case; "
                         f"got {scores.shape} and {labels.shape}")
    own = np.take_along_axis(scores, labels[:, None], 1)[:, 0]

    def crossentropy(log_t):
        cold = np.exp(-log_t)
        return (logsumexp(cold * scores, axis=1) - cold * own).mean()

    found = minimize_scalar(crossentropy, bounds=(-np.log(20), np.log(20)), method="bounded")
    return float(np.exp(found.x))
