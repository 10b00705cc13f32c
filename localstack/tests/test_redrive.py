"""What make redrive asks of the sweeper, and when it is done."""

import pytest

from cuelocal import redrive


def report(restarted=0, moved=0, errors=0, before="2026-01-02T03:04:05.6Z"):
    return {"restarted": restarted, "moved": moved, "errors": errors, "before": before}


class Sweeper:
    """Answers with one report after the other, and keeps what it was asked; it must not be asked more often."""

    def __init__(self, *reports):
        self.reports, self.asked = list(reports), []

    def __call__(self, request):
        self.asked.append(dict(request))
        return self.reports.pop(0)


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    taken = []
    monkeypatch.setattr(redrive.time, "sleep", taken.append)
    return taken


def test_batches_are_asked_for_until_none_is_left():
    sweeper = Sweeper(report(500), report(500, before="later"), report(3), report())
    assert redrive.start_all(["gave_up"], sweeper) == (1003, 0)
    assert sweeper.asked[0] == {"redrive": ["gave_up"]}
    assert all(request["redrive"] == ["gave_up"] and "before" in request for request in sweeper.asked[1:])
    assert sweeper.reports == []


def test_the_time_of_the_first_request_is_kept():
    sweeper = Sweeper(report(1, before="first"), report(1, before="first"), report(before="first"))
    redrive.start_all([], sweeper)
    assert [request.get("before") for request in sweeper.asked] == [None, "first", "first"]


def test_a_listing_that_is_behind_is_waited_for(naps):
    sweeper = Sweeper(report(500), report(moved=500), report(20, moved=480), report())
    assert redrive.start_all([], sweeper) == (520, 0)
    assert len(naps) == 1


def test_but_not_for_ever(naps):
    sweeper = Sweeper(*[report(moved=1)] * (redrive.LAG + 1))
    assert redrive.start_all([], sweeper) == (0, 0)
    assert len(naps) == redrive.LAG


def test_what_cannot_be_started_is_said():
    sweeper = Sweeper(report(10, errors=2), report(errors=2))
    assert redrive.start_all([], sweeper) == (10, 2)
