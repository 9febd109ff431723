"""Links to the repository: known at build time or left out, as a wrong one sends readers to somebody else's page."""

from __future__ import annotations

import subprocess

import pytest
from rnn_book.repository import launch_places, notebooks_branch, public_url, reader_commands, repository_url, site_url


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/someone/rnn-live.git", "https://github.com/someone/rnn-live"),
        ("https://user:token@github.com/someone/rnn-live", "https://github.com/someone/rnn-live"),
        ("git@github.com:someone/rnn-live.git", "https://github.com/someone/rnn-live"),
        ("ssh://git@gitlab.com:22/group/rnn-live.git", "https://gitlab.com/group/rnn-live"),
        ("/home/me/rnn-live", ""),
        ("../rnn-live", ""),
        ("file:///home/me/rnn-live", ""),
        ("C:/Users/me/rnn-live", ""),
        ("http://localhost:3000/me/rnn-live.git", ""),
        ("http://10.0.0.7/me/rnn-live.git", ""),
        ("git@buildbox:me/rnn-live.git", ""),
        ("", ""),
    ],
)
def test_only_a_public_remote_becomes_a_link(remote, url):
    assert public_url(remote) == url


def test_a_token_never_reaches_the_page():
    assert "token" not in public_url("https://user:token@github.com/someone/rnn-live.git")


def test_what_is_given_goes_before_ci_and_ci_before_git(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    remote = "git@github.com:from/git.git"
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", remote], check=True)
    ci = {"GITHUB_REPOSITORY": "from/ci"}
    assert repository_url(tmp_path, {}) == "https://github.com/from/git"
    assert repository_url(tmp_path, ci) == "https://github.com/from/ci"
    assert repository_url(tmp_path, ci | {"BOOK_REPOSITORY_URL": "https://gitlab.com/from/me/"}) == "https://gitlab.com/from/me"


def test_a_folder_without_git_has_no_repository(tmp_path):
    assert repository_url(tmp_path, {}) == ""


def test_where_the_pages_are_published():
    assert site_url("https://github.com/Someone/rnn-live", {}) == "https://someone.github.io/rnn-live/"
    assert site_url("https://gitlab.com/someone/rnn-live", {}) == ""
    assert site_url("", {"BOOK_SITE_URL": "https://example.org/rnn"}) == "https://example.org/rnn/"


PLACES = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org", "colab_url": "https://colab.google"}


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://github.com/someone/rnn-live", {"binderhub_url", "colab_url"}),
        ("https://gitlab.com/someone/rnn-live", {"binderhub_url"}),
        ("https://gitlab.com/group/below/rnn-live", set()),
        ("https://github.company.com/someone/rnn-live", set()),  # Colab would open another repository of that name
        ("", set()),
    ],
)
def test_a_button_stands_only_where_it_leads_somewhere(url, reached):
    assert set(launch_places(PLACES, url, {})) - {"notebook_interface"} == reached


def test_a_hub_can_be_named_for_the_whole_site():
    hub = {"BOOK_JUPYTERHUB_URL": "https://hub.example.edu/"}
    assert launch_places(PLACES, "https://git.example.edu/someone/book", hub)["jupyterhub_url"] == "https://hub.example.edu"
    assert launch_places(PLACES, "", hub) == {}  # a hub has nothing to clone


def test_what_runs_is_on_a_branch_of_its_own_where_a_workflow_makes_it():
    assert notebooks_branch("https://github.com/someone/rnn-live", {}) == "notebooks"
    assert notebooks_branch("https://gitlab.com/someone/rnn-live", {}) == "main"
    assert notebooks_branch("https://gitlab.com/someone/rnn-live", {"BOOK_NOTEBOOKS_BRANCH": "run"}) == "run"


def test_reader_commands_name_the_repository_or_say_that_it_is_unknown():
    known = reader_commands("https://github.com/someone/rnn-live")
    assert "git clone https://github.com/someone/rnn-live rnn-live\ncd rnn-live\n" in known["clone_command"]
    assert "in place of `ADDRESS`" in reader_commands("")["clone_command"]
