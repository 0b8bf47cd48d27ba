"""Importing a package changes nothing in the process: whoever starts a program decides that."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bots.folders import FOLDERS
from deploy.aws.template.functions import ALL_BOTS, ENTRY, FUNCTIONS, RELAY_ENDPOINT, Function

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "deploy", "fhir_profiles", "shared")

PROGRAM = """
import gc, importlib, json, locale, logging, os, signal, socket, sys, threading, warnings

PACKAGES, MODULES = json.loads(sys.argv[1])


def of_others():
    ours = (*PACKAGES, "__main__", "__mp_main__")
    return [name for name in sys.modules if name.partition(".")[0] not in ours]


def loggers():
    known = {"root": logging.root, **logging.root.manager.loggerDict}
    return {
        name: [one.level, one.propagate, one.disabled, [*map(repr, one.handlers)], len(one.filters)]
        for name, one in known.items()
        if isinstance(one, logging.Logger) and (one.level or one.handlers or not one.propagate)
    }


def state():
    return {
        "loggers": loggers(),
        "logging": [repr(logging.getLoggerClass()), logging.root.manager.disable],
        "warnings": [*map(repr, warnings.filters), repr(warnings.showwarning)],
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "paths": [*sys.path, *map(repr, sys.meta_path), *map(repr, sys.path_hooks)],
        "signals": {sign.name: repr(signal.getsignal(sign)) for sign in signal.Signals},
        "threads": [one.name for one in threading.enumerate()],
        "garbage": [*gc.get_threshold(), gc.isenabled(), gc.get_freeze_count(), len(gc.callbacks)],
        "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), repr(sys.excepthook)],
        "streams": [*map(repr, (sys.stdin, sys.stdout, sys.stderr))],
        "locale": locale.setlocale(locale.LC_ALL),
        "sockets": socket.getdefaulttimeout(),
    }


def libraries():
    return {
        f"{name}.{member}": id(value)
        for name in of_others()
        for member, value in vars(sys.modules[name]).items()
        if callable(value)
    }


def changed(before, after):
    # Some libraries load a member when it is first asked for, which is no change.
    return [name for name in before if before[name] != after.get(name)]


for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except ImportError:  # a part of a library that stands for another name
        pass
told = {}
members = libraries()
before = state()
for name in MODULES:
    importlib.import_module(name)
    after = state()
    if changed(before, after):
        told[name] = changed(before, after)
    before = after
if changed(members, libraries()):  # looked at once, because there are so many
    told["libraries"] = changed(members, libraries())
print(json.dumps([of_others(), told]))
"""


def modules() -> list[str]:
    """Every module of ours that is no program."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in files]
    names = [".".join(one).removesuffix(".__init__") for one in parts if one[-1] != "__main__"]
    return [name for name in names if not name.startswith(f"{ENTRY}.")]


def imported(folder: Path, names: list[str], first: list[str], *packages: str) -> Any:
    """What libraries were loaded in a new process, and which global each import changed."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([packages, names])],
        cwd=folder,
        input=json.dumps(first),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_importing_any_module_changes_no_global() -> None:
    libraries, _ = imported(ROOT, modules(), [], *PACKAGES)
    _, changed = imported(ROOT, modules(), libraries, *PACKAGES)
    assert changed == {}


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("import logging; logging.getLogger('a').addHandler(logging.NullHandler())", "loggers"),
        ("import logging; logging.basicConfig()", "loggers"),
        ("import warnings; warnings.filterwarnings('ignore', 'a')", "warnings"),
        ("import os; os.environ['A'] = 'b'", "environment"),
        ("import sys; sys.path.insert(0, '/a')", "paths"),
        ("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", "signals"),
        ("import gc; gc.set_threshold(50_000)", "garbage"),
        ("import socket; socket.setdefaulttimeout(1)", "sockets"),
        ("import threading; threading.Timer(0.5, print, ['']).start()", "threads"),
    ],
)
def test_a_change_is_noticed(tmp_path: Path, line: str, changed: str) -> None:
    tmp_path.joinpath("planted.py").write_text(f"{line}\n")
    told = imported(tmp_path, ["planted"], ["json", "logging"], "planted")[1]
    assert told == {"planted": [changed]}


def test_a_patched_library_is_noticed(tmp_path: Path) -> None:
    tmp_path.joinpath("planted.py").write_text("import json; json.load = repr\n")
    told = imported(tmp_path, ["planted"], ["json", "logging"], "planted")[1]
    assert told == {"libraries": ["json.load"]}


BEGIN = """
import gc, json, sys, warnings
from importlib import import_module

module, _, name = sys.argv[1].rpartition(".")
before = gc.get_threshold()[0]
assert callable(getattr(import_module(module), name))
warnings.warn("Unable to find acceptable character detection dependency (one or another).")
bots = [name for name in sys.modules if name.startswith("bots.") and name.endswith(".bot")]
later = sys.modules.get("bots.loading_ahead")
held = later is not None and all(name in sys.modules for name in later.LATER)
print(json.dumps([before > 10_000, gc.get_threshold()[0] > 10_000, len(bots), held]))
"""


def begun(handler: str, **environment: str) -> Any:
    """Whether garbage is seldom looked for before and after a begin, how many bots it loads, and
    whether it loads what bots load in a run."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, handler],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "function", [*FUNCTIONS, RELAY_ENDPOINT], ids=lambda function: function.name
)
def test_every_function_begins_at_an_entry_that_sets_up_the_process(function: Function) -> None:
    assert begun(function.handler)[:2] == [False, True]


@pytest.mark.parametrize(
    ("kind", "loaded"),
    [("on-demand", [0, False]), ("snap-start", [len(FOLDERS), True])],
    ids=str,
)
def test_a_start_loads_no_bot_and_a_snapshot_all(kind: str, loaded: list[object]) -> None:
    assert begun(ALL_BOTS.handler, AWS_LAMBDA_INITIALIZATION_TYPE=kind)[2:] == loaded


@pytest.mark.parametrize(
    ("bot", "unneeded"),
    [
        ("self_enroll", ["shared.npi_check.check", "shared.nppes.client"]),
        ("self_enroll", ["shared.enrollment.enroll", "shared.dosespot.client"]),
        ("admin_enroll", ["shared.npi_check.check", "shared.nppes.client"]),
        ("patient_sync", ["shared.enrollment.enroll"]),
        ("iframe", ["shared.enrollment.enroll", "shared.claims.store"]),
        ("iframe", ["shared.dosespot.client"]),
    ],
)
def test_a_bot_loads_nothing_before_it_asks_that_it_does_not_ask_with(
    bot: str, unneeded: list[str]
) -> None:
    known = f"[name for name in {unneeded} if import_module(name) and name in before]"
    program = (
        "import sys\nfrom importlib import import_module\n"
        f"import bots.{bot}.bot\nbefore = {{*sys.modules}}\nprint({known})"
    )
    assert subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True) == "[]\n"


def test_enroll_many_loads_boto3_for_a_queue_only() -> None:
    program = "import sys, deploy.bulk.job, deploy.cli\nprint('boto3' in sys.modules)"
    assert (
        subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True) == "False\n"
    )
