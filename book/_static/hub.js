// The link that opens a notebook on a JupyterHub, written while its form is filled in; all words come with the form.
(() => {
  /** The address of a site without the slash at its end, https:// put before a bare host; null where it is none. */
  function site(address) {
    const bare = !/^[a-z]+:/i.test(address.trim());
    try {
      const url = new URL(bare ? `https://${address.trim()}` : address.trim());
      if (!/^https?:$/.test(url.protocol) || (bare && !url.hostname.includes("."))) return null;
      return url.origin + url.pathname.replace(/\/+$/, "");
    } catch {
      return null;
    }
  }

  /** What is pasted is often the address of a page within the hub, or the one that git clones. */
  const readers = { hub: address => site(address)?.replace(/\/(hub|user)(\/.*)?$/, "") ?? null,
                    repository: address => site(address)?.replace(/\.git$/, "") ?? null };

  /** nbgitpuller's link: its query names the repository, the branch, where it goes, and what JupyterLab then opens.
      Any branch but the `whole` one has a folder of its own, so that a hub can hold two of them. */
  function link(hub, repository, branch, path, whole) {
    const name = repository.slice(repository.lastIndexOf("/") + 1), folder = branch === whole ? name : `${name}-${branch}`;
    const query = new URLSearchParams({ repo: repository, branch, targetpath: folder, urlpath: `lab/tree/${folder}/${path}` });
    return `${hub}/hub/user-redirect/git-pull?${query}`;
  }

  for (const form of document.querySelectorAll("form.hub-link")) {
    const { edition, opens, link: shown } = form.elements;
    const asked = [...form.querySelectorAll("input")], status = form.querySelector("[role=status]"), words = form.dataset;
    const say = text => { if (status.textContent !== text) status.textContent = text; };

    /** Write the link, where an empty field counts as its example. A field that holds no address is marked and told of
        once it is left, as every address is wrong while it is typed. */
    function write({ type }) {
      const found = { repository: words.repository };
      for (const field of asked) {
        found[field.name] = readers[field.name](field.value || field.placeholder);
        if (found[field.name] !== null) field.removeAttribute("aria-invalid");
        else if (type === "change") field.setAttribute("aria-invalid", "true");
      }
      const wrong = Object.values(found).includes(null);
      if (!wrong || type === "change") say(wrong ? words.wrong : "");
      shown.value = wrong ? "" : link(found.hub, found.repository, edition.value, opens.value, words.whole);
    }

    async function copy() {
      const open = asked.find(field => !field.value || readers[field.name](field.value) === null);
      if (open) {
        say(open.value ? words.wrong : words.missing);
        return open.focus();
      }
      shown.select();
      try {
        await navigator.clipboard.writeText(shown.value);
        say(words.copied);
      } catch {
        say(words.selected);
      }
    }

    for (const event of ["input", "change"]) form.addEventListener(event, write);
    form.addEventListener("submit", event => event.preventDefault());  // Enter in a field leads nowhere
    form.querySelector("button").addEventListener("click", copy);
    write(new Event("change"));  // a browser keeps what was typed when it reloads a page
  }
})();
