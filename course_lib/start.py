"""Set the course up and open it, from a fresh clone with nothing installed.

    python -m course_lib.start                  set up, copy new chapters, open JupyterLab at 00
    python -m course_lib.start --setup          only set up
    python -m course_lib.start --check          say whether everything is there
    python -m course_lib.start --renew 02       a fresh copy of chapter 02; yours is kept

Standard library only, and syntax that an older Python can read, so that it can say what it needs.
No symbolic links and no exec: Windows has neither in the same form.
"""

import argparse
import difflib
import hashlib
import importlib
import importlib.util
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
FIRST = "00_start_here.ipynb"
RECORD = ".copied.json"  # in my_course: which version of each file was copied
LIBRARIES = {  # what is imported: what is installed
    "numpy": "numpy", "scipy": "scipy", "matplotlib": "matplotlib", "PIL": "pillow",
    "ipywidgets": "ipywidgets", "threadpoolctl": "threadpoolctl",
}
ENVIRONMENTS = {  # use: (folder, requirements)
    "learn": (".venv", "requirements.txt"),
    "teaching": (".venv-teaching", "requirements-teaching.txt"),
    "bench": (".venv-bench", "requirements-bench.txt"),
}


class StartError(Exception):
    """Something the reader has to mend first; the message says what and how."""


def me():
    """The command that runs this file, as the reader's system spells it."""
    return ("py" if os.name == "nt" else "python3") + " -m course_lib.start"


# --- Ready or not ---------------------------------------------------------------------------------

def missing():
    """What the notebooks need and this Python cannot import: a list of plain descriptions."""
    found = []
    for module, package in LIBRARIES.items():
        if importlib.util.find_spec(module) is None:
            found.append(f"{package} is not installed")
            continue
        try:
            importlib.import_module(module)
        except ImportError as error:  # installed, but for example a system library is absent
            found.append(f"{package} is installed but does not start ({error})")
    return found


def check():
    """Print one line, without versions or paths: ready, or what is missing and how to get it."""
    faults = missing()
    if faults:
        print(f"Not ready: {'; '.join(faults)}. To install: close the notebook and run, in the "
              f"course's folder, {me()}")
    else:
        print("Ready: every library is installed")


def check_tensorflow():
    """Print whether TensorFlow is there, without importing it: that takes seconds."""
    print("TensorFlow is installed too" if importlib.util.find_spec("tensorflow") else
          "TensorFlow is not installed: skip its sections, their outputs are stored")


# --- The environment ------------------------------------------------------------------------------

def python_in(folder, windows=os.name == "nt"):
    """The Python of the environment in `folder`, whether venv, virtualenv or conda made it."""
    folder = Path(folder)
    if not windows:
        return folder / "bin" / "python"
    conda = folder / "python.exe"
    return conda if conda.exists() else folder / "Scripts" / "python.exe"


def maker():
    """The command that makes an environment, its folder left out.

    Raises:
        StartError: where this Python can make none; says how to mend it.
    """
    # Debian and Ubuntu ship Python without ensurepip; there `python -m venv` stops half-way.
    if importlib.util.find_spec("ensurepip") is not None:
        return [sys.executable, "-m", "venv", "--clear"]
    if importlib.util.find_spec("virtualenv") is not None:
        return [sys.executable, "-m", "virtualenv", "--clear"]
    raise StartError(
        "this Python cannot make an environment: its venv module is not complete.\n"
        "On Debian and Ubuntu:     sudo apt install python3-venv\n"
        "Without sudo, virtualenv: virtualenv .venv\n"
        "With conda:               conda create --prefix ./.venv python=3.12 pip\n"
        f"Then run again:           {me()}")


def usable(python):
    """Whether an environment's Python runs, is new enough and has pip (a half-made one has not)."""
    test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([str(python), "-c", test], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:  # absent, or its base Python has gone
        return False


def fingerprint(requirements):
    """A hash of all that decides what is installed, this folder's place included (see `-e .`)."""
    digest = hashlib.sha256(str(ROOT).encode("utf8"))
    for name in (requirements, "constraints.txt", "pyproject.toml"):
        # Line ends may differ after a checkout on Windows.
        digest.update(b"\0" + (ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def pip_command(python, requirements, pinned=True):
    """The installing command, with the exact set last tested or with the ranges alone."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["-r", requirements]
    return [*command, "-c", "constraints.txt"] if pinned else command


def set_up(use="learn"):
    """Make and fill the environment for `use` unless that is done; return its Python.

    The stamp is removed before an installation and written after it, so an interrupted one is
    taken up again, and a finished one is not repeated until the requirements change.

    Raises:
        StartError: if no environment can be made, or the installation fails.
    """
    folder, requirements = ENVIRONMENTS[use]
    python, stamp = python_in(ROOT / folder), ROOT / folder / "course-stamp.txt"
    wanted = fingerprint(requirements)
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf8") == wanted:
        return python
    if not usable(python):
        command = maker()
        print(f"Making the environment {folder}", flush=True)
        if subprocess.run([*command, str(ROOT / folder)]).returncode:
            raise StartError(f"the environment {folder} could not be made; see the lines above.")
        python = python_in(ROOT / folder)
    stamp.unlink(missing_ok=True)
    print(f"Installing {requirements} in {folder} (once; some minutes)", flush=True)
    if subprocess.run(pip_command(python, requirements), cwd=ROOT).returncode:
        print("\nNote: the exact versions the course was tested with do not install here. Trying "
              f"the ranges of {requirements} instead; they should serve.\n", flush=True)
        if subprocess.run(pip_command(python, requirements, pinned=False), cwd=ROOT).returncode:
            raise StartError(
                "the installation did not finish; pip's last lines above say why.\n"
                "No network? It is needed once, here. Behind a proxy set HTTPS_PROXY first.\n"
                f"Then run again, it goes on where it stopped: {me()}")
    if use == "learn":
        ask_nothing(ROOT / folder)
    stamp.write_text(wanted, encoding="utf8")
    return python


def ask_nothing(folder):
    """Let JupyterLab in this environment not ask every newcomer whether to fetch Jupyter's news."""
    settings = folder / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false",
                                                             "checkForUpdates": False}}
    (settings / "overrides.json").write_text(json.dumps(news) + "\n", encoding="utf8")


# --- The learner's copies -------------------------------------------------------------------------

def course_files(root=ROOT):
    """What a learner gets a copy of: {path inside my_course: path in the course}."""
    root = Path(root)
    chapters = {path.name: path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    release = root / "exercises" / "release"  # never the authored side: it has the answers
    exercises = {
        f"exercises/{path.relative_to(release).as_posix()}": path
        for path in sorted(release.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    return {**chapters, **exercises}


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_record(mine):
    try:
        return json.loads((mine / RECORD).read_text(encoding="utf8"))
    except (FileNotFoundError, ValueError):  # first time, or cut off while it was written
        return {}


def _copy(source, mine, name, record):
    """Copy by way of a temporary name, so that an interrupted copy is not taken for a whole one."""
    target = mine / name
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(source, part)
    part.rename(target)
    record[name] = _hash(source)
    (mine / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf8")


def copy_course(root=ROOT):
    """Copy into my_course what is not there yet; never touch what is.

    Returns:
        (folder, new, stale): the folder my_course, the names copied now, and the names of which
        the course has a newer version than the one once copied.
    """
    mine = Path(root) / "my_course"
    mine.mkdir(exist_ok=True)
    record, new, stale = _read_record(mine), [], []
    for name, source in course_files(root).items():
        if not (mine / name).exists():
            _copy(source, mine, name, record)
            new.append(name)
        elif record.get(name, _hash(mine / name)) != _hash(source):
            stale.append(name)
    return mine, new, stale


def find_chapter(chapter, names):
    """The one name that `chapter` means: "02", "2", its whole name, or any beginning of it.

    Raises:
        StartError: if none or several match; names the nearest.
    """
    wanted = chapter[:-len(".ipynb")] if chapter.endswith(".ipynb") else chapter
    stems = {name[:-len(".ipynb")] if name.endswith(".ipynb") else name: name for name in names}
    if wanted in stems:
        return stems[wanted]
    beginning = wanted.zfill(2) if wanted.isdigit() else wanted
    matches = [stem for stem in stems if beginning and stem.startswith(beginning)]
    if len(matches) == 1:
        return stems[matches[0]]
    if matches:
        raise StartError(f"chapter '{chapter}' could be {' or '.join(matches)}; say which.")
    words = {word: stem for stem in stems for word in (stem, stem.partition("_")[2]) if word}
    near = difflib.get_close_matches(wanted, words, n=1, cutoff=0.4)
    hint = f"did you mean '{words[near[0]]}'?" if near else f"there are: {', '.join(stems)}."
    raise StartError(f"there is no chapter '{chapter}'; {hint}")


def renew(chapter, root=ROOT):
    """Give the learner a fresh copy of a chapter; return (name, name of the old copy or None)."""
    mine = Path(root) / "my_course"
    files = course_files(root)
    name = find_chapter(chapter, files)
    mine.mkdir(exist_ok=True)
    target, old = mine / name, None
    if target.exists():
        numbered = (target.with_name(f"{target.stem}.old-{number}{target.suffix}")
                    for number in itertools.count(1))
        old = next(path for path in numbered if not path.exists())
        target.rename(old)
    _copy(files[name], mine, name, _read_record(mine))
    return name, old and old.relative_to(mine).as_posix()


# --- JupyterLab -----------------------------------------------------------------------------------

def headless(platform=sys.platform, environ=os.environ):
    """Whether there is no screen to open a browser on (only Linux and its kin say so)."""
    if platform in ("win32", "darwin", "cygwin"):
        return False
    return not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def lab_command(python, folder, ip="127.0.0.1", port=None, browser=True, root_user=False):
    """The command that starts JupyterLab on the learner's copies, at chapter 00."""
    command = [
        str(python), "-m", "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        f"--ServerApp.ip={ip}",
        # Quiet, and no word to the outside: a lecture room may have no network.
        "--log-level=WARN",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "-y",  # Ctrl-C stops at once, without a question nobody sees
    ]
    if port is not None:  # otherwise Jupyter takes 8888 or the next free one
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command.append("--no-browser")
    if root_user:  # Jupyter refuses root unless told; in a container there is often nobody else
        command.append("--allow-root")
    return command


def _interrupt(_signal, _frame):
    raise KeyboardInterrupt


def run_lab(command, folder):
    """Run the server until it ends or Ctrl-C; return its exit code, 0 after Ctrl-C."""
    # The environment's own kernel is meant, whatever other kernels the user has installed. And the
    # course's matrix products are many and small: a second BLAS thread would make them wait.
    process = subprocess.Popen(command, cwd=folder, env={
        "OPENBLAS_NUM_THREADS": "1", **os.environ, "JUPYTER_PREFER_ENV_PATH": "1"})
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached the server too, and it is stopping its kernels. A signal sent to us alone
        # did not, so after a while it is told.
        try:
            process.wait(5)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.terminate()
            process.wait()
        print("\nStopped. Your work is in my_course.")
        return 0


def open_course(python, ip, port, browser):
    """Copy what is new, say what is newer, and run JupyterLab."""
    folder, new, stale = copy_course()
    if new:
        print(f"Copied to my_course: {', '.join(new)}")
    for name in stale:
        print(f"The course has a newer {name} than your copy. To get it (yours is kept): "
              f"{me()} --renew {name.removesuffix('.ipynb')}")
    browser = browser and not headless()
    if not browser:
        print("JupyterLab is starting; open the address it prints below in a browser.")
    print("Ctrl-C in this window stops it.", flush=True)
    root_user = hasattr(os, "geteuid") and os.geteuid() == 0
    return run_lab(lab_command(python, folder, ip, port, browser, root_user), folder)


# --- The command ----------------------------------------------------------------------------------

def parser():
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m course_lib.start",
                                   description="Set the course up and open it in JupyterLab.")
    one = made.add_mutually_exclusive_group()
    one.add_argument("--setup", nargs="?", const="learn", choices=ENVIRONMENTS,
                     help="only set up: the learner's environment, or that of %(choices)s")
    one.add_argument("--check", action="store_true", help="say whether everything is there")
    one.add_argument("--renew", metavar="CHAPTER",
                     help="a fresh copy of a chapter in my_course; yours is kept beside it")
    made.add_argument("--no-browser", action="store_true", help="print the address instead")
    made.add_argument("--port", type=int, help="the port (default: 8888 or the next free one)")
    made.add_argument("--ip", default="127.0.0.1",
                      help="the address to listen on; 0.0.0.0 inside a container")
    return made


def main(arguments=None):
    """Run the command; return its exit code."""
    options = parser().parse_args(arguments)
    try:
        if sys.version_info < OLDEST:
            raise StartError(
                f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, and this is "
                f"{sys.version_info[0]}.{sys.version_info[1]}.\nInstall a newer one (3.13 has "
                f"everything) and run this with it, for example: "
                + ("py -3.13" if os.name == "nt" else "python3.13") + " -m course_lib.start")
        if options.renew is not None:
            name, old = renew(options.renew)
            print(f"Fresh copy: my_course/{name}" + (f"; yours is now my_course/{old}" * bool(old)))
            return 0
        if options.check:
            python = python_in(ROOT / ENVIRONMENTS["learn"][0])
            if not python.exists():
                raise StartError(f"Not ready: the course is not set up. To do so: {me()} --setup")
            ask = "from course_lib import start; start.check(); exit(len(start.missing()))"
            return subprocess.run([str(python), "-c", ask], cwd=ROOT).returncode
        python = set_up(options.setup or "learn")
        if options.setup:
            return 0
        return open_course(python, options.ip, options.port, not options.no_browser)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before it was done; the same command goes on from there.")
        return 1


if __name__ == "__main__":
    sys.exit(main())
