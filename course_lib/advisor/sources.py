"""Where advice comes from: sections of the course, and papers for what it has not measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A section of a chapter: the notebook's name without its ending, and the heading."""

    notebook: str
    heading: str

    @property
    def words(self):
        """How a sentence refers to it.

        >>> Section("02_classic_functions", "Is ReLU fast?").words
        "chapter 02, 'Is ReLU fast?'"
        """
        return f"chapter {self.notebook[:2]}, '{self.heading}'"

    @property
    def link(self):
        """Its address, as seen from any other notebook of the course.

        >>> Section("02_classic_functions", "Is ReLU fast?").link
        '02_classic_functions.ipynb#Is-ReLU-fast?'
        """
        return f"{self.notebook}.ipynb#{self.heading.replace(' ', '-')}"


@dataclass(frozen=True)
class Paper:
    """A paper: authors and year as a sentence cites them, title, identifier."""

    words: str
    title: str
    identifier: str


_ONE, _TWO = "01_why_nonlinearity", "02_classic_functions"
_THREE, _FOUR = "03_gradient_problems", "04_choosing_activations"
SECTIONS = {
    "linear first": Section(_ONE, "Do you always need one?"),
    "few examples": Section(_ONE, "Does it predict better?"),
    "beyond the data": Section(_ONE, "And beyond the data?"),
    "cost": Section(_TWO, "Is ReLU fast?"),
    "softmax": Section(_TWO, "From scores to shares"),
    "double softmax": Section(_TWO, "A softmax, and a loss that expects scores"),
    "one unit": Section(_TWO, "One unit that decides"),
    "loss of a sigmoid": Section(_TWO, "Which loss goes with a sigmoid?"),
    "heads": Section(_TWO, "Heads and losses that fit"),
    "calibration": Section(_TWO, "Are these probabilities?"),
    "far away": Section(_TWO, "Far from anything it has seen"),
    "pair": Section(_THREE, "Is it the function or the pair?"),
    "first weights": Section(_THREE, "How large should first weights be?"),
    "fifty layers": Section(_THREE, "Which of fifty layers learn?"),
    "tutorials": Section(_THREE, "Why tutorials disagree"),
    "depth matters": Section(_THREE, "Does depth make the choice matter?"),
    "dead": Section(_THREE, "At which rate?"),
    "batch norm": Section(_THREE, "Batch normalisation"),
    "norms and skips": Section(_THREE, "Normalisation with and without residuals"),
    "through time": Section(_THREE, "Through time"),
    "identity": Section(_THREE, "Start by forgetting nothing"),
    "forget gate": Section(_THREE, "A gate that stays open"),
    "who remembers": Section(_THREE, "Who remembers"),
    "clipping": Section(_THREE, "Exploding gradients and clipping"),
    "diagnose": Section(_THREE, "Diagnosing in practice"),
    "yes or no": Section(_FOUR, "Yes or no"),
    "one of several": Section(_FOUR, "One of several"),
    "several at once": Section(_FOUR, "Several at once"),
    "any number": Section(_FOUR, "Any number"),
    "positive": Section(_FOUR, "Positive numbers"),
    "bounds": Section(_FOUR, "Numbers between bounds"),
    "raw inputs": Section(_FOUR, "And the first layer: does tanh want centred data?"),
    "tie": Section(_FOUR, "Each at its best rate"),
    "flip": Section(_FOUR, "The ranking flips with the rate"),
    "noise": Section(_FOUR, "Noise, in inputs and labels"),
    "default": Section(_FOUR, "Is ReLU the default?"),
    "convolutions": Section(_FOUR, "Why ReLU in convolutions"),
    "gates": Section(_FOUR, "Why sigmoid and tanh in gates"),
    "transformers": Section(_FOUR, "Why GELU and SwiGLU in transformers"),
    "another question": Section(_FOUR, "Normalisation and residuals change the question"),
    "yourself": Section(_FOUR, "Run such a comparison on your own problem"),
}

PAPERS = {
    "canonical": Paper("Nelder & Wedderburn 1972", "Generalized linear models",
                       "doi:10.2307/2344614"),
    "fractions": Paper("Papke & Wooldridge 1996", "Econometric methods for fractional response "
                   "variables", "Journal of Applied Econometrics 11"),
    "siren": Paper("Sitzmann et al. 2020", "Implicit neural representations with periodic "
                   "activation functions", "arXiv:2006.09661"),
    "fourier": Paper("Tancik et al. 2020", "Fourier features let networks learn high frequency "
                     "functions in low dimensional domains", "arXiv:2006.10739"),
    "gelu": Paper("Hendrycks & Gimpel 2016", "Gaussian error linear units", "arXiv:1606.08415"),
    "glu": Paper("Shazeer 2020", "GLU variants improve transformer", "arXiv:2002.05202"),
    "resnet": Paper("He, Zhang, Ren & Sun 2016", "Identity mappings in deep residual networks",
                    "arXiv:1603.05027"),
    "pre-norm": Paper("Xiong et al. 2020", "On layer normalization in the transformer "
                      "architecture", "arXiv:2002.04745"),
    "rank": Paper("Dong, Cordonnier & Loukas 2021", "Attention is not all you need: pure "
                  "attention loses rank doubly exponentially with depth", "arXiv:2103.03404"),
    "mishkin": Paper("Mishkin, Sergievskiy & Matas 2017", "Systematic evaluation of convolution "
                     "neural network advances on the ImageNet", "arXiv:1606.02228"),
    "integers": Paper("Jacob et al. 2018", "Quantization and training of neural networks for "
                      "efficient integer-arithmetic-only inference", "arXiv:1712.05877"),
    "hard swish": Paper("Howard et al. 2019", "Searching for MobileNetV3", "arXiv:1905.02244"),
    "fixup": Paper("Zhang, Dauphin & Ma 2019", "Fixup initialization: residual learning without "
                   "normalization", "arXiv:1901.09321"),
    "lstm bias": Paper("Jozefowicz, Zaremba & Sutskever 2015", "An empirical exploration of "
                       "recurrent network architectures", "PMLR 37"),
    "goyal": Paper("Goyal et al. 2017", "Accurate, large minibatch SGD: training ImageNet in 1 "
                   "hour", "arXiv:1706.02677"),
    "selu": Paper("Klambauer et al. 2017", "Self-normalizing neural networks",
                  "arXiv:1706.02515"),
    "trees": Paper("Grinsztajn, Oyallon & Varoquaux 2022", "Why do tree-based models still "
                   "outperform deep learning on typical tabular data?", "arXiv:2207.08815"),
    "costs": Paper("Elkan 2001", "The foundations of cost-sensitive learning",
                   "IJCAI 2001, 973-978"),
    "adam": Paper("Kingma & Ba 2015", "Adam: a method for stochastic optimization",
                  "arXiv:1412.6980"),
    "i-bert": Paper("Kim et al. 2021", "I-BERT: integer-only BERT quantization",
                    "arXiv:2101.01321"),
}
