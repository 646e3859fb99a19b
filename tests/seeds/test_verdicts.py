"""No verdict depends on the seed: each trial comes out under others as it does under 0."""

import pytest

from course_lib import court, trials

SEEDS = (1, 2)


@pytest.fixture(scope="module", params=sorted(trials.trials()))
def case(request):
    """A trial and its verdict under seed 0."""
    found = court.find(request.param)
    return found, found.run(0).verdict


@pytest.mark.parametrize("seed", SEEDS)
def test_same_verdict(case, seed):
    found, verdict = case
    other = found.run(seed)
    assert other.verdict == verdict, f"{found.id} under seed {seed}: {other.sentence}"
