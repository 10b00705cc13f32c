"""Starts again every video that failed for a cause that is over, by asking the deployed sweeper until none is left."""

import json
import time

from cuelocal import deployed, lifecycle
from cuelocal.stages import Problem, Stage

LAG = 10  # seconds at most that the table's index, from which the sweeper reads, is behind the table


def redrive(stage: Stage, codes: list[str]) -> None:
    """Prints how many were started. Raises Problem when some could not be."""

    def ask(request: dict) -> dict:
        answer, log, failed = deployed.call(stage, "sweeper", json.dumps(request).encode())
        if failed:
            raise Problem(f"The sweeper failed. The end of its log:\n{log}")
        return json.loads(answer)

    total, left = start_all(codes, ask)
    print(f"started {total} videos again")
    if left:
        raise Problem(
            f"{left} videos could not be started. Why, says: make logs STAGE={stage.name} FN=sweeper (on AWS: its log group). "
            "They are as they were: run make redrive again."
        )


def start_all(codes: list[str], ask) -> tuple[int, int]:
    """Asks for one batch after another: how many were started, and how many could not be.

    Every request names the time of the first, so that what fails once more meanwhile is not started for ever.
    """
    total, behind = 0, 0
    request: dict = {"redrive": codes}
    while True:
        report = ask(request)
        request["before"] = report["before"]
        total += report["restarted"]
        if report["restarted"]:
            lifecycle.say(f"  {total} started")
            behind = 0
        elif report["moved"] and behind < LAG:
            # All that was listed has been started already: the listing is behind, and the rest comes after it.
            behind += 1
            time.sleep(1)
        else:
            return total, report["errors"]
