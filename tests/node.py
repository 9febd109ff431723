"""One node process that runs compiled modules for many test cases."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import numpy as np

from live_figures.node import node_binary

__all__ = ["STEPPER", "Node", "node_binary"]

STEPPER = Path(__file__).resolve().parents[1] / "src" / "live_figures" / "static" / "stepper.js"

# Decodes as the page's runtime does; `run` calls one variant with each set of inputs in turn and sends copies back.
_SERVER = r"""
globalThis.self = globalThis;
const bytes = text => new Uint8Array(Buffer.from(text, "base64")).buffer;
const kinds = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
const decode = ([kind, , text]) => {
  const values = new kinds[kind](bytes(text));
  return kind === "f4" ? Float64Array.from(values) : values;
};
const encode = a => Buffer.from(new Float64Array(a).buffer).toString("base64");
const all = (object, f) => Object.fromEntries(Object.entries(object).map(([k, v]) => [k, f(v)]));
const input = v => typeof v === "number" ? v : new Float64Array(bytes(v));
const ready = {};
let trainer;
const commands = {
  // A stepper that trains: its inputs set, a batch copied in before each step.
  async trainer({ runtime, script, name, length, part, inputs, batches }) {
    const { make } = await import(runtime);
    (0, eval)(script);
    const stepper = await make(LiveSteppers[name], { length });
    const put = ([key, value]) =>
      typeof value === "number" ? stepper.inputs[key][0] = value : stepper.inputs[key].set(value);
    Object.entries(all(inputs, input)).forEach(put);
    const given = batches.map(one => Object.entries(all(one, input)).map(
      ([key, value]) => [key, new stepper.inputs[key].constructor(value)]));
    let done = 0;
    trainer = () => { given[done++ % given.length].forEach(put); stepper.run(part); stepper.carry(part); };
    return {};
  },
  train({ steps }) {
    const start = process.cpuUsage();
    for (let k = 0; k < steps; k++) trainer();
    const { user, system } = process.cpuUsage(start);
    return { ms: (user + system) / 1000 / steps };
  },
  // A stepper takes `turns` steps from each set of inputs, what they return carried over.
  async step({ runtime, script, name, length, part, inputs, turns }) {
    const { make } = await import(runtime);
    (0, eval)(script);
    const stepper = await make(LiveSteppers[name], { length });
    const from = one => {
      for (const [key, value] of Object.entries(all(one, input)))
        if (typeof value === "number") stepper.inputs[key][0] = value; else stepper.inputs[key].set(value);
      let outputs;
      for (let turn = 0; turn < turns; turn++) { outputs = stepper.run(part); stepper.carry(part); }
      return all(outputs, encode);
    };
    return { outputs: inputs.map(from), shapes: stepper.shapesOf(part) };
  },
  load({ name, js }) {
    (0, eval)(js);
    for (const id of Object.keys(ready)) if (id.startsWith(name + "\n")) delete ready[id];
    return {};
  },
  run({ name, key, inputs, consts }) {
    const module = LiveModules[name], id = name + "\n" + key;
    const step = ready[id] ??= module.variants[key]({ ...all(module.consts, decode), ...all(consts, input) });
    return { outputs: inputs.map(one => all(step(all(one, input)), encode)) };
  },
  initial({ name, key }) { return all(all(LiveModules[name].initial[key], decode), encode) },
  race({ names, key, inputs, consts, alone, seconds }) {
    const given = all(inputs, input), times = names.map(() => []), keys = Object.keys(given);
    const steps = names.map(name => LiveModules[name].variants[key](
      { ...all(LiveModules[name].consts, decode), ...all(consts, input) }));
    const moved = v => typeof v === "number" ? v + 1e-9 : v.map(x => x + 1e-9);
    const others = alone ? keys.map(k => ({ ...given, [k]: moved(given[k]) })) : [all(given, moved)];
    for (const step of steps) for (let k = 0; k < 100; k++) step(given);
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end)
      steps.forEach((step, k) => { // the first run of a turn is lost: what the others left in the cache
        for (const other of others) {
          step(given);
          const t = performance.now();
          step(other);
          times[k].push(performance.now() - t);
        }
      });
    const best = (own, k) => Math.min(...own.filter((_, n) => n % others.length === k));
    return { ms: times.map(own => others.reduce((sum, _, k) => sum + best(own, k), 0) / others.length) };
  },
};
let waiting = "";
process.stdin.setEncoding("utf8").on("data", async text => {
  const lines = (waiting + text).split("\n");
  waiting = lines.pop();
  for (const line of lines) {
    let answer;
    try { const request = JSON.parse(line); answer = await commands[request.command](request) }
    catch (error) { answer = { error: String(error.stack) } }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
});
"""


def _text(array) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode()


def _array(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


class Node:
    """`with Node() as node: node.load(module); node.run(name, key, [inputs, ...])`."""

    def __init__(self):
        self._process = subprocess.Popen(
            [node_binary(), "--no-warnings", "-e", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def _ask(self, **request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"JavaScript: {answer['error']}")
        return answer

    def load(self, name: str, js: str):
        """Run a module's script; it registers itself under `name`."""
        self._ask(command="load", name=name, js=js)

    def run(self, name: str, key: str, inputs: list[dict], consts: dict | None = None) -> list[dict[str, np.ndarray]]:
        """The flat outputs of one variant for each set of inputs, one after the other on the same buffers."""
        given = [{k: float(v) if np.ndim(v) == 0 else _text(v) for k, v in one.items()} for one in inputs]
        more = {k: _text(v) for k, v in (consts or {}).items()}
        answer = self._ask(command="run", name=name, key=key, inputs=given, consts=more)
        return [{k: _array(v) for k, v in out.items()} for out in answer["outputs"]]

    def initial(self, name: str, key: str) -> dict[str, np.ndarray]:
        """The flat initial state of a figure with memory."""
        return {k: _array(v) for k, v in self._ask(command="initial", name=name, key=key).items()}

    def step(self, script: str, name: str, length: int, part: str, inputs: list[dict],
             turns: int = 1) -> list[dict[str, np.ndarray]]:  # fmt: skip
        """What a stepper's part returns after `turns` steps from each set of inputs, what it returns carried over."""
        given = [{k: float(v) if np.ndim(v) == 0 else _text(v) for k, v in one.items()} for one in inputs]
        answer = self._ask(command="step", runtime=STEPPER.as_uri(), script=script, name=name, length=length, part=part,
                           inputs=given, turns=turns)  # fmt: skip
        return [{k: _array(v).reshape(answer["shapes"][k]) for k, v in out.items()} for out in answer["outputs"]]

    def trainer(self, script: str, name: str, length: int, part: str, inputs: dict, batches: list[dict]):
        """Make a stepper that trains on batches in turn; `train` lets it."""
        encoded = lambda one: {k: float(v) if np.ndim(v) == 0 else _text(v) for k, v in one.items()}  # noqa: E731
        self._ask(command="trainer", runtime=STEPPER.as_uri(), script=script, name=name, length=length, part=part,
                  inputs=encoded(inputs), batches=list(map(encoded, batches)))  # fmt: skip

    def train(self, steps: int) -> float:
        """Milliseconds of the processor's time a step."""
        return self._ask(command="train", steps=steps)["ms"]

    def race(self, names: list[str], key: str, inputs: dict, consts: dict, alone: bool, seconds: float) -> list[float]:
        """Least milliseconds of one run of each module; they take turns, so that other load hits all of them.

        Between runs every input changes, or (`alone`) one of them, and the mean over which one is given.
        """
        given = {k: float(v) if np.ndim(v) == 0 else _text(v) for k, v in inputs.items()}
        more = {k: _text(v) for k, v in consts.items()}
        return self._ask(command="race", names=names, key=key, inputs=given, consts=more, alone=alone,
                         seconds=seconds)["ms"]
