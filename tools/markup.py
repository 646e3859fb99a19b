"""Cells and outputs as plain text: what is left of Markdown or HTML when only words are read."""

import re
from html import unescape

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

MARKDOWN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin).use(amsmath_plugin)
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
SILENT_HTML = re.compile(r"<(style|script|svg)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def blocks(source):
    """Yield `(kind, text)` for each block of a Markdown cell: ("h1".."h6" or "text", its words).

    Code, mathematics, comments, link targets and HTML tags are left out; the content of a MyST
    directive such as ```{note} is prose and is kept.
    """
    kind = "text"
    # HTML comments first: to Markdown, one in the middle of a paragraph is part of it.
    for token in MARKDOWN.parse(COMMENT.sub(" ", source)):
        if token.type == "heading_open":
            kind = token.tag
        elif token.type == "inline":
            yield kind, "".join(_words(token.children))
            kind = "text"
        elif token.type == "html_block":
            yield kind, visible(token.content)
        elif token.type == "fence" and token.info.startswith("{") and "{math}" not in token.info:
            yield from blocks(token.content)


def images(source):
    """Return the alt texts of the pictures in a Markdown cell ('' where one has none)."""
    return [child.content for token in MARKDOWN.parse(source) if token.type == "inline"
            for child in token.children if child.type == "image"]


def comments(source):
    """Return the texts of the HTML comments in a Markdown cell."""
    return [text.strip() for text in COMMENT.findall(source)]


def visible(html):
    """Return the words of HTML: no tags, styles or scripts."""
    return unescape(SILENT_HTML.sub(" ", html))


def shown(output):
    """Return all words of a cell's output: stream, plain text, HTML, LaTeX."""
    data = output.get("data", {})
    words = [data.get(f"text/{kind}", "") for kind in ("plain", "latex", "markdown")]
    return "\n".join([output.get("text", ""), *words, visible(data.get("text/html", ""))])


def _words(children):
    for child in children:
        if child.type == "text":
            yield child.content
        elif child.type == "image":
            yield child.content
        elif child.type not in ("em_open", "em_close", "strong_open", "strong_close",
                                "link_open", "link_close"):
            yield " "  # code, mathematics, line breaks, tags: nothing read, and no words glued
