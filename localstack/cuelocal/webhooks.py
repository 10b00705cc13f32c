"""Tells API destinations as EventBridge does, where LocalStack's own sender does otherwise: it asks once and forgets.

As on AWS: a receiver that does not answer within five seconds, or answers with 401, 407, 409, 429 or 5xx, is asked again, as often
and as long as the target's retry policy says; what it refuses otherwise, or never took, goes to the target's dead-letter queue
with the rule, the target and the reason in its attributes (docs.aws.amazon.com/eventbridge/latest/userguide: eb-api-destinations,
eb-rule-dlq).

Not as on AWS: the pauses between two tries grow from half a second to ten, and are not spread. The SSRF checks of AWS are missing: a
receiver on this machine is what it is for.
"""

import json
import logging
import time

import requests
from localstack.runtime import hooks

LOG = logging.getLogger(__name__)

ANSWER_TIMEOUT = 5  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10  # seconds
TRIED_AGAIN = {401, 407, 409, 429}  # and 5xx


@hooks.on_infra_start()
def tell_like_aws():
    from localstack.services.events.target import EventsApiDestinationTargetSender
    from localstack.utils.threads import start_thread

    def send_event(sender, event, trace_header):
        # By itself: who puts an event does not wait for its receivers.
        start_thread(lambda *_: _deliver(sender, event), name="api-destination")

    EventsApiDestinationTargetSender.send_event = send_event


def _deliver(sender, event) -> None:
    from localstack.aws.connect import connect_to
    from localstack.services.events.api_destination import add_api_destination_authorization

    try:
        target = sender.target
        policy = target.get("RetryPolicy") or {}
        until = time.monotonic() + policy.get("MaximumEventAgeInSeconds", 86400)
        clients = connect_to(aws_access_key_id=sender.target_account_id, region_name=sender.target_region)
        destination = clients.events.describe_api_destination(Name=target["Arn"].split(":")[-1].split("/")[1])
        headers = {"User-Agent": "Amazon/EventBridge/ApiDestinations", "Content-Type": "application/json; charset=utf-8"}
        address = add_api_destination_authorization(destination, headers, event)
        reason = attempt(
            lambda: requests.request(
                destination["HttpMethod"], address, data=json.dumps(event), headers=headers, timeout=ANSWER_TIMEOUT
            ).status_code,
            policy.get("MaximumRetryAttempts", 185),
            until,
        )
        if reason:
            _put_by(sender, event, reason)
    except Exception:
        LOG.exception("An event could not be told to %s", sender.target["Arn"])


def attempt(ask, retries: int, until: float, pause=time.sleep) -> tuple[str, str, int] | None:
    """Asks until it is taken; None, or the code, the message and how often it was tried again when it was given up.

    ask returns the status of an answer or raises requests.RequestException; until is on the monotonic clock.
    """
    for tried_again in range(retries + 1):
        try:
            status = ask()
        except requests.RequestException as error:
            reason = ("SDK_CLIENT_ERROR", f"Unable to invoke the destination: {type(error).__name__}")
        else:
            if status < 300:
                return None
            reason = ("SDK_CLIENT_ERROR", f"Unable to invoke the destination: it answered {status}")
            if status not in TRIED_AGAIN and status < 500:
                return *reason, tried_again
        wait = min(FIRST_PAUSE * 2**tried_again, LONGEST_PAUSE)
        if tried_again < retries and time.monotonic() + wait < until:
            pause(wait)
        else:
            break
    return *reason, tried_again


def _put_by(sender, event, reason: tuple[str, str, int]) -> None:
    from localstack.aws.connect import connect_to
    from localstack.utils.aws.arns import sqs_queue_url_for_arn

    queue = (sender.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    code, message, tried_again = reason
    attributes = {
        "RULE_ARN": sender.rule_arn,
        "TARGET_ARN": sender.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "RETRY_ATTEMPTS": str(tried_again),
    }
    sqs = connect_to(aws_access_key_id=sender.account_id, region_name=sender.region).sqs
    sqs.send_message(
        QueueUrl=sqs_queue_url_for_arn(queue),
        MessageBody=json.dumps(event),
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )
