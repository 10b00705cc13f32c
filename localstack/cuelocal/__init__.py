"""Cuepipe's local cloud: LocalStack with Lambda functions as processes, without a container engine.

sandbox, runtime_api, function_log and memory run one function process and know nothing of LocalStack. executor, dynamodb and
pollers are LocalStack's plugins, named in cuelocal.dist-info. stages, lifecycle and deployed are behind the commands start,
stop, status, logs and invoke.
"""
