"""Starts and stops the local cloud of a stage: LocalStack, the provider that people log in to, and for tests a fault proxy."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil

from cuelocal import processes
from cuelocal.stages import CACHE, PAGE_ORIGIN, ROOT, Problem, Stage, in_docker

START_TIMEOUT = 180  # seconds until LocalStack must answer; 4 are usual, a busy machine takes longer


def start(stage: Stage) -> None:
    """Starts what does not run yet, from an empty state, and waits until it answers."""
    stage.folder.mkdir(parents=True, exist_ok=True)
    with open(stage.folder / "start.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes may start at the same moment
        running = processes.noted(stage.processes)
        if (in_docker() or "localstack" in running) and "issuer" in running and answers(stage):
            if not stage.version.exists() or stage.version.read_text() != version():
                say(f"The local cloud of stage {stage.name} was started by another version of Cuepipe, and goes on as it is. {stage.anew}")
            return  # answers() asks the fault proxy, too
        for process in running.values():  # half of it is no use
            processes.end(process)
        if not in_docker():  # which says itself when its port is taken
            processes.demand_free_port(stage.port, "LocalStack", "LOCALSTACK_PORT")
        processes.demand_free_port(stage.issuer_port, "the issuer of tokens", "ISSUER_PORT")
        if stage.fault_proxy:
            processes.demand_free_port(stage.fault_proxy_port, "the fault proxy", "FAULT_PROXY_PORT")
        _start(stage)


def stop(stage: Stage) -> None:
    """Ends what start() started; says so when there was nothing."""
    running = processes.noted(stage.processes)
    for process in running.values():
        processes.end(process)
    stage.processes.unlink(missing_ok=True)
    if in_docker():
        _compose(stage, "down", "--volumes")
    for leftover in ("filesystem", "tmp"):
        shutil.rmtree(stage.folder / leftover, ignore_errors=True)
    say(f"stopped the local cloud of stage {stage.name}" if running else f"nothing was running for stage {stage.name}")


def answers(stage: Stage) -> bool:
    """Whether LocalStack, the issuer and the fault proxy, if there is one, answer requests."""
    asked = [f"{stage.endpoint}/_localstack/health", f"http://127.0.0.1:{stage.issuer_port}/.well-known/openid-configuration"]
    if stage.fault_proxy:
        asked.append(f"{stage.fault_proxy}/_faults/health")
    return all(map(_get, asked))


def _start(stage: Stage) -> None:
    began = time.monotonic()
    for leftover in ("filesystem", "tmp", "logs", "cache"):
        shutil.rmtree(stage.folder / leftover, ignore_errors=True)
    (stage.folder / "tmp").mkdir()
    fault_proxy = ROOT / "bin" / "faultproxy"
    if not (CACHE / "oidc").exists():
        raise Problem("The OpenID Connect provider is not there yet. Fetch it with: make fetch")
    if not (ROOT / "bin" / "issuer").exists():
        raise Problem("bin/issuer is not built yet. Build it with: make build")
    if stage.fault_proxy and not fault_proxy.exists():
        raise Problem("bin/faultproxy is not built yet. Build it with: go build -C integration -o ../bin/ ./cmd/faultproxy")
    say(f"starting LocalStack for stage {stage.name} on {stage.endpoint}…")
    programs: dict[str, psutil.Process] = {}
    stage.version.write_text(version())
    try:
        # Written down one by one: whatever happens next, stop finds them.
        if in_docker():
            _compose(stage, "up", "--detach", "--wait")
        else:
            programs["localstack"] = processes.launch(
                [sys.executable, "-m", "localstack.runtime.main"],
                environment(stage),
                stage.logs / "localstack.log",
                stage.folder,
            )
            processes.note(stage.processes, programs)
        programs["issuer"] = processes.launch(
            provider(stage), {"PATH": os.environ["PATH"]}, stage.logs / "issuer.log", stage.folder
        )
        processes.note(stage.processes, programs)
        if stage.fault_proxy:
            programs["faultproxy"] = processes.launch(
                [
                    *(str(fault_proxy), "-listen", f"127.0.0.1:{stage.fault_proxy_port}"),
                    *("-target", stage.endpoint, "-functions", str(stage.folder)),
                ],
                {"PATH": os.environ["PATH"]},
                stage.logs / "faultproxy.log",
                stage.folder,
            )
            processes.note(stage.processes, programs)
        _wait(stage, programs, began)
    except BaseException:  # also Ctrl-C: nothing half started stays
        for process in programs.values():
            processes.end(process)
        stage.processes.unlink(missing_ok=True)
        raise
    say(f"  LocalStack answers after {time.monotonic() - began:.0f} s")


def version() -> str:
    """Of the programs that start leaves running: a sum of their sources."""
    files = sorted(file for folder in ("cuelocal", "provider") for file in (ROOT / "localstack" / folder).iterdir() if file.is_file())
    return hashlib.sha256(b"".join(hashlib.sha256(file.name.encode() + b"\0" + file.read_bytes()).digest() for file in files)).hexdigest()


def provider(stage: Stage) -> list[str]:
    """The command that serves the stage's OpenID Connect provider, with the key that bin/issuer signs with."""
    key = subprocess.run(
        [ROOT / "bin" / "issuer", "key", "--dir", stage.issuer_folder], stdout=subprocess.PIPE, check=True, text=True
    ).stdout.strip()
    # For containers it has to listen beyond the loopback interface.
    address = "0.0.0.0" if in_docker() else "127.0.0.1"
    pages = [stage.page, f"{PAGE_ORIGIN}/"]
    return [
        *("node", str(ROOT / "localstack" / "provider" / "main.mjs")),
        *("--packages", str(CACHE / "oidc"), "--key", key),
        *("--issuer", stage.issuer, "--listen", f"{address}:{stage.issuer_port}"),
        *(option for page in pages for option in ("--page", page)),
    ]


def _wait(stage: Stage, programs: dict[str, psutil.Process], began: float) -> None:
    told = began
    while not answers(stage):
        for name, process in programs.items():
            if (code := process.poll()) is not None:
                raise Problem(_death(stage, name, code))
        now = time.monotonic()
        if now - began > START_TIMEOUT:
            raise Problem(
                f"LocalStack did not answer within {START_TIMEOUT} s. Its log is {stage.logs}/localstack.log; "
                "a busy machine may need a second try."
            )
        if now - told > 5:
            told = now
            say(f"  still starting, {now - began:.0f} s")
        time.sleep(0.1)


def _death(stage: Stage, name: str, code: int) -> str:
    log = stage.logs / f"{name}.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
    return (
        f"{name} ended with code {code} while it started. The end of {log}:\n{tail}\n"
        "When a package or a jar is missing there, fetch anew with: make clean fetch"
    )


def _compose(stage: Stage, *arguments: str) -> None:
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0:
        raise Problem("LOCAL=docker needs Docker with its compose plugin, which is missing. Leave LOCAL out: LocalStack runs without it.")
    if stage.name != "local":
        raise Problem("LOCAL=docker is for stage local only.")
    command = ["docker", "compose", "--file", str(ROOT / "localstack" / "compose.yaml"), *arguments]
    if (code := subprocess.run(command).returncode) != 0:
        raise Problem(f"Docker could not do it; what is wrong is said above. The command was: {' '.join(command)} (code {code})")


def environment(stage: Stage) -> dict[str, str]:
    """LocalStack's environment. Nothing of the caller's gets in, in particular no AWS credentials or profile."""
    folder = stage.folder
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "localstack"),
        "PYTHONUNBUFFERED": "1",
        # Every stage has its own folders for state, temporary files and caches.
        "FILESYSTEM_ROOT": str(folder / "filesystem"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "GATEWAY_LISTEN": f"127.0.0.1:{stage.port}",
        # Addresses that it hands out can be reached without a name server.
        "LOCALSTACK_HOST": f"127.0.0.1:{stage.port}",
        "SQS_ENDPOINT_STRATEGY": "path",
        # No alarm looks at the queues here, and three metrics a message are written to a database on the disk.
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
        # Ports for services that run programs of their own. None that Cuepipe uses does but DynamoDB, which takes a free one;
        # still, two stages get two ranges.
        "EXTERNAL_SERVICE_PORTS_START": str(stage.port - 56),
        "EXTERNAL_SERVICE_PORTS_END": str(stage.port - 6),
        # Presigned URLs are checked as on AWS: without this, any signature passes.
        "S3_SKIP_SIGNATURE_VALIDATION": "0",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        # The executor bounds the start of a function by the function's own timeout; LocalStack must not cut in before.
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "910",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.01",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "1",
        "DYNAMODB_IN_MEMORY": "1",
        # DynamoDB Local has streams of its own. LocalStack's first provider would feed them through Kinesis, which it downloads.
        "PROVIDER_OVERRIDE_DYNAMODB": "v2",
        "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "v2",
        "DYNAMODB_HEAP_SIZE": "256m",
        # No telemetry, no name server, no certificate from elsewhere: nothing here talks to the outside.
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "CUELOCAL_DYNAMODB": str(CACHE / "dynamodb-local"),
        "CUELOCAL_LOGS": str(stage.logs),
        "CUELOCAL_FUNCTIONS_ENDPOINT": stage.fault_proxy,
    }


def _get(url: str) -> bool:
    try:
        # A proxy of the environment has no business with this machine's own addresses.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def say(text: str) -> None:
    """One line for the person at the terminal; standard output stays for results."""
    print(text, file=sys.stderr, flush=True)
