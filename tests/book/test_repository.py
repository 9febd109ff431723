"""Links to the repository: known at build time or left out, as a wrong one sends readers to somebody else's page."""

from __future__ import annotations

import subprocess

import pytest
from rnn_book.repository import public_url, reader_commands, repository_url, site_url


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


def test_reader_commands_name_the_repository_or_say_that_it_is_unknown():
    known = reader_commands("https://github.com/someone/rnn-live")
    assert "git+https://github.com/someone/rnn-live" in known["colab_install"]
    assert "cd rnn-live" in known["clone_command"]
    assert "ADDRESS" in reader_commands("")["colab_install"]
