"""When a webhook is told again, and when it is given up."""

import time

import pytest
import requests

from cuelocal import webhooks


def answers(*statuses):
    """ask() for attempt(): one status, or one fault, after the other."""
    left = list(statuses)

    def ask():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    ask.left = left
    return ask


def attempt(ask, retries=185, within=86400):
    pauses = []
    return webhooks.attempt(ask, retries, time.monotonic() + within, pauses.append), pauses


def test_what_is_taken_is_told_once():
    ask = answers(204, 500)
    assert attempt(ask) == (None, [])
    assert ask.left == [500]


@pytest.mark.parametrize("answer", [401, 407, 409, 429, 500, 503, requests.ConnectionError(), requests.Timeout()])
def test_what_may_pass_is_told_again(answer):
    assert attempt(answers(answer, answer, 200)) == (None, [0.5, 1])


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410, 422])
def test_what_is_refused_is_given_up_at_once(status):
    reason, pauses = attempt(answers(status, 200))
    assert reason[2] == 0 and str(status) in reason[1] and pauses == []


def test_it_is_given_up_after_so_many_tries():
    reason, pauses = attempt(answers(*[503] * 8), retries=7)
    assert reason[2] == 7 and pauses == [0.5, 1, 2, 4, 8, 10, 10]


def test_it_is_given_up_after_so_long():
    reason, pauses = attempt(answers(503, 503, 200), within=0.9)
    assert reason[2] == 1 and pauses == [0.5]
