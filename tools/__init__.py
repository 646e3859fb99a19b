"""Tools for authors: from a chapter's text to a notebook that tests can trust.

    twin           text (MyST) -> the notebook it describes; where a stored notebook departs from it
    kernel         the environment every notebook runs in, when built and when tested
    build          python -m tools.build     run the text, store the notebook
    markup         cells and outputs as plain text, code and numbers
    prose          the rule for numbers in prose
    strict         python -m tools.strict    what a notebook must not contain, seen without running
    rerun          python -m tools.rerun     run again, compare every output (nbval)
    nbval_plugin   leaves TensorFlow's cells out of a rerun where it has no wheel
"""
