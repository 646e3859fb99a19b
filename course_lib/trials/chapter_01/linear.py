"""What linear networks can do."""

from ... import data, figures, statistics, training
from .. import Outcome, trial


@trial(
    "C03",
    claim="Linear models do not work for recognising images.",
    reading="On images of digits, a network without any activation function falls more than 10 "
            "points of accuracy behind the same network with ReLU.",
    rule="holds if the paired difference (ReLU minus none) lies above 10 points by three standard "
         "errors, false if it lies below 10 points by as many",
    correct="It depends on the images. On these small ones a linear classifier is strong; on those "
            "of MNIST, 28 x 28 pixels, it errs on 12 %, a network with one hidden layer on 4.7 %.",
    literature="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document "
               "recognition, fig. 9",
)
def linear_models_on_images(seeds):
    run = training.train(data.digits(), ["identity", "relu"], seeds=seeds)
    linear, relu = (100 * run.test_score.sel(activation=name).values
                    for name in ("identity", "relu"))
    gap = statistics.paired(relu, linear)
    against = statistics.compare(gap.shifted(-10))
    verdict = {"more": "holds", "less": "false"}.get(against, "undecided")

    def draw():
        figures.accuracies(
            ["no activation", "relu"], [linear, relu], xlabel="test accuracy (%)", chance=10,
            title="Without any activation, nearly all digits are still read")

    return Outcome(
        verdict,
        {"accuracy without activation": statistics.interval(linear),
         "accuracy with ReLU": statistics.interval(relu), "difference": gap},
        f"Without any activation the networks read {linear.mean():.0f} % of the test digits, with "
        f"ReLU {relu.mean():.0f} %: {gap.mean:.1f} points apart (95 % interval {gap.low:.1f} to "
        f"{gap.high:.1f}), not 10.",
        seeds=len(seeds), tuned="nothing; both were trained alike", draw=draw)
