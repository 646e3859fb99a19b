"""`python -m course_lib.evidence`: measures the studies that are missing or stale."""

from . import main

main()
