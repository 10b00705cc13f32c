import os
import socket
import sys
import tempfile

import psutil
import pytest

from cuelocal import processes
from cuelocal.lifecycle import environment
from cuelocal.pollers import concurrency, held_back
from cuelocal.stages import Problem, stage


def launched(tmp_path):
    return processes.launch([sys.executable, "-c", "import time; time.sleep(600)"], dict(os.environ), tmp_path / "log", tmp_path)


def test_what_was_started_is_found_again_and_ended(tmp_path):
    program = launched(tmp_path)
    file = tmp_path / "processes.json"
    processes.note(file, {"localstack": program})
    found = processes.noted(file)
    assert {name: process.pid for name, process in found.items()} == {"localstack": program.pid}
    processes.end(found["localstack"])
    assert not psutil.pid_exists(program.pid) or psutil.Process(program.pid).status() == psutil.STATUS_ZOMBIE
    program.wait()
    assert processes.noted(file) == {}


def test_a_process_id_that_is_somebody_elses_by_now_is_left_alone(tmp_path):
    program = launched(tmp_path)
    try:
        file = tmp_path / "processes.json"
        file.write_text('{"localstack": {"pid": %d, "started": %f}}' % (program.pid, program.create_time() - 60))
        assert processes.noted(file) == {}
    finally:
        program.kill()
        program.wait()


def test_a_taken_port_is_told_with_its_holder():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Problem) as problem:
            processes.demand_free_port(port, "LocalStack", "LOCALSTACK_PORT")
    message = str(problem.value)
    assert str(port) in message and f"process {os.getpid()}" in message and "LOCALSTACK_PORT=" in message
    processes.demand_free_port(port, "LocalStack", "LOCALSTACK_PORT")


def test_stages_have_ports_of_their_own_that_the_environment_may_replace(monkeypatch):
    monkeypatch.delenv("LOCALSTACK_PORT", raising=False)
    monkeypatch.delenv("ISSUER_PORT", raising=False)
    monkeypatch.delenv("FAULT_PROXY_PORT", raising=False)
    local, test = stage("local"), stage("test")
    assert len({local.port, local.issuer_port, test.port, test.issuer_port, test.fault_proxy_port}) == 5
    monkeypatch.setenv("LOCALSTACK_PORT", "5000")
    assert stage("local").endpoint == "http://127.0.0.1:5000"
    for wrong in ("80", "http", "70000"):
        monkeypatch.setenv("LOCALSTACK_PORT", wrong)
        with pytest.raises(Problem, match="LOCALSTACK_PORT"):
            stage("local")


def test_only_the_stage_for_tests_has_a_fault_proxy(monkeypatch):
    monkeypatch.setenv("FAULT_PROXY_PORT", "5001")
    assert stage("test").fault_proxy == "http://127.0.0.1:5001"
    assert environment(stage("test"))["CUELOCAL_FUNCTIONS_ENDPOINT"] == "http://127.0.0.1:5001"
    for other in ("local", "dev"):
        assert stage(other).fault_proxy == ""
        assert environment(stage(other))["CUELOCAL_FUNCTIONS_ENDPOINT"] == ""


@pytest.mark.parametrize(
    "mapping, batches",
    [({}, 5), ({"ScalingConfig": None}, 5), ({"ScalingConfig": {}}, 5), ({"ScalingConfig": {"MaximumConcurrency": 2}}, 2)],
)
def test_a_queue_is_polled_for_as_many_batches_as_on_aws(mapping, batches):
    assert concurrency(mapping) == batches


def test_pollers_are_held_back_for_measurements_only(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    transcriber = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:cuepipe-local-transcriber"}
    other = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:cuepipe-local-captioner"}
    assert not held_back(transcriber, 1)
    (tmp_path / "pollers.json").write_text('{"cuepipe-local-transcriber": 2}')
    assert [held_back(transcriber, number) for number in (1, 2, 3)] == [False, True, True]
    assert not held_back(other, 3)
