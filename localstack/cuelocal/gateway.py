"""Lets LocalStack listen where GATEWAY_LISTEN says: LocalStack 4.9 takes the port of it and listens on every address."""

import functools
import os

from localstack.runtime import hooks


@hooks.on_infra_start()
def listen_as_told():
    from localstack.runtime.server import twisted

    interface = os.environ["GATEWAY_LISTEN"].rsplit(":", 1)[0]

    class Endpoints:
        TCP4ServerEndpoint = functools.partial(twisted.endpoints.TCP4ServerEndpoint, interface=interface)

    twisted.endpoints = Endpoints  # in that module only; nothing else that listens goes through it
