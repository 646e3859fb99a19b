"""Setting up and starting: nothing is done twice, and what is missing is said with its cure."""

import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import start

# --- The environment and its stamp ---

class Machine:
    """A course without an environment; commands are written down instead of run."""

    def __init__(self, root):
        self.root, self.commands, self.failing, self.interrupted = root, [], "nothing", False

    def run(self, command, **_options):
        words = " ".join(map(str, command[1:]))
        self.commands.append(words)
        if "--clear" in command:
            python = start.python_in(command[-1])
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            (Path(command[-1]) / "course-stamp.txt").unlink(missing_ok=True)
        elif not Path(command[0]).exists():
            raise FileNotFoundError(command[0])
        if self.interrupted and "install" in command:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, int(self.failing in words))

    def installs(self):
        """The pip commands since the last call, without their common beginning."""
        found = [one.partition("--disable-pip-version-check ")[2]
                 for one in self.commands if " install " in one]
        self.commands.clear()
        return found


PINNED = "-r requirements.txt -c constraints.txt"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    for name in ("requirements.txt", "requirements-bench.txt", "constraints.txt",
                 "pyproject.toml"):
        (tmp_path / name).write_text(name)
    made = Machine(tmp_path)
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start.subprocess, "run", made.run)
    return made


def test_second_set_up_does_nothing(machine):
    assert start.set_up() == start.python_in(machine.root / ".venv")
    assert "-m venv --clear" in " ".join(machine.commands)
    assert machine.installs() == [PINNED]
    start.set_up()
    assert machine.commands == []


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "pyproject.toml"])
def test_changed_requirements_install_again_in_the_same_environment(machine, name):
    start.set_up()
    machine.commands.clear()
    (machine.root / name).write_text("changed")
    start.set_up()
    assert "--clear" not in " ".join(machine.commands)
    assert machine.installs() == [PINNED]


def test_line_ends_and_other_files_change_nothing(machine):
    (machine.root / "requirements.txt").write_bytes(b"one\ntwo\n")
    start.set_up()
    machine.commands.clear()
    (machine.root / "requirements.txt").write_bytes(b"one\r\ntwo\r\n")
    (machine.root / "requirements-bench.txt").write_text("changed")
    start.set_up()
    assert machine.commands == []


def test_a_moved_folder_installs_again(machine, monkeypatch):
    before = start.fingerprint("requirements.txt")
    moved = machine.root.with_name(machine.root.name + "-moved")
    machine.root.rename(moved)
    monkeypatch.setattr(start, "ROOT", moved)
    assert start.fingerprint("requirements.txt") != before


def test_an_interrupted_installation_is_taken_up_again(machine):
    start.set_up()
    machine.installs()
    (machine.root / "constraints.txt").write_text("changed")
    machine.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        start.set_up()
    (machine.root / "constraints.txt").write_text("constraints.txt")  # back to what was installed
    machine.interrupted = False
    machine.installs()
    start.set_up()
    assert machine.installs() == [PINNED]


def test_without_its_python_the_environment_is_made_again(machine):
    start.set_up()
    machine.commands.clear()
    start.python_in(machine.root / ".venv").unlink()
    start.set_up()
    assert "--clear" in " ".join(machine.commands)
    assert machine.installs() == [PINNED]


def test_pins_that_do_not_install_give_way_to_the_ranges(machine, capfd):
    machine.failing = "-c constraints.txt"
    start.set_up()
    assert machine.installs() == [PINNED, "-r requirements.txt"]
    assert "do not install here" in capfd.readouterr().out
    start.set_up()
    assert machine.commands == []


def test_a_failed_installation_says_so_and_leaves_no_stamp(machine):
    machine.failing = "pip install"
    with pytest.raises(start.StartError, match="(?s)did not finish.*HTTPS_PROXY"):
        start.set_up()
    machine.failing = "nothing"
    machine.installs()
    start.set_up()
    assert machine.installs() == [PINNED]


def test_a_failed_venv_says_so(machine):
    machine.failing = "--clear"
    with pytest.raises(start.StartError, match="could not be made"):
        start.set_up()
    assert machine.installs() == []


def test_environments_are_apart(machine):
    start.set_up()
    machine.commands.clear()
    assert start.set_up("bench") == start.python_in(machine.root / ".venv-bench")
    assert machine.installs() == ["-r requirements-bench.txt -c constraints.txt"]
    quiet = "share/jupyter/lab/settings/overrides.json"
    assert (machine.root / ".venv" / quiet).exists()
    assert not (machine.root / ".venv-bench" / quiet).exists()


@pytest.mark.parametrize("absent, expected", [
    ([], "-m venv"), (["ensurepip"], "-m virtualenv"), (["ensurepip", "virtualenv"], None)])
def test_who_makes_the_environment(monkeypatch, absent, expected):
    monkeypatch.setattr(start.importlib.util, "find_spec",
                        lambda name: None if name in absent else "found")
    if expected:
        assert expected in " ".join(start.maker())
    else:
        with pytest.raises(start.StartError) as error:
            start.maker()
        ways = ("sudo apt install python3-venv", "virtualenv .venv", "conda create", start.me())
        assert all(way in str(error.value) for way in ways)


def test_usable_asks_the_python_itself(tmp_path):
    assert start.usable(sys.executable) is True
    assert start.usable(tmp_path / "nothing") is False


def test_python_in_of_every_kind(tmp_path):
    assert start.python_in(tmp_path, windows=False) == tmp_path / "bin" / "python"
    assert start.python_in(tmp_path, windows=True) == tmp_path / "Scripts" / "python.exe"
    (tmp_path / "python.exe").touch()  # conda puts it there
    assert start.python_in(tmp_path, windows=True) == tmp_path / "python.exe"


# --- JupyterLab ---

@pytest.mark.parametrize("platform, environ, expected", [
    ("linux", {}, True), ("linux", {"DISPLAY": ""}, True), ("linux", {"DISPLAY": ":0"}, False),
    ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, False), ("win32", {}, False),
    ("darwin", {}, False)])
def test_headless(platform, environ, expected):
    assert start.headless(platform, environ) is expected


def test_lab_command():
    plain = start.lab_command("C:/x/Scripts/python.exe", "C:/x/my_course")
    assert plain[:3] == ["C:/x/Scripts/python.exe", "-m", "jupyterlab"]
    assert "--ServerApp.root_dir=C:/x/my_course" in plain
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in plain
    assert "--LabApp.news_url=None" in plain and "--ServerApp.ip=127.0.0.1" in plain
    assert "--allow-root" not in plain and "--no-browser" not in plain
    assert not any("port" in word for word in plain)
    other = start.lab_command("p", "m", ip="0.0.0.0", port=9000, browser=False, root_user=True)
    assert {"--allow-root", "--no-browser", "--ServerApp.port=9000", "--ServerApp.port_retries=0",
            "--ServerApp.ip=0.0.0.0"} <= set(other)


SERVER = """import pathlib, signal, sys, time
def stop(number, frame):
    pathlib.Path("stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path("running").touch()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers Ctrl-C in another way")
def test_ctrl_c_stops_the_server_quietly(tmp_path):
    code = f"""
import os, pathlib, signal, sys, threading, time
from course_lib import start
def interrupt():
    while not pathlib.Path("running").exists():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(start.run_lab([sys.executable, "-c", {SERVER!r}], "."))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                           text=True, timeout=60, env={"PYTHONPATH": str(start.ROOT)})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip() == "Stopped. Your work is in my_course."
    assert (tmp_path / "stopped").exists()


def test_the_servers_failure_is_handed_on(tmp_path):
    assert start.run_lab([sys.executable, "-c", "raise SystemExit(3)"], tmp_path) == 3


# --- What it says ---

def absent(monkeypatch, *names):
    """Let these modules not be found."""
    real = start.importlib.util.find_spec
    monkeypatch.setattr(start.importlib.util, "find_spec",
                        lambda name: None if name in names else real(name))


def test_check_ready(monkeypatch, capsys):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: "found")
    start.check()
    start.check_tensorflow()
    assert capsys.readouterr().out == ("Ready: every library is installed\n"
                                       "TensorFlow is installed too\n")


def test_check_without_tensorflow_is_ready(monkeypatch, capsys):
    absent(monkeypatch, "tensorflow")
    start.check()
    start.check_tensorflow()
    assert capsys.readouterr().out == (
        "Ready: every library is installed\n"
        "TensorFlow is not installed: skip its sections, their outputs are stored\n")


def test_check_names_what_is_missing_and_how_to_get_it(monkeypatch, capsys):
    absent(monkeypatch, "PIL", "scipy", "tensorflow")
    start.check()
    assert capsys.readouterr().out == (
        "Not ready: scipy is not installed; pillow is not installed. To install: close the "
        f"notebook and run, in the course's folder, {start.me()}\n")


def test_check_tells_broken_from_missing(monkeypatch, capsys):
    def broken(name):
        if name == "scipy":
            raise ImportError("DLL load failed")
        return sys.modules.get(name)

    monkeypatch.setattr(start.importlib, "import_module", broken)
    start.check()
    assert capsys.readouterr().out.startswith(
        "Not ready: scipy is installed but does not start (DLL load failed). ")


def test_check_does_not_import_tensorflow():
    code = ("import sys; from course_lib import start; start.check(); "
            "start.check_tensorflow(); sys.exit('tensorflow' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], cwd=start.ROOT,
                          stdout=subprocess.DEVNULL).returncode == 0


def test_old_python_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 10, 13))
    assert start.main(["--setup"]) == 1
    error = capsys.readouterr().err
    assert "Python 3.11 or newer is needed, and this is 3.10" in error


def test_check_before_set_up_says_what_to_run(machine, capsys):
    assert start.main(["--check"]) == 1
    assert f"{start.me()} --setup" in capsys.readouterr().err


def test_start_needs_nothing_installed():
    """-S and -I: no site-packages, no user settings; only the standard library and this folder."""
    code = f"import sys; sys.path.insert(0, {str(start.ROOT)!r}); from course_lib import start; " \
           "start.check()"
    said = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert said.stdout.startswith("Not ready: numpy is not installed; ") and said.stderr == ""


# --- The files beside it ---

def test_constraints_hold_pins_alone():
    lines = (start.ROOT / "constraints.txt").read_text(encoding="utf8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 100
    for pin in pins:
        name, equals, version = pin.partition("==")
        assert equals and name and version and not set(pin) & set(" @/+"), pin


def test_every_package_the_library_declares_is_required_and_checked():
    import tomllib

    project = tomllib.loads((start.ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    wanted = (start.ROOT / "requirements.txt").read_text(encoding="utf8").splitlines()
    assert set(project["dependencies"]) <= set(wanted)
    assert {one.partition(">")[0] for one in project["dependencies"]} == set(
        start.LIBRARIES.values())
