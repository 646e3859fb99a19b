"""A table in which every section of the course is a link."""

import re
from html import escape

from course_lib.figures import picture
from course_lib.figures.tables import as_html, as_text

from .sources import SECTIONS

_LINKS = {escape(one.words, quote=False): one.link for one in SECTIONS.values()}
_WORDS = re.compile("|".join(map(re.escape, sorted(_LINKS, key=len, reverse=True))))


def show(headings, rows, text=None):
    """Show a table of strings; in its HTML the words of a section lead there.

    `text` is what stands where no HTML can; without it, the table in aligned columns.
    """
    html = _WORDS.sub(lambda found: f'<a href="{escape(_LINKS[found[0]])}">{found[0]}</a>',
                      as_html(headings, rows))
    picture.publish({"text/plain": text or as_text(headings, rows), "text/html": html})
