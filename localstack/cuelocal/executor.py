"""LocalStack's runtime executor "process": functions on provided.* run as processes of this machine, without containers.

Chosen by LAMBDA_RUNTIME_EXECUTOR=process. One executor is one execution environment: it runs one invocation at a time, and
LocalStack makes another for the next concurrent one.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from cuelocal.runtime_api import error_payload
from cuelocal.sandbox import InitError, Limits, Sandbox

LOG = logging.getLogger(__name__)


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessExecutor


class ProcessExecutor(RuntimeExecutor):
    """One execution environment: a process, a new one after each crash, and a folder for its temporary files."""

    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self._environment: dict[str, str] = {}
        self._temporary: Path | None = None
        self._sandbox: Sandbox | None = None
        self._stopped = False

    def start(self, env_vars) -> None:
        config = self.function_version.config
        if not (config.runtime or "").startswith("provided"):
            raise _failure(f"Only functions on provided.* run here, not on {config.runtime or 'a container image'}.")
        folder = Path(config.code.get_unzipped_code_location())
        name = self.function_version.id.function_name
        self._temporary = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._environment = {
            **{key: str(value) for key, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": str(folder),
            "LD_LIBRARY_PATH": f"{folder}:{folder}/lib",
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            # AWS gives every environment a /tmp of its own. Here only what asks for the place of temporary files gets one.
            "TMPDIR": str(self._temporary),
        }
        # Where a fault proxy stands before LocalStack, every function calls that. URLs that a function signs name the proxy,
        # too, because a signature is for one host: what clients do with them passes through it.
        if endpoint := os.environ.get("CUELOCAL_FUNCTIONS_ENDPOINT"):
            self._environment["AWS_ENDPOINT_URL"] = endpoint
        try:
            self._launch()
        except InitError as error:
            # This one LocalStack hands to the caller as the function's error, as AWS does; any other ends in a bare 500.
            raise StatusErrorException("Environment startup failed", payload=error.payload) from error

    def invoke(self, payload) -> InvocationResult:
        request_id = payload["invoke-id"]
        try:
            if self._stopped:
                raise InitError(error_payload("Runtime.ExitError", "The execution environment was stopped."))
            # An environment whose process died starts anew with its temporary files, as on AWS.
            if not self._sandbox.alive:
                self._launch()
        except InitError as error:
            return InvocationResult(request_id, error.payload, is_error=True, logs=str(error))
        result = self._sandbox.invoke(
            request_id, payload["payload"].encode(), payload["invoked-function-arn"], payload["trace-id"]
        )
        return InvocationResult(request_id, result.payload, is_error=result.is_error, logs=result.log)

    def stop(self) -> None:
        """Ends the environment. LocalStack calls it also while an invocation runs, which then fails with Runtime.ExitError."""
        self._stopped = True
        if self._sandbox is not None:
            self._sandbox.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _launch(self) -> None:
        config = self.function_version.config
        name = self.function_version.id.function_name
        self._sandbox = Sandbox(
            bootstrap=Path(config.code.get_unzipped_code_location()) / "bootstrap",
            environment=self._environment,
            limits=Limits(timeout=config.timeout, memory=config.memory_size << 20),
            log_file=Path(os.environ["CUELOCAL_LOGS"]) / f"{name}.log",
        )
        self._sandbox.start()
        if self._stopped:  # by another thread, while this one started
            self._sandbox.close()
            raise InitError(error_payload("Runtime.ExitError", "The execution environment was stopped."))

    # What LocalStack asks in order to reach a container, or for the container to reach it.

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"  # becomes AWS_ENDPOINT_URL, with the gateway's port

    def get_runtime_endpoint(self) -> str:
        return "http://127.0.0.1"  # only a container's init calls it

    def get_logs(self) -> str:
        return ""  # every line is in the function's log file already

    @classmethod
    def prepare_version(cls, function_version) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version) -> None:
        """Nothing but the code is kept of a version, and LocalStack removes that."""


def _failure(message: str) -> StatusErrorException:
    return StatusErrorException(message, payload=error_payload("Runtime.Unsupported", message))
