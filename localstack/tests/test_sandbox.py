import json
import os
import subprocess
import sys
import threading

import psutil
import pytest

from cuelocal.runtime_api import RESPONSE_LIMIT
from cuelocal.sandbox import InitError


def gone(pid):
    """Waits for a process's end; fails when it goes on."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    if process.status() != psutil.STATUS_ZOMBIE:
        process.wait(timeout=10)


@pytest.mark.parametrize("chunked", [False, True])
def test_one_process_serves_many_invocations(sandboxes, invoke, chunked):
    sandbox = sandboxes()
    sandbox.start()
    for number in range(3):
        answer, is_error, log = invoke(sandbox, f"r{number}", number=number, chunked=chunked)
        assert not is_error
        assert answer == {"pid": sandbox.pid, "event": {"number": number, "chunked": chunked}}
    assert sandbox.alive


def test_an_error_of_the_function_is_its_own_and_the_process_goes_on(sandboxes, invoke):
    sandbox = sandboxes()
    sandbox.start()
    answer, is_error, _ = invoke(sandbox, do="fail")
    assert is_error
    assert answer == {"errorType": "ValueError", "errorMessage": "as asked"}
    assert invoke(sandbox, "r2")[1] is False


@pytest.mark.parametrize("do, how", [("exit", "exit status 3"), ("kill", "signal: killed")])
def test_a_crash_is_reported_as_lambda_reports_it(sandboxes, invoke, do, how):
    sandbox = sandboxes()
    sandbox.start()
    answer, is_error, log = invoke(sandbox, do=do)
    assert is_error
    assert answer == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: r1 Error: Runtime exited with error: {how}"}
    assert f"handling {do}" in log
    assert not sandbox.alive


def test_an_invocation_that_takes_too_long_is_killed_with_its_children(sandboxes, invoke):
    sandbox = sandboxes(timeout=1.0)
    sandbox.start()
    child = invoke(sandbox, do="child")[0]["child"]
    answer, is_error, log = invoke(sandbox, "r2", do="hang")
    assert is_error
    assert answer == {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: r2 Error: Task timed out after 1.00 seconds"}
    assert "handling hang" in log
    gone(sandbox.pid)
    gone(child)


def test_a_function_over_its_memory_is_killed(sandboxes, invoke):
    sandbox = sandboxes(memory=128 << 20)
    sandbox.start()
    assert invoke(sandbox)[1] is False
    answer, is_error, log = invoke(sandbox, "r2", do="hold", bytes=200 << 20)
    assert is_error
    assert answer["errorType"] == "Runtime.OutOfMemory"
    assert "of 128 MB" in answer["errorMessage"]
    assert not sandbox.alive


def test_address_space_and_mapped_files_are_not_memory(sandboxes, invoke, tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"m" * (200 << 20))
    sandbox = sandboxes(
        prelude=f"""
        import mmap
        reserved = mmap.mmap(-1, 4 << 30)
        model = open({str(model)!r}, "rb")
        mapped = mmap.mmap(model.fileno(), 0, access=mmap.ACCESS_READ)
        sum(mapped[i] for i in range(0, len(mapped), 4096))
        def handle(event):
            time.sleep(1)
            return "alive"
        """,
        memory=128 << 20,
    )
    sandbox.start()
    assert invoke(sandbox)[0] == "alive"


def test_a_failed_start_is_told_in_full(sandboxes):
    sandbox = sandboxes(prelude="print('no such model: moonshine', file=sys.stderr); sys.exit(1)")
    with pytest.raises(InitError) as error:
        sandbox.start()
    payload = json.loads(error.value.payload)
    assert payload["errorType"] == "Runtime.ExitError"
    assert "exit status 1" in payload["errorMessage"]
    assert "no such model: moonshine" in payload["errorMessage"]


def test_an_error_that_the_start_reports_is_passed_on(sandboxes):
    sandbox = sandboxes(prelude="post('/init/error', b'{\"errorType\": \"Config\"}'); time.sleep(600)")
    with pytest.raises(InitError) as error:
        sandbox.start()
    assert json.loads(error.value.payload) == {"errorType": "Config"}
    gone(sandbox.pid)


def test_a_missing_bootstrap_is_named(sandboxes, tmp_path):
    sandbox = sandboxes()
    sandbox._bootstrap.unlink()
    with pytest.raises(InitError, match="Couldn't find valid bootstrap"):
        sandbox.start()


def test_a_response_over_the_limit_is_an_error(sandboxes, invoke):
    sandbox = sandboxes()
    sandbox.start()
    assert invoke(sandbox, do="big", bytes=RESPONSE_LIMIT - 2)[1] is False  # with its two quotes, exactly the limit
    answer, is_error, _ = invoke(sandbox, "r2", do="big", bytes=RESPONSE_LIMIT - 1)
    assert is_error
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"
    assert sandbox.alive


def test_an_answer_to_another_invocation_is_not_taken(sandboxes, invoke):
    sandbox = sandboxes(timeout=1.0)
    sandbox.start()
    answer, is_error, log = invoke(sandbox, answer="somebody-elses")
    assert is_error
    assert answer["errorType"] == "Sandbox.Timedout"
    assert "the answer got 400" in log


def test_the_environment_is_what_was_given(sandboxes, invoke, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_HOST", "x")
    sandbox = sandboxes(environment={"STAGE": "test"})
    sandbox.start()
    environment = invoke(sandbox, do="environment")[0]
    assert environment["STAGE"] == "test"
    assert "SECRET_OF_THE_HOST" not in environment


def test_the_log_has_the_invocations_own_lines_and_the_file_all(sandboxes, invoke, tmp_path):
    sandbox = sandboxes(prelude="print('starting', flush=True)")
    sandbox.start()
    invoke(sandbox, "r1", do="first")
    log = invoke(sandbox, "r2", do="second")[2]
    assert "handling second" in log and "handling first" not in log
    file = (tmp_path / "f.log").read_text()
    assert [line for line in ("starting", "handling first", "handling second") if line not in file] == []
    records = [json.loads(line) for line in file.splitlines() if line.startswith("{")]
    reports = [record["record"] for record in records if record["type"] == "platform.report"]
    assert [(report["requestId"], report["status"]) for report in reports] == [("r1", "success"), ("r2", "success")]
    starts = [record["record"] for record in records if record["type"] == "platform.start"]
    assert [start["pid"] for start in starts] == [sandbox.pid, sandbox.pid]


def reports(file):
    records = [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]
    return [record["record"]["metrics"] for record in records if record["type"] == "platform.report"]


def test_the_report_has_the_processor_time_of_the_invocation_and_its_children(sandboxes, invoke, tmp_path):
    sandbox = sandboxes()
    sandbox.start()
    for number, how in enumerate(["self", "waited for", "still running", "self and dead"]):
        invoke(sandbox, f"r{number}", do="compute", seconds=0.3, how=how)
        if how != "self and dead":
            invoke(sandbox, f"rest{number}")  # what was used before is not used again
    used = [report["cpuMs"] for report in reports(tmp_path / "f.log")]
    # A loop ends when the kernel says that it has had its time; that is exact to a tick or two.
    assert len(used) == 7
    assert [computed for computed in used[::2] if computed < 270] == []
    assert [rested for rested in used[1::2] if not 0 <= rested < 200] == []


def test_the_start_is_reported_with_its_processor_time(sandboxes, tmp_path):
    sandbox = sandboxes(prelude="while sum(os.times()[:2]) < 0.3: pass")
    sandbox.start()
    lines = (tmp_path / "f.log").read_text().splitlines()
    record = next(json.loads(line) for line in lines if "platform.initReport" in line)["record"]
    assert record["cpuMs"] >= 270


def test_killing_from_outside_ends_an_invocation_at_once(sandboxes, invoke):
    sandbox = sandboxes()
    sandbox.start()
    threading.Timer(0.3, sandbox.kill).start()
    answer, is_error, _ = invoke(sandbox, do="hang")
    assert is_error and answer["errorType"] == "Runtime.ExitError"  # not Sandbox.Timedout


def test_functions_die_with_the_process_that_runs_them(sandboxes, tmp_path):
    bootstrap = sandboxes()._bootstrap
    host = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, threading\n"
            "from pathlib import Path\n"
            "from cuelocal.sandbox import Limits, Sandbox\n"
            f"sandbox = Sandbox(Path({str(bootstrap)!r}), {{}}, Limits(20, 1 << 30), Path({str(tmp_path / 'h.log')!r}))\n"
            # Started on a thread that ends: the function must outlive the thread, but not the process.
            "starter = threading.Thread(target=sandbox.start); starter.start(); starter.join()\n"
            "sandbox.invoke('r1', b'{}')\n"
            "print(sandbox.pid, flush=True)\n"
            "time.sleep(600)\n",
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        function = int(host.stdout.readline())
        assert psutil.Process(function).is_running()
    finally:
        host.kill()
        host.wait()
    gone(function)
