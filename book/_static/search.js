// Looks through the text of the book, which search-index.js brings as BOOK: {pages, entries}.
(() => {
  const MOST = 40, AROUND = 90;
  // A term or a row of the notation says what a thing is; a chapter only uses it.
  const WEIGHT = { term: 3, figure: 1.2, exercise: 1, part: 1 };
  const GREEK = Object.fromEntries(("alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ "
    + "pi π rho ρ sigma σ tau τ phi φ chi χ psi ψ omega ω odot ⊙ nabla ∇ partial ∂").split(" ").reduce((pairs, word, k, all) =>
    (k % 2 ? pairs : [...pairs, [word, all[k + 1]]]), []));
  const LETTER = /[\p{L}\p{N}]/u, CHINESE = /\p{Script=Han}/u;

  const lower = text => text.toLowerCase().replaceAll("ϵ", "ε").replaceAll("ϕ", "φ").replaceAll("’", "'");

  /** What is typed in one piece: Chinese has no spaces, so that what the book never says goes by its pairs of signs. */
  function pieces(word, known) {
    if (!CHINESE.test(word) || known(word)) return [word];
    return word.split(/(\p{Script=Han}+)/u).filter(Boolean).flatMap(part => {
      if (!CHINESE.test(part) || known(part)) return [part];
      const pairs = [...part].slice(1).map((sign, k) => [...part][k] + sign).filter(known);
      return pairs.length ? pairs : [part];
    });
  }

  /** The words of a question, each with its spellings: `\sigma_{\max}` and `sigma_max` are σ_max, and `hₜ` is h_t. */
  function wordsOf(query, known) {
    const typed = query.replace(/[ₐ-ₜ₀-₉]+/gu, index => `_${index}`).normalize("NFKC").replace(/[\\{}"]/g, "");
    const words = lower(typed).split(/[\s,;]+/).filter(Boolean).flatMap(word => pieces(word, known));
    return [...new Set(words)].map(word => {
      const [head, ...index] = word.split("_");
      return GREEK[head] ? [word, [GREEK[head], ...index].join("_")] : [word];
    });
  }

  /** Where a word stands in a text: at the start of a word, and short ones, which are signs, as whole words. */
  function places(text, word) {
    const found = [], whole = word.length < 3 || /_|[^\x00-\x7f]/.test(word), inside = CHINESE.test(word);
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const before = text[at - 1] ?? " ", after = text[at + word.length] ?? " ";
      const starts = inside || !LETTER.test(word[0]) || !LETTER.test(before) && before !== "_";
      // h_t is neither h_t-1 nor the beginning of h_train, and σ is not σ_max
      const ends = inside || !whole || !LETTER.test(after) && !/^(_|[-+]\d)/.test(text.slice(at + word.length, at + word.length + 2));
      if (starts && ends) found.push(at);
    }
    return found;
  }

  const without = word => (/^[a-z]{5,}$/.test(word) ? word.replace(/(ies|ing|es|ed|s)$/, "") : word);

  /** Places of any spelling of a word, its ending left off where nothing else is found. */
  function spots(text, spellings) {
    const exact = spellings.flatMap(word => places(text, word).map(at => [at, word.length]));
    if (exact.length) return exact;
    return spellings.map(without).flatMap(word => places(text, word).map(at => [at, word.length]));
  }

  /** How well an entry answers, 0 where a word is missing; often said in few words counts most. */
  function score(entry, words) {
    let sum = 0;
    for (const spellings of words) {
      const inTitle = spots(entry.head, spellings), inText = spots(entry.body, spellings).length;
      const inCode = spots(entry.code, spellings).length, inPage = spots(entry.above, spellings).length;
      if (!inTitle.length && !inText && !inCode && !inPage) return 0;
      const exact = inTitle.some(([at, length]) => !LETTER.test(entry.head[at + length] ?? " "));
      const share = inText / (inText + 0.4 + entry.body.length / 500);
      sum += (inTitle.length ? 2 + 2 * exact + 6 * length(spellings) / entry.head.length : 0) + 2 * share
        + (inCode ? 0.3 : 0) + (inPage ? 0.3 : 0);
    }
    return sum * WEIGHT[entry.kind] * (/notation/.test(entry.page[0]) ? 2 : 1);
  }

  const length = spellings => Math.max(...spellings.map(word => word.length));

  function entries() {
    return BOOK.entries.map(([page, anchor, title, text, code, kind]) => ({
      page: BOOK.pages[page], anchor, title, text, kind,
      head: lower(title), body: lower(text), code: lower(code), above: lower(BOOK.pages[page][1]),
    }));
  }

  function find(all, words) {
    return all.map(entry => [score(entry, words), entry]).filter(([points]) => points > 0)
      .sort(([a], [b]) => b - a).map(([, entry]) => entry);
  }

  // --- what is shown ---

  /** `text` with every word marked, as nodes; lower-casing keeps the places, or nothing is marked. */
  function marked(text, words) {
    const low = lower(text), nodes = [];
    const found = low.length === text.length ? words.flatMap(spellings => spots(low, spellings)).sort(([a], [b]) => a - b) : [];
    let end = 0;
    for (const [at, size] of found) {
      if (at < end) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(at, at + size);
      nodes.push(text.slice(end, at), mark);
      end = at + size;
    }
    return [...nodes, text.slice(end)];
  }

  /** The words around the first place at which the text answers. */
  function excerpt(entry, words) {
    const at = Math.min(...words.flatMap(spellings => spots(entry.body, spellings).slice(0, 1)).map(([place]) => place), 1e9);
    const start = at < AROUND || at === 1e9 ? 0 : entry.text.lastIndexOf(" ", at - AROUND / 2) + 1;
    const cut = entry.text.slice(start, start + 3 * AROUND);
    return [...(start ? ["… "] : []), ...marked(cut, words), ...(start + cut.length < entry.text.length ? [" …"] : [])];
  }

  function hit(entry, words) {
    const item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("p");
    link.href = `${entry.page[0]}#${entry.anchor}`;
    link.append(...marked(entry.title, words));
    text.append(...excerpt(entry, words));
    item.append(link);
    if (entry.title !== entry.page[1]) {
      const page = document.createElement("span");
      page.textContent = entry.page[1];
      item.append(" ", page);
    }
    item.append(text);
    return item;
  }

  function show(all, query) {
    const said = document.querySelector(".book-found");
    const words = wordsOf(query, word => all.some(({ head, body }) => head.includes(word) || body.includes(word)));
    const found = words.length ? find(all, words) : [];
    document.querySelector(".book-hits").replaceChildren(...found.slice(0, MOST).map(entry => hit(entry, words)));
    const { none, one, many, first } = said.dataset;
    const sentence = found.length > MOST ? first : [none, one][found.length] ?? many;
    said.textContent = words.length ? sentence.replace("{n}", Math.min(found.length, MOST)).replace("{all}", found.length) : "";
  }

  const form = document.querySelector(".book-search"), input = form.elements.q, all = entries();
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  show(all, input.value);
  input.addEventListener("input", () => show(all, input.value));
  form.addEventListener("submit", event => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    show(all, input.value);
  });
  if (!input.value) input.focus();
})();
