"""Repository links that are known only at build time: a fork's pages point at the fork, a plain clone's at nothing.

Without a `repository_url` the theme would send readers to the repository of Jupyter Book itself, so the buttons are
dropped wherever no public address is known. The source is on one branch, what readers run on another: the workflow
`pages` puts the notebooks that were exported from the pages, and a wheel of the package, on the branch `notebooks`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import subprocess
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

__all__ = ["NOTEBOOKS", "STUDENT", "launch_places", "notebooks_branch", "public_url", "reader_commands",
           "repository_url", "setup_repository", "site_url"]

# The branches that .github/workflows/pages.yml writes: the readers' notebooks, and those without solutions.
NOTEBOOKS, STUDENT = "notebooks", "student"

CARD = "_static/card.png"  # taken by book/_tools/social_card.py
_CARD_TAGS = ('<meta property="og:image:width" content="1200" />', '<meta property="og:image:height" content="630" />',
              '<meta name="twitter:card" content="summary_large_image" />')
_REMOTE = re.compile(r"^(?:(?:https?|ssh|git)://)?(?:[^@/]+@)?(?P<host>[^:/@]+)(?::\d+)?[:/](?P<path>[^:]+?)(?:\.git)?/?$")
# What the hosts of notebooks open by name; the theme's link to a group within a group leads nowhere.
_OPENS = {"colab_url": re.compile(r"https://github\.com/[^/]+/[^/]+$"),
          "binderhub_url": re.compile(r"https://(github|gitlab)\.com/[^/]+/[^/]+$")}
# The theme raises an error for an address on any other kind of host.
_PROVIDERS = ("github", "gitlab", "bitbucket")


def public_url(remote: str) -> str:
    """The web address behind a git remote, or "" for a path, a bare host name, an address, an unsupported provider."""
    match = None if remote.startswith(("/", ".", "~", "file:")) else _REMOTE.match(remote)
    if not match or match["path"].count("/") < 1:
        return ""
    host = match["host"].lower()
    try:
        ipaddress.ip_address(host)
        return ""
    except ValueError:
        known = any(part in _PROVIDERS for part in host.split(".")[:-1])
        return f"https://{host}/{match['path']}" if known else ""


def _git_remote(root: Path) -> str:
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""  # git is missing, this is no checkout, or there is no remote: all mean "not known"


def repository_url(root: Path, environ=os.environ) -> str:
    """The address of the source: BOOK_REPOSITORY_URL, else what CI says, else the git remote, else ""."""
    if given := environ.get("BOOK_REPOSITORY_URL"):
        return given.rstrip("/")
    if name := environ.get("GITHUB_REPOSITORY"):
        return f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    return public_url(_git_remote(root))


def site_url(repository: str, environ=os.environ) -> str:
    """Where the pages are published: BOOK_SITE_URL, else the GitHub Pages address of `repository`, else ""."""
    if given := environ.get("BOOK_SITE_URL"):
        return given.rstrip("/") + "/"
    match = re.match(r"https://github\.com/([^/]+)/([^/]+)$", repository)
    return f"https://{match[1].lower()}.github.io/{match[2]}/" if match else ""


def _branch(environ=os.environ) -> str:
    # On a pull request the name is "12/merge", which is no branch anybody can open.
    return environ.get("GITHUB_REF_NAME", "main") if environ.get("GITHUB_REF_TYPE") == "branch" else "main"


def notebooks_branch(url: str, environ=os.environ) -> str:
    """The branch that launch buttons open: BOOK_NOTEBOOKS_BRANCH, else `notebooks`; off GitHub, the source's."""
    made = url.startswith("https://github.com/")  # where a workflow writes it
    return environ.get("BOOK_NOTEBOOKS_BRANCH") or (NOTEBOOKS if made else _branch(environ))


def launch_places(configured: dict, url: str, environ=os.environ) -> dict:
    """Those of the `configured` launch buttons that can open the repository at `url`; empty where none can.

    Colab opens github.com alone, mybinder.org gitlab.com too. A hub, BOOK_JUPYTERHUB_URL, clones from anywhere.
    """
    reached = {name: value for name, value in configured.items() if name not in _OPENS or _OPENS[name].match(url)}
    if url and (hub := environ.get("BOOK_JUPYTERHUB_URL")):
        reached["jupyterhub_url"] = hub.rstrip("/")
    return reached if any(name.endswith("_url") for name in reached) else {}


def reader_commands(url: str) -> dict[str, str]:
    """The commands of "How to use this book" as Markdown, for this repository's address ("" when unknown)."""
    folder = url.rpartition("/")[2] or "FOLDER"
    address = url or "ADDRESS"
    hint = "" if url else "\n\nThis copy does not know its public address: put the repository's in place of `ADDRESS`."
    return {"clone_command": f"```shell\ngit clone {address} {folder}\ncd {folder}\nmake lab\n```{hint}"}


def _set_links(app: Sphinx, config: Config) -> None:
    options = config.html_theme_options
    url = repository_url(Path(app.srcdir))
    known = bool(url)
    for button in ("use_repository_button", "use_issues_button", "use_edit_page_button"):
        options[button] = known and button != "use_edit_page_button"
    if known:
        options["repository_url"] = url
        options["repository_branch"] = _branch()
    else:
        options.pop("repository_url", None)
    options["launch_buttons"] = launch_places(options.get("launch_buttons", {}), url)
    config.myst_substitutions = {**config.myst_substitutions, **reader_commands(url)}
    config.html_baseurl = site_url(url)
    config.ogp_site_url = config.html_baseurl
    if config.html_baseurl:  # a picture has to be an address, not a path
        config.ogp_image, config.ogp_custom_meta_tags = CARD, [*config.ogp_custom_meta_tags, *_CARD_TAGS]


def _launch_notebooks(app: Sphinx) -> None:
    """Name the notebooks' branch, after the theme read that of its source links and before it writes launch buttons."""
    options = app.config.html_theme_options
    if url := options.get("repository_url"):
        options["repository_branch"] = notebooks_branch(url)


def setup_repository(app: Sphinx) -> None:
    """Set the repository, launch and canonical links before the theme reads them."""
    app.connect("config-inited", _set_links, priority=100)
    app.connect("builder-inited", _launch_notebooks, priority=900)
