"""The Lambda Runtime API for one function process.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Whatever the process says or does arrives as one event
in one queue, so that whoever waits for it waits in one place.
"""

import json
import queue
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESPONSE_LIMIT = 6 * 1024 * 1024  # bytes of a synchronous response, as on AWS

_ANSWER = re.compile(r"/2018-06-01/runtime/invocation/(?P<id>[^/]+)/(?P<kind>response|error)")


@dataclass(frozen=True)
class Invocation:
    """What a function is asked to do. deadline is in seconds since the epoch."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline: float


@dataclass(frozen=True)
class Ready:
    """The process asked for its first invocation: its initialisation is over."""


@dataclass(frozen=True)
class InitFailed:
    """The process reported that it cannot start; payload is its error as JSON."""

    payload: bytes


@dataclass(frozen=True)
class Answered:
    """The process answered an invocation; payload is its response, or its error as JSON."""

    request_id: str
    payload: bytes
    is_error: bool


@dataclass(frozen=True)
class Exited:
    """The process ended, by itself or killed. code is negative for a signal, as in subprocess."""

    code: int


def error_payload(error_type: str, message: str) -> bytes:
    """An error as Lambda reports it to the caller of a function."""
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


class RuntimeApi:
    """Serves the API on a free port of the loopback interface until close()."""

    def __init__(self, events: "queue.Queue"):
        self._events = events
        self._invocations: queue.Queue[Invocation | None] = queue.Queue()
        self._asked = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.api = self
        self.current: str | None = None  # the id of the invocation that waits for an answer
        threading.Thread(target=self._server.serve_forever, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """host:port, the value of AWS_LAMBDA_RUNTIME_API."""
        return "127.0.0.1:%d" % self._server.server_port

    def hand_over(self, invocation: Invocation) -> None:
        """Gives the process its next invocation, as soon as it asks for one."""
        self.current = invocation.request_id
        self._invocations.put(invocation)

    def close(self) -> None:
        """Ends the server and whoever waits in it. May be called twice."""
        self._invocations.put(None)
        self._server.shutdown()
        self._server.server_close()

    def next_invocation(self) -> Invocation | None:
        if not self._asked:
            self._asked = True
            self._events.put(Ready())
        return self._invocations.get()

    def init_failed(self, payload: bytes) -> None:
        self._events.put(InitFailed(payload))

    def answered(self, request_id: str, payload: bytes, is_error: bool) -> bool:
        """Takes an answer; False when nobody waits for this one (it came twice, or names another invocation)."""
        if request_id != self.current:
            return False
        self.current = None
        self._events.put(Answered(request_id, payload, is_error))
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Sent at once, header and body together: else each answer waits 40 ms for the acknowledgement of its header.
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *args) -> None:
        """Requests of a process to its runtime are not worth a line."""

    def do_GET(self) -> None:
        if self.path != "/2018-06-01/runtime/invocation/next":
            self._reply(404, b"")
            return
        invocation = self.server.api.next_invocation()
        if invocation is None:
            self.close_connection = True
            return
        self._reply(
            200,
            invocation.payload,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        api, body = self.server.api, self._body()
        if self.path == "/2018-06-01/runtime/init/error":
            api.init_failed(body)
            self._reply(202, b'{"status":"OK"}')
            return
        answer = _ANSWER.fullmatch(self.path)
        if answer is None:
            self._reply(404, b"")
            return
        is_error = answer["kind"] == "error"
        status, reply = 202, b'{"status":"OK"}'
        if len(body) > RESPONSE_LIMIT and not is_error:
            is_error, status = True, 413
            body = reply = error_payload(
                "Function.ResponseSizeTooLarge",
                f"Response payload size ({len(body)} bytes) exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).",
            )
        if not api.answered(answer["id"], body, is_error):
            status, reply = 400, error_payload("InvalidRequestID", "This invocation is not the current one.")
        self._reply(status, reply)

    def _body(self) -> bytes:
        """The body; Go's runtime client sends it chunked, which http.server leaves to its user."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers, which name the error of a streamed response: nothing here streams
            pass
        return bytes(body)

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            # The process was killed while it waited. Its end is an event of its own.
            self.close_connection = True
