"""What function processes write: into one file a function, and back to the caller as the tail of an invocation's log."""

import fcntl
import json
import os
import select
import struct
import termios
import threading
from datetime import datetime, timezone
from pathlib import Path

KEPT = 256 * 1024  # bytes of an invocation's output that are kept for its log tail; the file has all of it


class FunctionLog:
    """The output of one process. Files are opened for appending, so that several processes of a function share one."""

    def __init__(self, file: Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(file, "ab", buffering=0)
        self._lock = threading.Lock()
        self._recent = bytearray()
        self._pipe: int | None = None
        self._reader: threading.Thread | None = None

    def follow(self, pipe: int) -> None:
        """Reads a process's output until its end; takes the file descriptor over."""
        self._pipe = pipe
        self._reader = threading.Thread(target=self._read, args=(pipe,), name="function-log", daemon=True)
        self._reader.start()

    def begin(self) -> None:
        """Starts a new invocation: what was written before is no longer part of recent()."""
        with self._lock:
            self._recent.clear()

    def recent(self) -> str:
        """What was written since begin(), with all that the process has written by now."""
        self._drain()
        with self._lock:
            return self._recent.decode(errors="replace")

    def platform(self, kind: str, **record) -> None:
        """Adds a line of the platform's own, in the shape that Lambda's JSON log format gives it."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._drain()
        line = json.dumps({"time": now, "type": f"platform.{kind}", "record": record})
        with self._lock:
            self._note(line.encode() + b"\n")

    def close(self) -> None:
        """Waits for the end of the output, which the death of all its writers brings, and closes the file."""
        if self._reader is not None:
            self._reader.join(timeout=5)
        with self._lock:
            self._file.close()

    def _read(self, pipe: int) -> None:
        more = True
        while more:
            select.select([pipe], [], [])
            with self._lock:  # read and noted in one, so that an empty pipe means that all is noted
                chunk = os.read(pipe, 64 * 1024)
                more = bool(chunk)
                self._note(chunk)
        with self._lock:
            os.close(pipe)
            self._pipe = None

    def _note(self, chunk: bytes) -> None:
        if not self._file.closed:
            self._file.write(chunk)
        self._recent += chunk
        del self._recent[:-KEPT]

    def _drain(self) -> None:
        """Waits until the reader has taken what is in the pipe: a process answers right after it wrote its last line."""
        while self._waiting():
            self._reader.join(timeout=0.001)

    def _waiting(self) -> bool:
        with self._lock:
            if self._pipe is None:
                return False
            return struct.unpack("i", fcntl.ioctl(self._pipe, termios.FIONREAD, b"\0\0\0\0"))[0] > 0
