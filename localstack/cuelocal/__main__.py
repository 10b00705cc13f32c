"""The commands start, stop, status, logs, invoke and redrive; see the files of these names beside this package."""

import argparse
import json
import os
import sys

from cuelocal import lifecycle
from cuelocal.stages import AUDIENCE, PAGE_ORIGIN, Problem, Stage, stage


def main() -> int:
    arguments = _parser().parse_args()
    try:
        chosen = stage(arguments.stage)
        if arguments.command in ("start", "stop", "logs", "addresses", "describe") and not chosen.local:
            raise Problem(f"Stage {chosen.name} is not on this machine; {arguments.command} knows local and test.")
        return arguments.run(chosen, arguments) or 0
    except Problem as problem:
        lifecycle.say(f"error: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localstack/", description="Cuepipe's local cloud.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.add_argument("stage", nargs="?", default="local", help="local (the default) or test")
        sub.set_defaults(run=run)
        return sub

    command("start", lambda chosen, _: lifecycle.start(chosen), "start LocalStack and the issuer, and wait until they answer")
    command("stop", lambda chosen, _: lifecycle.stop(chosen), "stop what start started")
    command("status", _status, "show what runs, what is deployed, how full the queues are, and how the videos stand")
    logs = command("logs", _logs, "show the end of the functions' logs")
    logs.add_argument("function", nargs="?", help="one function only, such as captioner")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what is written from now on")
    invoke = command("invoke", _invoke, "send an event to a function")
    invoke.add_argument("function", help="such as captioner")
    invoke.add_argument("event", help="a file with the event as JSON")

    redrive = command("redrive", _redrive, "start again every video that failed for a cause that is over")
    redrive.add_argument("codes", nargs="*", help="of failures, such as gave_up; without one, gave_up and stuck")

    # What the project's scripts ask.
    command("addresses", _addresses, "print a local stage's endpoint, issuer, audience and page origin")
    command("account", _account, "print account and region, and yes or no: is it bootstrapped for the CDK")
    command("describe", _describe, "print what tests need to know of a local stage, as JSON")
    command("secret", _secret, "make the secret with which the webhook's events are signed, where there is none yet")
    command("empty", _empty, "delete all objects of the stack's buckets")
    output = command("output", _output, "print one output of the stack")
    output.add_argument("key")
    return parser


def _addresses(chosen: Stage, _) -> None:
    print(chosen.endpoint, chosen.issuer, AUDIENCE, PAGE_ORIGIN)


def _account(chosen: Stage, _) -> None:
    from cuelocal import deployed

    account, region, bootstrapped = deployed.account(chosen)
    print(account, region, "yes" if bootstrapped else "no")


def _secret(chosen: Stage, _) -> None:
    from cuelocal import deployed

    deployed.make_secret(chosen)


def _empty(chosen: Stage, _) -> None:
    from cuelocal import deployed

    deployed.empty(chosen)


def _describe(chosen: Stage, _) -> None:
    from cuelocal import deployed

    print(json.dumps(deployed.describe(chosen), indent=2))


def _output(chosen: Stage, arguments) -> None:
    from cuelocal import deployed

    outputs = deployed.outputs(chosen)
    if arguments.key not in outputs:
        raise Problem(f"{chosen.stack} has no output {arguments.key}. It has: {', '.join(sorted(outputs))}.")
    print(outputs[arguments.key])


def _status(chosen: Stage, _) -> None:
    from cuelocal import deployed  # boto3 takes half a second to load: only who needs it waits

    deployed.show_status(chosen)


def _invoke(chosen: Stage, arguments) -> int:
    from cuelocal import deployed

    return deployed.invoke(chosen, arguments.function, arguments.event)


def _redrive(chosen: Stage, arguments) -> None:
    from cuelocal import redrive

    redrive.redrive(chosen, arguments.codes)


def _logs(chosen: Stage, arguments) -> None:
    files = sorted(chosen.logs.glob(f"{chosen.stack}-{arguments.function or '*'}.log"))
    if not files:
        raise Problem(f"There is no log yet in {chosen.logs}: nothing was invoked since the last start.")
    options = ["-F"] if arguments.follow else []
    sys.stdout.flush()
    os.execvp("tail", ["tail", "-n", "100", *options, *map(str, files)])


sys.exit(main())
