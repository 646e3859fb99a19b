"""A JupyterLab of the learner's environment on a fresh copy of the course, and a real browser.

Runs in .venv-teaching (it has playwright); the server runs in .venv, as a learner's does.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from urllib.request import urlopen

import pytest

from course_lib import start

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
         "--no-default-browser-check", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def free_port():
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def learner(tmp_path_factory):
    """The folder my_course as `python -m course_lib.start` makes it, away from the real one."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(start.ROOT / "notebooks", root / "notebooks")
    return start.copy_course(root)[0]


@pytest.fixture(scope="session")
def server(learner, tmp_path_factory):
    """(address, token) of a running JupyterLab."""
    python = start.python_in(start.ROOT / ".venv")
    if not python.exists():
        pytest.skip(f"no environment .venv; {start.me()} --setup makes it")
    private = tmp_path_factory.mktemp("jupyter")
    settings = private / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # All cells in the page, not only those in view, so that a test can look at each.
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    token, port = secrets.token_hex(16), free_port()
    environment = {**os.environ, "JUPYTER_TOKEN": token, "JUPYTER_PREFER_ENV_PATH": "1",
                   "JUPYTER_CONFIG_DIR": str(private / "config"),
                   "JUPYTER_DATA_DIR": str(private / "data"),
                   "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
                   "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
                   "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces")}
    command = start.lab_command(python, learner, port=port, browser=False, root_user=True)
    log = private / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=learner, env=environment, stdout=output,
                                   stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            with urlopen(f"{address}/api", timeout=5):
                break
        except OSError:
            assert process.poll() is None, f"JupyterLab ended at once:\n{log.read_text()}"
            time.sleep(0.25)
    else:
        pytest.fail(f"JupyterLab did not answer in a minute:\n{log.read_text()}")
    yield address, token
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium; without it the tests are skipped and say so."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no browser here (Chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def page(browser, server):
    """A NotebookPage, and in its `.outside` every address asked for beyond this machine."""
    from notebook_page import NotebookPage

    made = NotebookPage(browser.new_page(viewport={"width": 1280, "height": 1000}), *server)
    made.outside = []
    made.page.on("request", lambda request: made.outside.append(request.url)
                 if not request.url.startswith((made.address, "blob:", "data:")) else None)
    yield made
    made.page.close()
