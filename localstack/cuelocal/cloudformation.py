"""Looks at a resource that is being made again after a quarter of a second: LocalStack waits five seconds, which makes the
first deployment of five functions half a minute longer."""

import functools

from localstack.runtime import hooks

LOOK_EVERY = 0.25  # seconds


@hooks.on_infra_start()
def look_soon():
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    deploy_loop = ResourceProviderExecutor.deploy_loop

    @functools.wraps(deploy_loop)
    def soon(self, *args, **kwargs):
        return deploy_loop(self, *args, **{"sleep_time": LOOK_EVERY} | kwargs)

    ResourceProviderExecutor.deploy_loop = soon
