"""What a reader has done is kept whatever the browser's storage does, and no tab overwrites another's."""

import json
import subprocess

import pytest
from node import node_binary

from live_figures import assets

# A browser in so many words: storage that can hold anything or refuse, and a document that passes events on.
_BROWSER = """
import * as first from "./store.js";
import * as other from "./store.js?another-script-of-the-page";
globalThis.document = new EventTarget();
const items = new Map(), told = [];
let refuses = "";
globalThis.localStorage = {
  getItem: (name) => { if (refuses === "all") throw new Error("refused"); return items.get(name) ?? null; },
  setItem: (name, text) => { if (refuses) throw new Error("full"); items.set(name, text); },
};
globalThis.addEventListener = () => {};
first.onProgress(() => told.push(1));
const kept = () => JSON.parse(items.get("live-progress"));
"""


def in_a_browser(code: str):
    """What `code` leaves in `result`, run as a script of a page."""
    script = f"{_BROWSER}let result;{code};console.log(JSON.stringify(result))"
    command = [node_binary(), "--input-type=module", "-e", script]
    done = subprocess.run(command, cwd=assets.BUILT.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_remembered_is_recalled_by_every_script_and_told():
    assert in_a_browser("""
        first.remember("exercises", "ch04.x", { mark: "solved" });
        first.remember("challenges", "lstm_gates.quiet", true);
        result = [other.recall("exercises", "ch04.x"), other.recall("challenges", "lstm_gates.quiet"),
                  other.recall("tries", "a") ?? "none", other.recall("exercises", "constructor") ?? "none", told.length]
    """) == [{"mark": "solved"}, True, "none", "none", 2]


def test_what_is_forgotten_is_gone():
    assert in_a_browser("""
        first.remember("tries", "a.0", 1); first.remember("tries", "a.1", 1); first.remember("tries", "a.0", undefined);
        result = kept()""") == {"version": 1, "tries": {"a.1": 1}}


@pytest.mark.parametrize("broken", ["{", "null", "[]", "7", '"text"', '{"exercises": 3}', '{"exercises": null}'])
def test_a_broken_item_is_no_reason_to_fail(broken):
    assert in_a_browser(f"""
        items.set("live-progress", {broken!r});
        first.recall("exercises", "a"); first.remember("exercises", "a", 1); result = kept()
    """) == {"version": 1, "exercises": {"a": 1}}


def test_what_a_later_version_keeps_stays():
    assert in_a_browser("""
        items.set("live-progress", '{"version": 2, "notes": {"a": "b"}, "exercises": {"old": 1}}');
        first.remember("exercises", "new", 1); result = kept()
    """) == {"version": 2, "notes": {"a": "b"}, "exercises": {"old": 1, "new": 1}}


@pytest.mark.parametrize("refuses", ["all", "writing"])
def test_where_storage_is_refused_the_page_remembers(refuses):
    assert in_a_browser(f"""
        refuses = {refuses!r};
        first.remember("exercises", "a", 1); other.remember("exercises", "b", 2);
        result = [first.recall("exercises", "b"), other.recall("exercises", "a"), told.length]
    """) == [2, 1, 2]


def test_two_tabs_do_not_overwrite_each_other():
    assert in_a_browser("""
        first.remember("exercises", "a", 1);
        items.set("live-progress", JSON.stringify({ version: 1, exercises: { a: 1, of_another_tab: 1 } }));
        first.remember("exercises", "b", 1); result = Object.keys(kept().exercises)
    """) == ["a", "of_another_tab", "b"]
