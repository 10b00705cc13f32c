"""What somebody is told who goes on with a local cloud that an older version of Cuepipe started, or deployed to."""

import pytest

from cuelocal import deployed, lifecycle, processes, stages


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "CACHE", tmp_path)
    monkeypatch.setattr(processes, "noted", lambda file: {"localstack": None, "issuer": None})
    monkeypatch.setattr(lifecycle, "answers", lambda stage: True)
    return stages.Stage("local", 1, 2)


@pytest.mark.parametrize(
    "started_from, told",
    [(lifecycle.version(), False), ("another", True), (None, True)],  # None: before it was written down
)
def test_a_running_cloud_of_another_version_is_told_of(stage, capsys, started_from, told):
    stage.folder.mkdir(parents=True)
    if started_from:
        stage.version.write_text(started_from)
    lifecycle.start(stage)
    assert ("make stop" in capsys.readouterr().err) == told


def test_an_update_that_localstack_could_not_make_is_an_error_that_says_what_to_do(stage, monkeypatch):
    monkeypatch.setattr(deployed, "_stack", lambda stage: {"StackName": "cuepipe-local", "StackStatus": "UPDATE_COMPLETE"})
    with pytest.raises(stages.Problem, match="make stop"):
        deployed.describe(stage)


def test_a_stack_that_is_being_deployed_is_no_failed_update(stage, monkeypatch):
    monkeypatch.setattr(deployed, "_stack", lambda stage: {"StackName": "cuepipe-local", "StackStatus": "CREATE_IN_PROGRESS"})
    with pytest.raises(stages.Problem, match="CREATE_IN_PROGRESS.*make run"):
        deployed.outputs(stage)


def test_a_version_changes_with_every_source(tmp_path, monkeypatch):
    monkeypatch.setattr(lifecycle, "ROOT", tmp_path)
    seen = set()
    for folder, name, text in (("cuelocal", "a.py", "1"), ("cuelocal", "a.py", "2"), ("provider", "b.mjs", "1"), ("provider", "b.mjs", "2")):
        for each in ("cuelocal", "provider"):
            (tmp_path / "localstack" / each).mkdir(parents=True, exist_ok=True)
        (tmp_path / "localstack" / folder / name).write_text(text)
        assert lifecycle.version() == lifecycle.version()
        seen.add(lifecycle.version())
    assert len(seen) == 4
