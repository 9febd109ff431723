"""The runtime's modules can be joined without a bundler, and what every page with a figure loads stays small."""

import gzip
import re
import subprocess

import pytest
from node import node_binary

from live_figures import assets

SCRIPTS = sorted(p.name for p in (assets.BUILT.parent).glob("*.js"))
ENTRIES = [name for name in SCRIPTS if name.startswith("live-")]
BUDGET = 12_000  # bytes, gzipped: the script and the style sheet of every page with a figure


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_and_exports_are_of_the_one_form_that_joining_knows(name):
    for line in assets.text(name).splitlines():
        if line.startswith("import"):
            assert re.fullmatch(r'import \{ [\w, ]+ \} from "\./[\w-]+\.js";', line), line
        if line.startswith("export"):
            assert re.match(r"export (const|class) \w+", line), line
        assert not re.search(r"\bimport\(|\bexport default\b", line), line


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_imported_is_exported_and_used(name):
    text = assets.text(name)
    for names, source in re.findall(r'^import \{ ([\w, ]+) \} from "\./([\w-]+\.js)";$', text, re.MULTILINE):
        for imported in names.split(", "):
            assert re.search(rf"^export (const|class) {imported}\b", assets.text(source), re.MULTILINE), imported
            assert len(re.findall(rf"\b{imported}\b", text)) > 1, imported


def test_modules_come_after_what_they_import():
    order = assets.modules("live-figure.js")
    assert order[-1] == "live-figure.js" and len(order) == len(set(order)) > 8
    assert order.index("numbers.js") < order.index("diagram.js") < order.index("figure.js")


@pytest.mark.parametrize("name", ENTRIES)
def test_the_joined_script_is_one_that_a_browser_can_read(name, tmp_path):
    """Two modules that use one name for two things would be a syntax error here."""
    path = tmp_path / name
    path.write_text(assets.joined(name), encoding="utf-8")
    subprocess.run([node_binary(), "--check", path], check=True)


@pytest.mark.skipif(not (assets.BUILT / "live-figure.js").exists(), reason="the front end has not been built")
def test_the_runtime_stays_small():
    parts = [(assets.BUILT / f"live-figure.{kind}").read_bytes() for kind in ("js", "css")]
    assert sum(len(gzip.compress(part, 9)) for part in parts) <= BUDGET
