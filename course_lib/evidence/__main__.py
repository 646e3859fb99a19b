"""`python -m course_lib.evidence [NAME ...]`: measures studies that are missing or stale."""

import sys

from . import main

main(sys.argv[1:])
