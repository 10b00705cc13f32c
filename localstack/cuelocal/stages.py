"""Where the local cloud of a stage lives: its ports and its folder. Two stages run side by side."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("CUEPIPE_CACHE") or ROOT / ".cache")

AUDIENCE = "cuepipe"  # whom the tokens of the local stages are for
PAGE_ORIGIN = os.environ.get("PAGE_ORIGIN") or "http://localhost:5173"  # of the page while it is developed, beside the deployed one

# LocalStack's port, the issuer's beside it, and where there is one that of the fault proxy before LocalStack.
_PORTS = {"local": (4566, 4560, 0), "test": (4666, 4660, 4667)}


class Problem(Exception):
    """Something is not as it must be; the message is a sentence for the person at the terminal that says what to do."""


@dataclass(frozen=True)
class Stage:
    name: str
    port: int
    issuer_port: int
    fault_proxy_port: int = 0  # 0: functions call LocalStack directly

    @property
    def local(self) -> bool:
        return self.name in _PORTS

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def fault_proxy(self) -> str:
        """What functions call in LocalStack's stead, where tests disturb their calls; empty where they do not."""
        return f"http://127.0.0.1:{self.fault_proxy_port}" if self.fault_proxy_port else ""

    @property
    def issuer(self) -> str:
        """The issuer as functions and tokens name it. A function in a container reaches this machine by another name."""
        host = "host.docker.internal" if in_docker() else "127.0.0.1"
        return f"http://{host}:{self.issuer_port}"

    @property
    def page(self) -> str:
        """The page that the API serves; infra/cuepipe has the same address. The API's id is fixed there."""
        return f"{self.endpoint}/_aws/execute-api/cuepipe/v1/"

    @property
    def stack(self) -> str:
        return f"cuepipe-{self.name}"

    @property
    def folder(self) -> Path:
        """Everything of a running stage; logs/ in it has one file a function and one a program."""
        return CACHE / "run" / self.name

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def issuer_folder(self) -> Path:
        """The issuer's signing key. The stages share it; their tokens differ by issuer."""
        return CACHE / "run" / "issuer"

    @property
    def processes(self) -> Path:
        """What start started: name, process id and start time, as JSON."""
        return self.folder / "processes.json"

    @property
    def deploying(self) -> str:
        """The command that deploys it."""
        return "make run" if self.local else f"make deploy STAGE={self.name}"

    @property
    def anew(self) -> str:
        """A sentence that says how a local stage is started anew."""
        stop = "make stop" if self.name == "local" else f"localstack/stop {self.name}"
        return f"To start it anew, without the videos that it has: {stop}, then the same again"

    @property
    def version(self) -> Path:
        """Which version of the local cloud's own programs start started."""
        return self.folder / "version"


def in_docker() -> bool:
    """Whether LocalStack shall run, or runs, by Docker: make run LOCAL=docker."""
    return os.environ.get("LOCAL") == "docker"


def stage(name: str) -> Stage:
    """The stage of that name. LOCALSTACK_PORT, ISSUER_PORT and FAULT_PROXY_PORT in the environment replace a local stage's ports."""
    if name not in _PORTS:
        return Stage(name, 0, 0)
    port, issuer_port, fault_proxy_port = _PORTS[name]
    return Stage(
        name,
        _port("LOCALSTACK_PORT", port),
        _port("ISSUER_PORT", issuer_port),
        fault_proxy_port and _port("FAULT_PROXY_PORT", fault_proxy_port),
    )


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise Problem(f"{variable} is {text!r}. Give a port from 1024 to 65535, or leave it out for {default}.")
    return int(text)
