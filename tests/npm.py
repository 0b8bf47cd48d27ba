"""Packages from npm for tests that run Node.js: installed as locked, or the test is skipped."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
ONCE = ("--fetch-retries=0", "--fetch-timeout=15000")
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|E(SOCKET)?TIMEDOUT"
    r"|ERR_SOCKET_TIMEOUT|ENOTCACHED"
)
TIMEOUT_S = 60


def install(files: Path, folder: Path) -> Path:
    """Copies the files, a package.json and its lock among them, to a new folder and installs there.

    Skips the test where there is no Node.js or no way to the registry.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no Node.js with npm")
    shutil.copytree(files, folder, ignore=shutil.ignore_patterns("node_modules"))
    try:
        installed = subprocess.run(
            [npm, *INSTALL, *ONCE],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm ci took too long; is there a network?")
    if installed.returncode and NO_NETWORK.search(installed.stderr):
        pytest.skip("npm ci could not reach the registry")
    assert installed.returncode == 0, installed.stderr
    return folder


def run(script: str, folder: Path, given: str) -> str:
    """What a script in the folder prints when it is given this on standard input."""
    ended = subprocess.run(
        ["node", script],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
