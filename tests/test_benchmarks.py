"""The benchmarks run, say what they hold, and refuse a ratio that would mean nothing.

Nothing here looks at how long anything took.
"""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import activations, importing, peers, rounds, training
from benchmarks.rounds import Timing


def timings(*cpu, value=None):
    return [Timing(seconds, 2 * seconds, value) for seconds in cpu]


# ---- the command


def test_help_lists_the_benchmarks(capsys):
    with pytest.raises(SystemExit) as end:
        command.main(["--help"])
    assert end.value.code == 0
    assert "training, activations, figures, import" in capsys.readouterr().out


@pytest.mark.parametrize("wrong, near", [("trainning", "training"), ("figure", "figures"),
                                         ("imports", "import"), ("activation", "activations")])
def test_an_unknown_name_gets_the_nearest(capsys, wrong, near):
    with pytest.raises(SystemExit) as end:
        command.main([wrong])
    assert end.value.code == 2
    assert f"no benchmark '{wrong}'; did you mean '{near}'?" in capsys.readouterr().err


def test_import_prints_one_object_a_line_with_the_keys_promised(capsys):
    command.main(["import", "--json", "--quick"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["name"] for one in found] == ["import.course_lib", "import.activations"]
    for one in found:
        assert {"name", "ratio", "goal", "rounds", "met"} <= one.keys()
        assert one["goal"] == 30 and one["unit"] == "ms" and one["goal_is"] == "at most"
        assert one["ratio"] == np.median(one["rounds"]) and len(one["rounds"]) >= 3
        assert one["loads"] == []  # neither TensorFlow, scipy.special, pyplot nor ipywidgets


def test_the_table_says_ratio_goal_and_whether_it_is_met():
    slow = rounds.result("a.b", timings(2, 4, 6), timings(1, 1, 1), 5)
    assert command.line(slow).split()[:6] == ["a.b", "4x", "at", "least", "5", "not"]
    gone = rounds.refused("a.b", 5, why="torch is not installed")
    assert command.line(gone).split()[1] == "-"
    assert command.line(gone).endswith("torch is not installed")


def test_figures_are_wired_in(monkeypatch):
    from benchmarks import figures

    monkeypatch.setattr(figures, "run", lambda: {"name": "figures"})
    assert command.outcomes("figures", quick=True) == [{"name": "figures"}]


# ---- ratios


def test_the_ratio_is_the_median_over_rounds_of_processor_time():
    found = rounds.result("x", timings(1, 8, 9), timings(1, 2, 3), goal=3)
    assert found["rounds"] == [1, 4, 3] and found["ratio"] == 3 and found["met"] is True


@pytest.mark.parametrize("ratio, at_most, met", [(1.0, True, True), (1.2, True, False),
                                                 (1.0, False, False), (1.2, False, True)])
def test_goals_are_met_from_above_or_from_below(ratio, at_most, met):
    assert rounds.outcome("x", ratio, 1.1, at_most, rounds=[ratio])["met"] is met


def test_sides_take_turns_and_each_round_starts_with_another():
    order = []

    def side(name):
        return lambda: order.append(name) or Timing(1, 1)

    seen = rounds.rotate({name: side(name) for name in "abc"}, 3)
    assert "".join(order) == "abc" "bca" "cab"
    assert {name: len(each) for name, each in seen.items()} == {"a": 3, "b": 3, "c": 3}


def test_seconds_are_per_unit(monkeypatch):
    clock = SimpleNamespace(process_time=iter([10, 16]).__next__,
                            perf_counter=iter([100, 108]).__next__)
    monkeypatch.setattr(rounds, "time", clock)
    assert rounds.timed(sum, [1, 2], units=2) == Timing(cpu=3, wall=4, value=3)


def test_a_worker_hands_back_the_value_and_its_times():
    worker = rounds.Worker()
    try:
        found = worker.time(sum, [1, 2], units=2)
    finally:
        worker.close()
    assert found.value == 3 and found.cpu >= 0 and found.wall > 0


# ---- peers that are missing or differ


@pytest.mark.parametrize("peer", training.PEERS, ids=lambda peer: peer.name)
def test_a_missing_peer_is_named(peer):
    found = training.against(peer, timings(1), None, 0.01, "study")
    assert found["ratio"] is None and found["met"] is None and found["goal"] == peer.goal
    assert f"{peer.package} is not installed" in found["why"]


def test_nothing_is_started_for_peers_that_are_not_installed(monkeypatch):
    monkeypatch.setattr(training, "installed", lambda package: False)
    found = {one["name"]: one for one in training.run(quick=True)}
    assert all(found[f"training.{peer.name}"]["ratio"] is None for peer in training.PEERS)
    assert found["training.narrow"]["ratio"] > 0 and found["training.sgemm_share"]["ratio"] > 0


def test_activations_without_peers_say_so(monkeypatch):
    monkeypatch.setattr(activations, "installed", lambda package: False)
    monkeypatch.setattr(activations, "FUNCTIONS", ("relu",))
    found = list(activations.run(quick=True))
    assert {one["name"] for one in found} == {
        f"activations.relu.{rest}.1e3" for rest in ("f.float32", "df.float32", "engine.float32",
                                                    "f.float64", "df.float64")}
    for one in found:
        assert one["ratio"] is None and one["missing"] == ["scipy", "tensorflow", "torch", "jax"]


@pytest.mark.parametrize("theirs", [0.94, np.nan])
def test_unequal_accuracy_refuses_the_ratio(theirs):
    ours = timings(1, 1, value=np.full((8, 10), 0.97))
    found = training.against(training.PEERS[0], ours,
                             timings(40, 40, value=np.full((8, 1), theirs)), 0.01, "study")
    assert found["ratio"] is None and found["met"] is None
    assert "test accuracy is not equal: ours 0.9700" in found["why"]
    equal = training.against(training.PEERS[0], ours,
                             timings(40, 40, value=np.full((8, 1), 0.965)), 0.01, "study")
    assert equal["ratio"] == 40 and equal["met"] is True


def test_a_crowd_that_learns_otherwise_refuses_the_ratio():
    together = timings(1, value=np.full((8, 10), 0.9))
    found = training.against_itself(together, timings(6, value=[[0.5]] * 80), 0.01, "study")
    assert found["ratio"] is None and "0.9000, the peer's 0.5000" in found["why"]
    found = training.against_itself(together, timings(6, value=[[0.9]] * 80), 0.01, "study")
    assert found["ratio"] == 6 and found["met"] is True


def test_a_blas_tied_to_an_older_processor_is_noted(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert training.held_back() == {}
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    found = rounds.result("a.b", timings(2), timings(1)) | training.held_back()
    assert command.line(found).endswith("OPENBLAS_CORETYPE=Nehalem holds back our side only")


def test_jax_steady_is_ours_over_theirs_and_to_stay_below():
    steady = next(peer for peer in training.PEERS if peer.name == "jax_steady")
    value = np.full((8, 10), 0.97)
    found = training.against(steady, timings(3, value=value), timings(2, value=value), 0.01, "")
    assert found["ratio"] == 1.5 and found["met"] is False


def test_an_import_that_loads_something_heavy_misses_its_goal():
    light = timings(0.1, value=[])
    found = importing.verdict("import.course_lib", light, timings(0.101, value=["tensorflow"]),
                              "import course_lib")
    assert found["ratio"] == pytest.approx(1) and found["met"] is False
    assert "loads tensorflow" in found["why"]
    assert importing.verdict("import.course_lib", light, light, "")["met"] is True


def test_a_fresh_import_sees_what_was_loaded():
    assert importing.fresh("import scipy.special").value == ["scipy.special"]


# ---- the same amount of work


def test_a_network_costs_the_products_of_its_layers():
    # 64-64-64-64-10: forward and each layer's weight gradient 12,928 multiplications an example,
    # the slopes handed down 8,832 (not below the first layer).
    per_example = 2 * (2 * (3 * 64 * 64 + 640) + (2 * 64 * 64 + 640))
    forward = 2 * (3 * 64 * 64 + 640)
    assert training.products(30) == 30 * 1077 * per_example + (30 * 360 + 360) * forward


def test_every_row_stands_once_in_padded_batches():
    order = peers.orders(0, 3)
    batches = peers._padded(order)
    assert order.shape == (3, 1077) and batches.shape == (3, 17, 64)
    for epoch in batches:
        assert sorted(epoch[epoch >= 0]) == list(range(1077))
