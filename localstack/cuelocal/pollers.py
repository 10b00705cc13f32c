"""Polls queues for functions as AWS does, where LocalStack's own poller does otherwise.

- AWS runs up to MaximumConcurrency batches of a queue at once, five at first where none is set; LocalStack runs one after the
  other.
- AWS polls long; LocalStack polls short where no batching window is set, and waits up to 1.5 s after an empty answer.
- AWS asks a table's stream four times a second; LocalStack asks as often as it can, which keeps a third of a processor busy.

Where LocalStack does as AWS does, seen in its sqs_poller.py: when a function fails (an error, a crash, the end of its time), the
poller neither deletes the messages nor changes their visibility. They come again when their visibility timeout is over, and
after maxReceiveCount times they move to the dead-letter queue at the next receive. So is it with those that a partial batch
response names; the others are deleted.

Where it does not, and nothing is done about it: the body of a message that is JSON reaches the function parsed and printed
again (spaces and the order of escapes may differ, and md5OfBody does not fit), and a body that is a JSON string reaches it
without its quotes. A batching window ends with the first message.

For measurements there can be fewer batches at once than AWS lets a mapping ask for, which is two: see held_back().
"""

import json
import logging
import tempfile
from pathlib import Path

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)

FIRST_SCALE = 5  # concurrent batches that AWS starts with: docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
STREAM_POLL = 0.25  # seconds: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
LONG_POLL = 5  # seconds; AWS polls for 20, but a mapping that is deleted should not wait so long for its end
HELD_BACK = "pollers.json"  # in LocalStack's folder for temporary files, and so gone when it starts anew


@hooks.on_infra_start()
def poll_like_aws():
    from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
    from localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller import DynamoDBPoller
    from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
    from localstack.utils.threads import start_thread

    start_one = EsmWorker.start

    def start(worker):
        if not isinstance(worker.poller, SqsPoller):
            start_one(worker)
            return
        worker.poller.maximum_batching_window = worker.poller.maximum_batching_window or LONG_POLL
        # A worker that is stopped and started again clears the event that ends its loops; the round ends those of before.
        worker.round = this_round = object()
        start_one(worker)

        def poll(number):
            while worker.round is this_round and not worker._shutdown_event.is_set():
                if held_back(worker.esm_config, number):
                    worker._shutdown_event.wait(1)
                else:
                    _poll_once(worker)

        for number in range(1, concurrency(worker.esm_config)):
            start_thread(poll, number, name=f"event-source-mapping-poller-{worker.uuid}-{number}")

    EsmWorker.start = start

    poll_stream = DynamoDBPoller.poll_events

    def poll_stream_slowly(poller):
        poller._is_shutdown.wait(STREAM_POLL)
        poll_stream(poller)

    DynamoDBPoller.poll_events = poll_stream_slowly


def concurrency(mapping: dict) -> int:
    """How many batches of a mapping run at once."""
    return (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency") or FIRST_SCALE


def held_back(mapping: dict, number: int) -> bool:
    """Whether the poller of that number, counted from 0, is to stand still. No mapping has less than its first one.

    pollers.json names functions with how many batches each may have at once. It is read before each poll, so that what it
    says holds after LONG_POLL and the batches that run by then.
    """
    try:
        bounds = json.loads((Path(tempfile.gettempdir()) / HELD_BACK).read_text())
    except FileNotFoundError:
        return False
    return number >= bounds.get(mapping["FunctionArn"].rsplit(":", 1)[1], number + 1)


def _poll_once(worker) -> None:
    from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException

    try:
        worker.poller.poll_events()
    except EmptyPollResultsException:
        pass  # it waited for LONG_POLL; go on
    except Exception as error:
        LOG.warning("Polling %s failed: %s", worker.esm_config.get("EventSourceArn"), error)
        worker._shutdown_event.wait(2)
