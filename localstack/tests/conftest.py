"""A function whose payload says what it does, so that every test shows what happens to it."""

import json
import stat
import sys
import textwrap

import pytest

from cuelocal.sandbox import Limits, Sandbox

FUNCTION = """\
#!{python}
import json, os, signal, subprocess, sys, time, urllib.error, urllib.request

api = "http://%s/2018-06-01/runtime" % os.environ["AWS_LAMBDA_RUNTIME_API"]


def post(path, body, chunked=False):
    # An iterable without a length goes out chunked, as Go's runtime client does it.
    request = urllib.request.Request(api + path, data=iter([body]) if chunked else body)
    if chunked:
        request.add_header("Transfer-Encoding", "chunked")
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def handle(event):
    do = event.get("do")
    print("handling", do, flush=True)
    if do == "exit":
        sys.exit(3)
    if do == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "hang":
        time.sleep(600)
    if do == "hold":
        held = bytearray(event["bytes"])
        held[:: 4096] = b"x" * len(held[:: 4096])
        time.sleep(600)
    if do == "compute":
        # For so many seconds of processor time: here, in a child that is waited for, or in one that says when and goes on.
        loop = "import os, time\\nwhile sum(os.times()[:2]) < %f: pass\\n" % event["seconds"]
        how = event["how"]
        if how == "waited for":
            subprocess.run([sys.executable, "-c", loop])
        elif how == "still running":
            child = subprocess.Popen([sys.executable, "-c", loop + "print(flush=True); time.sleep(600)"], stdout=subprocess.PIPE)
            child.stdout.readline()
        else:
            began = sum(os.times()[:2])
            while sum(os.times()[:2]) - began < event["seconds"]:
                pass
            if how == "self and dead":
                sys.exit(1)
    if do == "child":
        child = subprocess.Popen(["sleep", "600"])
        return {{"child": child.pid}}
    if do == "environment":
        return dict(os.environ)
    if do == "big":
        return "x" * event["bytes"]
    if do == "fail":
        raise ValueError("as asked")
    return {{"pid": os.getpid(), "event": event}}


{prelude}

while True:
    with urllib.request.urlopen(api + "/invocation/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        deadline = int(response.headers["Lambda-Runtime-Deadline-Ms"])
        event = json.load(response)
    try:
        answer = json.dumps(handle(event)).encode()
    except Exception as error:
        body = json.dumps({{"errorType": type(error).__name__, "errorMessage": str(error)}}).encode()
        post("/invocation/%s/error" % request_id, body)
        continue
    status = post("/invocation/%s/response" % (event.get("answer") or request_id), answer, event.get("chunked", False))
    print("the answer got", status, flush=True)
"""


@pytest.fixture
def sandboxes(tmp_path):
    """Makes sandboxes of the function above; prelude is Python that runs before its first invocation."""
    made = []

    def make(prelude="", timeout=20.0, memory=256 << 20, environment=None):
        bootstrap = tmp_path / f"bootstrap-{len(made)}"
        bootstrap.write_text(FUNCTION.format(python=sys.executable, prelude=textwrap.dedent(prelude)))
        bootstrap.chmod(bootstrap.stat().st_mode | stat.S_IXUSR)
        sandbox = Sandbox(bootstrap, {"PATH": "/usr/bin:/bin", **(environment or {})}, Limits(timeout, memory), tmp_path / "f.log")
        made.append(sandbox)
        return sandbox

    yield make
    for sandbox in made:
        sandbox.close()


@pytest.fixture
def invoke():
    """Invokes a sandbox with an event; returns the answer as Python data, whether it is an error, and the log."""

    def send(sandbox, request_id="r1", **event):
        result = sandbox.invoke(request_id, json.dumps(event).encode())
        return json.loads(result.payload), result.is_error, result.log

    return send
