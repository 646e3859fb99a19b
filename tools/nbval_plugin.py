"""A pytest plugin beside nbval: leaves out cells tagged `tensorflow` where it is not installed.

Each is reported as skipped, so that a run never looks more complete than it was.
"""

import pytest

from tools import kernel

LEFT_OUT = "left out: TensorFlow is not installed (it has no wheel for this Python or system)"


def pytest_collection_modifyitems(items):
    if not kernel.has_tensorflow():
        for item in items:
            if "tensorflow" in item.cell.metadata.get("tags", []):
                item.add_marker(pytest.mark.skip(reason=LEFT_OUT))
