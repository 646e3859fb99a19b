"""A table that reads the same as text and as a page."""

import re
from html import escape
from numbers import Integral, Real

from course_lib.figures import picture
from course_lib.figures.wording import number, plain

_NUMERIC = re.compile(r"(?:[-+−±<>≈≤≥]? ?[\d.,]+(?:e[-+]?\d+)?(?: ?%)?|[-+−]?inf|nan|[-–—]?)")


def table(headings, rows, *, caption=None):
    """Show a table; the first column names the rows.

    Args:
        headings: one a column.
        rows: lists of cells, one a heading. Cells are strings, LaTeX between dollar signs allowed;
            a number is written to three significant digits, a whole one in full, a boolean as yes
            or no.
        caption: a sentence above the table.

    Raises:
        ValueError: if there is no row, or one of another length than the headings.
        TypeError: for a cell that is neither string nor number.

    Example:
        table(["function", "slope at zero"], [["sigmoid", 0.25], ["tanh", 1]])
    """
    headings = [_cell(one, "heading", column) for column, one in enumerate(headings, 1)]
    rows = [[_cell(one, f"row {index}", column) for column, one in enumerate(row, 1)]
            for index, row in enumerate(rows, 1)]
    if not headings or not rows:
        raise ValueError("a table needs one heading and one row or more; "
                         f"got {len(headings)} headings and {len(rows)} rows")
    for index, row in enumerate(rows, 1):
        if len(row) != len(headings):
            raise ValueError(f"row {index} ({', '.join(row)}) has {len(row)} cells; "
                             f"there are {len(headings)} headings: {', '.join(headings)}")
    picture.publish({"text/plain": as_text(headings, rows, caption),
                     "text/html": as_html(headings, rows, caption)})


def as_text(headings, rows, caption=None):
    """Return the table as lines of aligned columns; numbers stand to the right."""
    lines = [[plain(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sides = ["<", *(">" if right else "<" for right in _numeric(rows)[1:])]
    written = ["  ".join(f"{cell:{side}{width}}" for cell, side, width
                         in zip(line, sides, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*([plain(caption)] if caption else []), *written])


def as_html(headings, rows, caption=None):
    """Return the table as HTML: `th` with a scope for headings and the first column."""
    # Each cell carries its own alignment: notebooks align all of them right.
    sides = ["left", *("right" if right else "left" for right in _numeric(rows)[1:])]

    def cells(row, tags):
        return "".join(f'<{tag} style="text-align: {side}; vertical-align: top">'
                       f"{escape(cell, quote=False)}</{tag.split()[0]}>"
                       for tag, side, cell in zip(tags, sides, row, strict=True))

    head = cells(headings, ['th scope="col"'] * len(headings))
    tags = ['th scope="row"', *["td"] * (len(headings) - 1)]
    body = "".join(f"<tr>{cells(row, tags)}</tr>" for row in rows)
    top = ('<caption style="text-align: left; caption-side: top">'
           f"{escape(caption, quote=False)}</caption>" if caption else "")
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value, row, column):
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool) or type(value).__name__ == "bool":  # Python's or numpy's
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return number(value)
    raise TypeError(f"{row}, column {column}: a cell is a string or a number, got {value!r}")


def _numeric(rows):
    """For each column, whether all its cells are numbers."""
    return [all(_NUMERIC.fullmatch(cell) for cell in column) for column in zip(*rows, strict=True)]
