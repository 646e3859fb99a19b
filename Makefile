# Every target works in .venv, which the first one makes; `make` alone lists them.
PYTHON ?= python3
VENV := .venv/bin/python

help:           ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

lab:            ## set up if needed, and open the course in JupyterLab
	@$(PYTHON) -m course_lib.start

setup:          ## only set up .venv
	@$(PYTHON) -m course_lib.start --setup

test: setup     ## lint, unit tests, notebooks, the court on one seed: at most 10 minutes
	@$(VENV) tests/run.py test

prove: setup    ## the rest: browser, other frameworks, other seeds, mutants, other processors
	@$(PYTHON) -m course_lib.start --setup teaching
	@$(PYTHON) -m course_lib.start --setup bench
	@$(VENV) tests/run.py prove

notebooks: setup ## run notebooks/text and store the notebooks with their outputs
	$(VENV) -m tools.build

evidence: setup ## recompute the longer studies in evidence/ that are missing or stale
	$(VENV) -m course_lib.evidence

bench: setup    ## ratios of time against what one would pick instead
	@$(PYTHON) -m course_lib.start --setup bench
	.venv-bench/bin/python -m benchmarks

.PHONY: help lab setup test prove notebooks evidence bench
