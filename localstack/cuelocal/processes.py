"""The programs that start leaves running: LocalStack and the issuer, by process id and start time."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil

from cuelocal.stages import Problem

STOP_TIMEOUT = 10  # seconds that a program gets for ending by itself


def launch(command: list[str], environment: dict[str, str], log: Path, folder: Path) -> psutil.Popen:
    """Starts a program that outlives this one and its terminal, in a session of its own, with its output in log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        return psutil.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def note(file: Path, programs: dict[str, psutil.Process]) -> None:
    """Writes down what was started, whole or not at all."""
    half = file.with_suffix(".half")
    noted = {name: {"pid": program.pid, "started": program.create_time()} for name, program in programs.items()}
    half.write_text(json.dumps(noted, indent=2) + "\n")
    half.replace(file)


def noted(file: Path) -> dict[str, psutil.Process]:
    """Those of the programs written down that still run. A process id that is somebody else's by now is not one of them."""
    try:
        entries = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    running = {}
    for name, entry in entries.items():
        try:
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                running[name] = process
        except psutil.NoSuchProcess:
            continue
    return running


def end(process: psutil.Process) -> None:
    """Ends a program that launch() started, gently and then not, together with its session's children."""
    family = process.children(recursive=True)
    process.terminate()
    _, late = psutil.wait_procs([process], timeout=STOP_TIMEOUT)
    for straggler in [*late, *family]:
        try:
            os.kill(straggler.pid, signal.SIGKILL) if straggler.is_running() else None
        except ProcessLookupError:
            pass
    psutil.wait_procs([process, *family], timeout=STOP_TIMEOUT)


def demand_free_port(port: int, purpose: str, variable: str) -> None:
    """Raises Problem with the name of the program that listens on a port of the loopback interface."""
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            raise Problem(
                f"Port {port}, which {purpose} needs, is taken by {_holder(connection.pid)}. "
                f"End that program, or choose another port: {variable}={port + 1000} make …"
            )


def _holder(pid: int | None) -> str:
    if pid is None:
        return "a program of another user"
    try:
        process = psutil.Process(pid)
        return f"{process.name()} (process {pid}: {' '.join(process.cmdline())[:120]})"
    except psutil.Error:
        return f"process {pid}"
