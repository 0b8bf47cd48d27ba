"""What the commands that serve share: ports that are taken, the ready file, the end by Ctrl-C."""

import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end a server: Ctrl-C, `kill`, and a terminal that is closed."""

port_option = click.IntRange(0, 65535)
ready_file_option = click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write how to reach everything to this JSON file once connections are accepted. It is"
    " removed at the start and at the end, so that it exists only while the servers do.",
)


@contextmanager
def serving(ready_file: Path | None, ports: Mapping[str, int]) -> Iterator[None]:
    """Removes an earlier ready file, and says which option chooses another port.

    Args:
        ready_file: its path, if there is to be one.
        ports: what each option says.

    Raises:
        click.ClickException: ports are taken.
    """
    from deploy.sandbox.serve import PortTaken

    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    try:
        yield
    except PortTaken as error:
        options = ", ".join(name for name, port in ports.items() if port in error.ports)
        raise click.ClickException(
            f"{error} A sandbox may already be running: stop it, or choose other ports with"
            f" {options}; 0 takes any free one."
        ) from None


def until_interrupted(ready: dict[str, Any], ready_file: Path | None, *notes: str) -> None:
    """Says where everything is, then waits for a signal.

    Args:
        ready: how to reach everything.
        ready_file: where to write it; it is removed at the end, unless another wrote there since.
        notes: more lines for who reads along.
    """
    interrupted = threading.Event()
    for sign in ENDS:
        if signal.getsignal(sign) is not signal.SIG_IGN:  # as for nohup
            signal.signal(sign, lambda *_: interrupted.set())
    text = json.dumps(ready, indent=2) + "\n"
    if ready_file is not None:
        _write_private(ready_file, text)
    try:
        for name, part in ready.items():
            if isinstance(part, dict) and "baseUrl" in part:
                click.echo(f"{name:10} {part['baseUrl']}")
        for line in notes:
            click.echo(line)
        click.echo("Running; stop with Ctrl-C.")
        interrupted.wait()
    finally:
        if ready_file is not None and ready_file.exists() and ready_file.read_text() == text:
            ready_file.unlink()


def _write_private(path: Path, text: str) -> None:
    """Writes a file that others can't read and that is complete from the moment it is there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
