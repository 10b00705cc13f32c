"""What is deployed in a stage, local or on AWS: its state, and its functions to be invoked."""

import base64
import json
import secrets
from collections import Counter
from pathlib import Path

import boto3
import botocore.config
import botocore.exceptions

from cuelocal import lifecycle, processes
from cuelocal.stages import AUDIENCE, PAGE_ORIGIN, Problem, Stage

REGION = "us-east-1"  # of the local stages
STATUSES = ("pending", "queued", "captioning", "ready", "uncaptioned", "failed", "deleting", "deleted")
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"  # the parameter by which the CDK itself knows


def show_status(stage: Stage) -> None:
    """Prints programs, outputs, queues, and how the videos of a stage stand."""
    if stage.local:
        running = processes.noted(stage.processes)
        for name, address in (("localstack", stage.endpoint), ("issuer", stage.issuer)):
            process = running.get(name)
            print(f"{name:<11} {f'runs as process {process.pid} on {address}' if process else 'was not started from here'}")
        if not lifecycle.answers(stage):
            raise Problem(f"The local cloud of stage {stage.name} does not answer. Start it with: make run")
    stack = _stack(stage)
    print(f"stack       {stack['StackName']}: {stack['StackStatus']}")
    for key, value in sorted(outputs(stage).items()):
        print(f"  {key}: {value}")
    _show_queues(stage)
    _show_videos(stage)


def invoke(stage: Stage, function: str, event: str) -> int:
    """Invokes a function by its short name and prints its answer; 1 when it failed."""
    try:
        payload = Path(event).read_bytes()
        json.loads(payload)
    except (OSError, ValueError) as error:
        raise Problem(f"{event} is no event that can be sent: {error}. Recorded ones are in the folder events.") from error
    answer, log, failed = call(stage, function, payload)
    lifecycle.say(log)
    print(answer)
    if failed:
        lifecycle.say(f"error: {function} failed; its log is above.")
        return 1
    return 0


def call(stage: Stage, function: str, payload: bytes) -> tuple[str, str, bool]:
    """Invokes a function by its short name: its answer, the end of its log, and whether it failed."""
    # One attempt only, and as long as a function may take: a second one would run it again.
    patient = botocore.config.Config(read_timeout=910, retries={"total_max_attempts": 1})
    name = _function_name(stage, function)
    try:
        answer = _client(stage, "lambda", patient).invoke(FunctionName=name, Payload=payload, LogType="Tail")
    except botocore.exceptions.ClientError as error:
        raise Problem(f"{name} cannot be invoked: {error.response['Error']['Message']}") from error
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").rstrip()
    return answer["Payload"].read().decode(), log, "FunctionError" in answer


def outputs(stage: Stage) -> dict[str, str]:
    """The outputs of the stage's stack by name."""
    stack = _stack(stage)
    if "Outputs" in stack:
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    if stage.local and stack["StackStatus"] == "UPDATE_COMPLETE":
        # LocalStack 4.9 says so also where a change of a resource failed, and has no outputs from then on.
        raise Problem(f"LocalStack could not update {stage.stack} from the version that is deployed to it. {stage.anew}")
    raise Problem(f"{stage.stack} is {stack['StackStatus']} and has no outputs. Unless it is being deployed just now, deploy it with: {stage.deploying}")


def describe(stage: Stage) -> dict:
    """What the tests of a deployed local stage need to know of it."""
    found = outputs(stage)
    return {
        "stage": stage.name,
        "api": found["ApiUrl"],
        "issuer": stage.issuer,
        "issuerDir": str(stage.issuer_folder),
        "audience": AUDIENCE,
        "page": stage.page,
        "pageOrigin": PAGE_ORIGIN,
        "region": REGION,
        "endpoint": stage.endpoint,
        "faultProxy": stage.fault_proxy,
        "runDir": str(stage.folder),
        "outputs": found,
    }


def account(stage: Stage) -> tuple[str, str, bool]:
    """Account, region, and whether the CDK is bootstrapped there. Raises Problem when the credentials do not work."""
    try:
        sts = _client(stage, "sts")
        number = sts.get_caller_identity()["Account"]
        _client(stage, "ssm").get_parameter(Name=BOOTSTRAP)
        return number, sts.meta.region_name, True
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return number, sts.meta.region_name, False
        raise Problem(f"AWS refused: {error.response['Error']['Message']} Check which credentials are in use.") from error
    except botocore.exceptions.BotoCoreError as error:
        raise Problem(f"AWS cannot be asked: {error}. Set up credentials and a region, for example by aws configure.") from error


def make_secret(stage: Stage) -> None:
    """Makes the secret with which the notifier signs what it tells the webhook, unless there is one; it is never printed.

    It is 43 characters of [A-Za-z0-9_-], which are the key as they stand: 32 random bytes. A standard parameter costs nothing.
    """
    name = f"/cuepipe/{stage.name}/webhook-secret"
    try:
        _client(stage, "ssm").put_parameter(
            Name=name,
            Value=secrets.token_urlsafe(32),
            Type="SecureString",
            Description="Cuepipe signs with it what it tells the webhook",
            Overwrite=False,
        )
        lifecycle.say(f"made the webhook's secret. Read it with: aws ssm get-parameter --name {name} --with-decryption --query Parameter.Value --output text")
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ParameterAlreadyExists":
            raise Problem(f"The webhook's secret {name} cannot be made: {error.response['Error']['Message']}") from error
    except botocore.exceptions.BotoCoreError as error:
        raise Problem(f"AWS cannot be asked: {error}. Set up credentials and a region, for example by aws configure.") from error


def empty(stage: Stage) -> None:
    """Deletes every version of every object in the stack's buckets. There is no way back."""
    s3 = _client(stage, "s3")
    for bucket in _resources(stage, "AWS::S3::Bucket"):
        removed = 0
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = page.get("Versions", []) + page.get("DeleteMarkers", [])
            if not found:
                continue
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]
            refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
            if refused:
                raise Problem(f"{refused[0]['Key']} in {bucket} cannot be deleted: {refused[0]['Message']}")
            removed += len(objects)
        lifecycle.say(f"emptied {bucket} ({removed} versions)")


def _stack(stage: Stage) -> dict:
    try:
        return _client(stage, "cloudformation").describe_stacks(StackName=stage.stack)["Stacks"][0]
    except botocore.exceptions.ClientError as error:
        raise Problem(f"{stage.stack} is not deployed ({error.response['Error']['Message']}). Deploy it with: {stage.deploying}") from error
    except botocore.exceptions.BotoCoreError as error:
        raise Problem(f"AWS cannot be asked: {error}. Set up credentials and a region, for example by aws configure.") from error


def _resources(stage: Stage, kind: str) -> list[str]:
    _stack(stage)
    pages = _client(stage, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=stage.stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return sorted(resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == kind)


def _function_name(stage: Stage, function: str) -> str:
    names = _resources(stage, "AWS::Lambda::Function")
    wanted = [name for name in names if name == function or name == f"{stage.stack}-{function}"]
    if not wanted:
        known = ", ".join(name.removeprefix(f"{stage.stack}-") for name in names)
        raise Problem(f"There is no function {function} in {stage.stack}. There are: {known}.")
    return wanted[0]


def _show_queues(stage: Stage) -> None:
    sqs = _client(stage, "sqs")
    print(f"{'queue':<44} {'waiting':>8} {'in work':>8} {'delayed':>8}")
    for url in _resources(stage, "AWS::SQS::Queue"):
        state = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        counts = [state[f"ApproximateNumberOfMessages{kind}"] for kind in ("", "NotVisible", "Delayed")]
        print(f"{url.rsplit('/', 1)[1]:<44} {counts[0]:>8} {counts[1]:>8} {counts[2]:>8}")


def _show_videos(stage: Stage) -> None:
    """Reads the whole index: a cent for a million videos."""
    pages = _client(stage, "dynamodb").get_paginator("query")

    def videos(status: str, **selection):
        return pages.paginate(
            TableName=outputs(stage)["Table"],
            IndexName="byStatus",
            KeyConditionExpression="#status = :status",
            ExpressionAttributeNames={"#status": "status", **selection.pop("names", {})},
            ExpressionAttributeValues={":status": {"S": status}},
            **selection,
        )

    counts = {status: sum(page["Count"] for page in videos(status, Select="COUNT")) for status in STATUSES}
    print("videos      " + (", ".join(f"{n} {status}" for status, n in counts.items() if n) or "none"))
    if counts["failed"]:
        failed = videos("failed", ProjectionExpression="#failure.#code", names={"#failure": "failure", "#code": "code"})
        codes = Counter(item["failure"]["M"]["code"]["S"] for page in failed for item in page["Items"])
        print("  failed: " + ", ".join(f"{n} {code}" for code, n in codes.most_common()))
    kept = _client(stage, "s3").get_paginator("list_objects_v2").paginate(Bucket=outputs(stage)["CaptionsBucket"], Prefix="quarantine/")
    print(f"quarantine  {sum(page['KeyCount'] for page in kept)} messages that name no video")


def _client(stage: Stage, service: str, config: botocore.config.Config | None = None):
    if not stage.local:
        return boto3.client(service, config=config)
    return boto3.client(
        service,
        endpoint_url=stage.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )
