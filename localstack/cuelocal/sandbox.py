"""One process of a Lambda function: start, invocations one after the other, time and memory limits, end.

A sandbox whose process ended stays dead; whoever wants to go on makes a new one. Errors have Lambda's names and wording
(Runtime.ExitError, Sandbox.Timedout, Runtime.OutOfMemory), because that is what callers and alarms see on AWS.
"""

import os
import queue
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cuelocal import runtime_api
from cuelocal.function_log import FunctionLog
from cuelocal.runtime_api import Answered, Exited, InitFailed, Invocation, Ready, RuntimeApi, error_payload
from cuelocal.usage import group_cpu, group_memory

# Lambda gives an initialisation 10 s, and when that is not enough runs it again within the first invocation's timeout. Here
# it runs once, with the longer of the two.
INIT_TIMEOUT = 10.0
MEMORY_INTERVAL = 0.25  # seconds between two looks at the memory; a peak that is shorter may pass unseen

# The kernel kills a function when the thread that started it ends (PR_SET_PDEATHSIG follows the thread, not the process).
# Requests come on threads that end, so one thread that lives as long as LocalStack starts all functions.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="function-starter")


@dataclass(frozen=True)
class Limits:
    """timeout in seconds for an invocation, memory in bytes for the process and its children."""

    timeout: float
    memory: int


@dataclass(frozen=True)
class Result:
    """What an invocation came to. log is all that was written during it."""

    payload: bytes
    is_error: bool
    log: str


class InitError(Exception):
    """The process could not start. payload is the error as Lambda reports it, with the process's last output."""

    def __init__(self, payload: bytes):
        super().__init__(payload.decode(errors="replace"))
        self.payload = payload


class Sandbox:
    """A function's process. All methods but kill() are for one caller at a time.

    bootstrap is the program, run in its own folder with environment and nothing else; what it and its children write
    goes to log_file.
    """

    def __init__(self, bootstrap: Path, environment: dict[str, str], limits: Limits, log_file: Path):
        self._bootstrap, self._environment, self._limits = bootstrap, environment, limits
        self._events: queue.Queue = queue.Queue()
        self._end = threading.Lock()  # held while the process is killed or its id is given back
        self._process: subprocess.Popen | None = None
        self._watcher: threading.Thread | None = None
        self._peak = 0
        self._cpu = 0.0  # milliseconds of a process that has ended
        self._api = RuntimeApi(self._events)
        self._log = FunctionLog(log_file)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process and self._process.pid

    def start(self) -> None:
        """Starts the process and waits until it asks for work. Raises InitError; nothing is left behind then."""
        began = time.monotonic()
        try:
            self._spawn()
            timeout = max(INIT_TIMEOUT, self._limits.timeout)
            event = self._wait(began + timeout)
            match event:
                case Ready():
                    self._log.platform("initReport", pid=self.pid, durationMs=_milliseconds(began), cpuMs=self._cpu_since(0))
                    return
                case InitFailed(payload):
                    raise InitError(payload)
                case Exited(code):
                    raise InitError(self._report("Runtime.ExitError", f"Runtime exited with error: {_exit(code)}"))
                case "timeout":
                    raise InitError(self._report("Sandbox.Timedout", f"Init timed out after {timeout:.2f} seconds"))
                case "memory":
                    raise InitError(self._report("Runtime.OutOfMemory", "Runtime exited with error: signal: killed"))
        except InitError as error:
            self._log.platform("initFailure", error=error.payload.decode(errors="replace"))
            self.close()
            raise

    def invoke(self, request_id: str, payload: bytes, function_arn: str = "", trace_id: str = "") -> Result:
        """Runs one invocation. The process is dead after a crash, the end of its time or of its memory.

        Must not be called on a sandbox that is not alive: its end was told before.
        """
        began = time.monotonic()
        self._peak = 0
        used = group_cpu(self._process.pid)
        self._log.begin()
        self._log.platform("start", requestId=request_id, pid=self.pid)
        self._api.hand_over(
            Invocation(request_id, payload, function_arn, trace_id, deadline=time.time() + self._limits.timeout)
        )
        status, answer, is_error = "success", b"", True
        event = self._wait(began + self._limits.timeout)
        duration = _milliseconds(began)
        self._peak = max(self._peak, group_memory(self._process.pid))  # of short invocations it is the only look
        match event:
            case Answered(_, answer, is_error):
                status = "error" if is_error else "success"
            case Exited(code):
                status = "failure"
                answer = error_payload(
                    "Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {_exit(code)}"
                )
            case "timeout":
                status = "timeout"
                answer = error_payload(
                    "Sandbox.Timedout",
                    f"RequestId: {request_id} Error: Task timed out after {self._limits.timeout:.2f} seconds",
                )
            case "memory":
                status = "failure"
                answer = error_payload(
                    "Runtime.OutOfMemory",
                    f"RequestId: {request_id} Error: Runtime exited with error: signal: killed "
                    f"(it used {self._peak >> 20} MB of {self._limits.memory >> 20} MB)",
                )
        self._log.platform(
            "report",
            requestId=request_id,
            status=status,
            metrics={
                "durationMs": duration,
                "memorySizeMB": self._limits.memory >> 20,
                "maxMemoryUsedMB": self._peak >> 20,
                "cpuMs": self._cpu_since(used),
            },
        )
        result = Result(answer, is_error, self._log.recent())
        if status in ("failure", "timeout"):
            self.close()
        return result

    def kill(self) -> None:
        """Kills the process and its children; whoever waits for an answer gets Exited. From any thread."""
        with self._end:
            if self.alive:
                _kill_group(self._process.pid)

    def close(self) -> None:
        """Kills what still runs, waits for its end, and gives everything back. May be called twice."""
        self.kill()
        if self._watcher is not None:
            self._watcher.join()
        self._api.close()
        self._log.close()

    def _spawn(self) -> None:
        if not os.access(self._bootstrap, os.X_OK):
            raise InitError(
                error_payload("Runtime.InvalidEntrypoint", f"Couldn't find valid bootstrap(s): [{self._bootstrap}]")
            )
        # setpriv, of util-linux, asks the kernel for the death signal and becomes the function.
        command = ["setpriv", "--pdeathsig", "KILL", "--", str(self._bootstrap)]
        environment = {**self._environment, "AWS_LAMBDA_RUNTIME_API": self._api.address}
        reading, writing = os.pipe()
        try:
            self._process = _starter.submit(
                subprocess.Popen,
                command,
                cwd=self._bootstrap.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,  # a group of its own, so that its children die with it
            ).result()
        except OSError as error:
            os.close(reading)
            raise InitError(error_payload("Runtime.InvalidEntrypoint", f"The process could not be started: {error}")) from error
        finally:
            os.close(writing)
        self._log.follow(reading)
        self._watcher = threading.Thread(target=self._watch, name="function-watch", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        """Waits for the process's end, ends its children, and tells."""
        process = self._process
        # The end is seen before the process is reaped: until then its id, which is its group's, is nobody else's.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._end:
            self._cpu = group_cpu(process.pid)
            _kill_group(process.pid)
            process.wait()
        self._events.put(Exited(process.returncode))

    def _wait(self, until: float) -> "runtime_api.Ready | InitFailed | Answered | Exited | str":
        """The next event, or "timeout" or "memory" after the process was killed for it. until is on the monotonic clock."""
        while True:
            try:
                return self._events.get(timeout=max(0, min(MEMORY_INTERVAL, until - time.monotonic())))
            except queue.Empty:
                pass
            self._peak = max(self._peak, group_memory(self._process.pid))
            verdict = "memory" if self._peak > self._limits.memory else "timeout" if time.monotonic() >= until else None
            if verdict:
                self.kill()
                return verdict

    def _cpu_since(self, used: float) -> float:
        """Milliseconds of processor time beyond what was used already, by the process and its children."""
        with self._end:  # a process that has just ended keeps its figures until its id is given back
            return round((group_cpu(self._process.pid) if self.alive else self._cpu) - used, 2)

    def _report(self, error_type: str, message: str) -> bytes:
        output = self._log.recent().strip()[-4096:]
        return error_payload(error_type, f"{message}. Its last output: {output or '(none)'}")


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _exit(code: int) -> str:
    return f"signal: {signal.strsignal(-code).lower()}" if code < 0 else f"exit status {code}"


def _milliseconds(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 2)
