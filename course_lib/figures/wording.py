"""Numbers, formulas and lists as a sentence writes them."""

import re
import unicodedata

import numpy as np

_SIGNS = {  # LaTeX commands that print no word
    "leq": "≤ ", "le": "≤ ", "geq": "≥ ", "ge": "≥ ", "neq": "≠ ", "ne": "≠ ", "approx": "≈ ",
    "cdot": "· ", "times": "× ", "pm": "±", "infty": "∞", "to": "→ ", "partial": "∂", "in": "∈ ",
    "ldots": "...", "dots": "...", "quad": " ", "qquad": " ", "left": "", "right": "",
    "displaystyle": "", "mathrm": r"\text", "operatorname": r"\text", "mathbf": r"\text",
    "tfrac": r"\frac", "dfrac": r"\frac", "int": "∫", "sum": "∑ ", "prod": "∏ ",
}


def number(value, digits=3, scale=0.0):
    """Write a number to `digits` significant digits; below a billionth of `scale` it is 0.

    >>> number(0.049787), number(-1e-17, scale=1), number(12345.6), number(-0.0)
    ('0.0498', '0', '12300', '0')
    """
    if not np.isfinite(value):
        return str(float(value))
    if abs(value) <= 1e-9 * scale:
        return "0"
    value = float(f"{value:.{digits}g}")
    return f"{int(value)}" if value.is_integer() and abs(value) < 1e6 else f"{value:.{digits}g}"


def rounded(value, grain=None, digits=3, scale=0.0):
    """Write a number to the nearest multiple of `grain`, or as `number` does.

    >>> rounded(93.2, 5), rounded(93.27)
    ('95', '93.3')
    """
    if grain and np.isfinite(value):
        return number(grain * round(value / grain), 6)
    return number(value, digits, scale)


def position(x, spread, digits=3):
    """Write a position on an axis `spread` long; what the eye cannot part from 0 there is 0."""
    return number(x, digits, 1e5 * spread)


def interval(mean, low, high, digits=2, grain=None):
    """Write a mean and its interval with as many decimals as the interval's width deserves.

    With `digits` 2 the half-width shows one digit from 3 up, and two below (1.0 to 2.9); with a
    `grain` all three are multiples of it.

    >>> interval(97.4631, 97.2512, 97.6750), interval(97.4631, 97.0, 97.9262)
    ('97.46 (97.25 to 97.67)', '97.5 (97.0 to 97.9)')
    >>> interval(97.4631, 93.0, 99.9, grain=5)
    '95 (95 to 100)'
    """
    if grain:
        mean, low, high = (number(grain * round(value / grain)) for value in (mean, low, high))
        return f"{mean} ({low} to {high})"
    half = (high - low) / 2
    if not np.isfinite(half) or half <= 1e-9 * abs(mean):
        return f"{number(mean, digits)} ({number(low, digits)} to {number(high, digits)})"
    decimals = max(0, digits - 2 - int(np.floor(np.log10(half / 3))))
    mean, low, high = (round(value, decimals) + 0.0 for value in (mean, low, high))  # -0.0 is 0.0
    return f"{mean:.{decimals}f} ({low:.{decimals}f} to {high:.{decimals}f})"


def plain(text):
    r"""Write the LaTeX between dollar signs as plain text.

    >>> plain(r"slope $f'(z)$"), plain(r"$\sigma(z) = \frac{1}{1 + e^{-z}} \leq 1$")
    ("slope f'(z)", 'σ(z) = 1/(1 + e^(-z)) ≤ 1')
    """
    return re.sub(r"\$([^$]*)\$", lambda math: _plain_math(math[1]), " ".join(text.split()))


def _plain_math(text):
    def bracketed(part):
        single = re.fullmatch(r"-?[\d.]+|\w|[A-Za-z]+|[√]?\w(_\w+)?", part)
        return part if single else f"({part})"

    text = re.sub(r"\\([A-Za-z]+) *(?=(\w|\\[A-Za-z])?)", _command, text)
    text = re.sub(r"\\[,;: ]|~", " ", text.replace(r"\!", ""))
    text = re.sub(r"\\frac(\w)\s*(\w)", r"\\frac{\1}{\2}", text)
    inner = r"\{([^{}]*)\}"
    for _ in range(text.count("{")):  # from the innermost braces out
        text = re.sub(rf"\\sqrt{inner}", lambda part: f"√{bracketed(part[1])}", text)
        text = re.sub(rf"([\^_]){inner}", lambda part: part[1] + bracketed(part[2]), text)
        text = re.sub(rf"\\frac{inner}{inner}",
                      lambda part: f"{bracketed(part[1])}/{bracketed(part[2])}", text)
        text = re.sub(rf"\\text{inner}", r"\1", text)
    return " ".join(re.sub(r"[\\{}]", "", text).split())


def _command(match):
    """A LaTeX command as a sign, or as the word that it prints: `tanh`; structure stays."""
    name, follows = match[1], match[2]
    if name in _SIGNS:
        return _SIGNS[name]
    if name in ("frac", "sqrt", "text"):
        return f"\\{name}"
    letter = name.upper().replace("LAMBDA", "LAMDA")  # Unicode's spelling
    try:
        return unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} "
                                  f"LETTER {letter}")
    except KeyError:
        return f"{name} " if follows else name


def listed(texts):
    """Write a list as a sentence does: a, b and c."""
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
