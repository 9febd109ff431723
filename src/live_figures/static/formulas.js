// Formulas with the present numbers, line by line; live_figures/formulas.py writes the same and says what they are made of.
import { formatValue } from "./numbers.js";

const FUNCTIONS = {
  tanh: Math.tanh, exp: Math.exp, log: Math.log, sqrt: Math.sqrt,
  sigma: (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))),
};
const SHOWN = { sigma: "σ" };
const LONGEST = 5, ENDS = 3;
const SUM = 0, PRODUCT = 1, POWER = 2, LEAF = 3;

export const placesOf = (indices, letters) =>
  indices.map((k) => (typeof k === "number" ? k : k[0] in letters ? letters[k[0]] + k[1] : k));
// The name and the indices of a formula that is one quantity.
export const named = (tree) => (typeof tree === "string" ? [tree, []] : tree?.[0] === "@" ? [tree[1], tree.slice(2)] : null);
const valueOf = ([name, indices], of) => of.value(name, placesOf(indices, of.letters));

const partsOf = (tree, of) => {
  if (tree[0] !== "sum") return tree.slice(1).map((part) => [part, of]);
  const [, letter, count, term] = tree;
  return Array.from({ length: compute(count, of) }, (_, k) => [term, { ...of, letters: { ...of.letters, [letter]: k } }]);
};
const apply = (kind, numbers) => {
  const [a, b] = numbers;
  if (kind === "+" || kind === "sum") return numbers.reduce((sum, v) => sum + v, 0);
  if (kind === "*") return numbers.reduce((product, v) => product * v, 1);
  return { neg: () => -a, "/": () => a / b, "^": () => a ** b }[kind]?.() ?? FUNCTIONS[kind](a);
};
export const compute = (tree, of) => {
  const one = named(tree);
  if (one) return valueOf(one, of);
  return typeof tree === "number" ? tree : apply(tree[0], partsOf(tree, of).map(([part, inner]) => compute(part, inner)));
};

const isPlain = (tree) => named(tree) || typeof tree === "number";
const depthOf = (tree) => (isPlain(tree) ? 0
  : Math.max(...tree.slice(tree[0] === "sum" ? 3 : 1).map(depthOf)) + (tree[0] === "neg" ? 0 : 1));
const textOf = (value, form) => formatValue(value, form.endsWith("f") && Math.abs(value) >= 1e5 ? ".3g" : form);

// ---------------------------------------------------------------- what is written: [how strongly it holds, [[text, name], ...]]
const bound = ([strength, tokens], least) => (strength >= least ? tokens : [["(", ""], ...tokens, [")", ""]]);
const factor = (written, k) => bound(written, k && written[1][0][0].startsWith("−") ? POWER : PRODUCT);
const between = (sign, parts) => parts.flatMap((part, k) => (k ? [[sign, ""], ...part] : part));
const summed = (terms) => terms.flatMap(([[text, name], ...rest], k) => {
  if (!k) return [[text, name], ...rest];
  const minus = text.startsWith("−");
  return [[minus ? " − " : " + ", ""], [minus ? text.slice(1) : text, name], ...rest];
}).filter(([text]) => text);
const signed = ([[text, name], ...rest]) => [[text.startsWith("−") ? text.slice(1) : `−${text}`, name], ...rest];
const number = (text, name = "") => [text.startsWith("−") ? PRODUCT : LEAF, [[text, name]]];

const write = (tree, of, cut, depth) => {
  const one = named(tree);
  if (one) {
    const places = placesOf(one[1], of.letters);
    return number(cut === null ? of.symbol(one[0], places) : textOf(of.value(one[0], places), of.form(one[0])), one[0]);
  }
  if (typeof tree === "number") return [LEAF, [[formatValue(tree, ".6g"), ""]]];
  if (tree[0] === "neg") {
    const [strength, inner] = write(tree[1], of, cut, depth);
    return [PRODUCT, strength > SUM ? signed(inner) : [["−(", ""], ...inner, [")", ""]]];
  }
  if (cut !== null && depth >= cut) return number(textOf(compute(tree, of), of.steps));
  return writeOperation(tree, of, cut, depth + 1);
};
const writeOperation = (tree, of, cut, depth) => {
  const [kind] = tree;
  if (kind === "sum" && cut === null) return [POWER, [[`Σ_${tree[1]} `, ""], ...bound(write(tree[3], of, cut, depth), PRODUCT)]];
  const parts = partsOf(tree, of), each = ([part, inner]) => write(part, inner, cut, depth);
  if (kind === "sum" && parts.length > LONGEST)
    return [SUM, summed([...parts.slice(0, ENDS).map((part) => each(part)[1]), [["…", ""]], each(parts.at(-1))[1]])];
  const written = parts.map(each);
  if (kind === "+" || kind === "sum") return [SUM, summed(written.map((w) => bound(w, PRODUCT)))];
  if (kind === "*") return [PRODUCT, between(" · ", written.map(factor))];
  if (kind === "/") return [PRODUCT, between(" / ", [factor(written[0], 0), bound(written[1], POWER)])];
  if (kind === "^") return [POWER, [...bound(written[0], LEAF), [`^{${written[1][1].map(([text]) => text).join("")}}`, ""]]];
  if (kind === "sqrt") return [LEAF, [["√", ""], ...bound(written[0], LEAF)]];
  return [LEAF, [[`${SHOWN[kind] ?? kind}(`, ""], ...written[0][1], [")", ""]]];
};

// ---------------------------------------------------------------- whether the digits shown give the digits shown
const readBack = (text) => {
  const plain = text.replace("%", "").replace("×10", "e").replace(/[−⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => "--0123456789"["−⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]);
  return text.endsWith("%") ? plain / 100 : +plain;
};
const digitsOf = (tree, of) => {
  const one = named(tree);
  if (one) return readBack(textOf(valueOf(one, of), of.form(one[0])));
  if (typeof tree === "number") return tree;
  return tree[0] === "neg" ? -digitsOf(tree[1], of) : readBack(textOf(compute(tree, of), of.steps));
};
const isRough = (tree, of, cut, depth, form = of.steps) => {
  if (isPlain(tree)) return false;
  if (tree[0] === "neg") return isRough(tree[1], of, cut, depth, form);
  const parts = partsOf(tree, of);
  if (tree[0] === "sum" && parts.length > LONGEST) return false;
  if (depth < cut) return parts.some(([part, inner]) => isRough(part, inner, cut, depth + 1, form));
  return textOf(apply(tree[0], parts.map(([part, inner]) => digitsOf(part, inner))), form) !== textOf(compute(tree, of), form);
};

// Symbols, numbers, what is computed on the way, and the value: [whether it is only about equal, [[text, name], ...]] each.
export const linesOf = (tree, of, result) => {
  const depth = depthOf(tree), line = (cut) => write(tree, of, cut, 0)[1];
  const lines = [[false, line(null)], [false, line(depth)]];
  for (let cut = depth - 1; cut > 0; cut--) lines.push([isRough(tree, of, cut, 0), line(cut)]);
  if (depth) lines.push([isRough(tree, of, 0, 0, result), [[textOf(compute(tree, of), result), ""]]]);
  return lines;
};
