"""The workflows: what they run is there, each may do only what it needs, and nothing in them names one repository."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml
from minibook import ROOT
from rnn_book.repository import NOTEBOOKS, STUDENT

FOLDER = ROOT / ".github" / "workflows"
FLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = {f"{flow}.{name}": job for flow, parsed in FLOWS.items() for name, job in parsed["jobs"].items()}
STEPS = [(place, step) for place, job in JOBS.items() for step in job.get("steps", [])]
COMMANDS = [(place, step["run"]) for place, step in STEPS if "run" in step]


def _triggers(flow: str) -> dict:
    return FLOWS[flow][True]  # YAML reads the word `on` as true


@pytest.mark.parametrize(("place", "command"), COMMANDS, ids=[place for place, _ in COMMANDS])
def test_what_a_step_runs_is_there(place, command):
    for target in re.findall(r"\bmake (\w+)", command):
        known = subprocess.run(["make", "-n", "-C", str(ROOT), "-o", "setup", target], capture_output=True, text=True)
        assert known.returncode == 0, known.stderr
    for path in re.findall(r"(?:python3? |^)((?:\.ci|book|tests)/[\w./-]+)", command, re.M):
        assert (ROOT / path).is_file(), path


def test_what_a_step_names_is_there():
    for _, step in STEPS:
        given = step.get("with", {})
        for pattern in re.findall(r"'([^']+)'", str(given.get("key", ""))):
            assert list(ROOT.glob(pattern)), pattern
        assert (ROOT / given.get("cache-dependency-path", ".")).exists()
    for job in JOBS.values():
        if job.get("uses", "").startswith("./"):
            assert (ROOT / job["uses"]).is_file()


def test_what_is_published_is_what_was_tested():
    made = {step["with"]["name"] for _, step in STEPS if "upload-artifact" in step.get("uses", "")}
    fetched = [(place, step["with"]["name"]) for place, step in STEPS if "download-artifact" in step.get("uses", "")]
    assert {name for _, name in fetched} <= made
    assert {place for place, _ in fetched} == {"pages.site", "pages.notebooks", "test.floors"}
    assert all(JOBS[place]["needs"] == "test" for place, _ in fetched)
    assert FLOWS["pages"]["jobs"]["test"]["uses"] == "./.github/workflows/test.yml"
    # Two runs of the tests for one push would race each other for nothing.
    assert "main" in _triggers("pages")["push"]["branches"] and "main" in _triggers("test")["push"]["branches-ignore"]


def test_the_branch_is_the_one_that_the_buttons_open():
    published = [re.search(r"publish_branch\.py \S+ (?P<branch>\S+)", command) for _, command in COMMANDS]
    branches = {found["branch"] for found in published if found}
    assert branches == {NOTEBOOKS, STUDENT}
    assert branches <= set(_triggers("test")["push"]["branches-ignore"])  # nothing there can be tested


def test_each_job_may_do_only_what_it_needs():
    assert all(flow["permissions"] == {"contents": "read"} for flow in FLOWS.values())
    rights = {place: job["permissions"] for place, job in JOBS.items() if "permissions" in job}
    assert rights == {"pages.site": {"pages": "write", "id-token": "write"}, "pages.notebooks": {"contents": "write"}}
    assert "pull_request" in _triggers("test") and "pull_request" not in _triggers("pages")
    assert not any("pull_request_target" in _triggers(flow) for flow in FLOWS)


def test_a_fork_has_nothing_to_edit():
    text = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.yml"))
    assert not re.search(r"github\.com/|github\.repository(_owner)? *==|secrets\.", text)
    assert "has_pages" in FLOWS["pages"]["jobs"]["site"]["if"]  # else a fork without Pages fails at every push


def test_no_job_can_hang_for_hours():
    assert all(job["timeout-minutes"] <= 90 for job in JOBS.values() if "steps" in job)
