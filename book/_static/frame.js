// What stands around a page's text: its theme, search, side bars and menu, and the contents that follow the reader.
(() => {
  const page = document.documentElement;
  const one = (selector) => document.querySelector(selector), all = (selector) => [...document.querySelectorAll(selector)];

  // What the browser keeps for the next page; a browser may refuse to.
  const recall = (storage, key) => { try { return self[storage].getItem(key); } catch { return null; } };
  const keep = (storage, key, value) => { try { self[storage].setItem(key, value); } catch { /* then it is not kept */ } };

  // -------- theme: "auto" follows the system

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const setMode = (mode) => {
    page.dataset.mode = mode;
    page.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    keep("localStorage", "mode", mode);
    keep("localStorage", "theme", page.dataset.theme);
  };
  const nextMode = () => {
    const modes = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    setMode(modes[(modes.indexOf(page.dataset.mode) + 1) % modes.length]);
  };
  setMode(["light", "dark"].find((mode) => mode === page.dataset.mode) ?? "auto");
  dark.addEventListener("change", () => setMode(page.dataset.mode));
  for (const button of all(".theme-switch-button")) button.addEventListener("click", nextMode);

  // -------- dialogs: a press beside one closes it

  const closeBeside = (dialog) => dialog.addEventListener("click", (event) => {
    const { left, top, right, bottom } = dialog.getBoundingClientRect(), { clientX: x, clientY: y } = event;
    if (event.target === dialog && (x < left || x > right || y < top || y > bottom)) dialog.close();
  });

  const search = one("#pst-search-dialog"), field = one(".book-search input");
  const toggleSearch = () => {
    if (field) field.select();      // the page of results has one of its own
    else if (search.open) search.close();
    else search.showModal();
  };
  const mac = /^(Mac|iP)/.test(navigator.platform);
  if (mac) for (const key of all("kbd.kbd-shortcut__modifier:first-child")) key.textContent = "⌘";
  closeBeside(search);
  for (const button of all(".search-button__button")) button.addEventListener("click", toggleSearch);
  addEventListener("keydown", (event) => {
    const asked = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!asked || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    toggleSearch();
  }, true);

  // -------- side bars

  // A side bar's parts stand in a dialog while it is open, and are styled as there.
  const move = (from, to) => {
    to.append(...from.childNodes);
    to.classList.add(...from.classList);
    from.className = "";
  };
  const wide = matchMedia("(min-width: 992px)");
  for (const [name, hides] of [["primary", true], ["secondary", false]]) {
    const button = one(`.${name}-toggle`), bar = one(`#pst-${name}-sidebar`), dialog = one(`#pst-${name}-sidebar-modal`);
    if (!button || !bar || !dialog) continue;
    button.addEventListener("click", () => {
      if (hides && wide.matches) { bar.classList.toggle("pst-sidebar-hidden"); return; }
      move(bar, dialog);
      dialog.showModal();
    });
    closeBeside(dialog);
    dialog.addEventListener("click", (event) => { if (event.target.closest("a[href^='#']")) dialog.close(); });
    dialog.addEventListener("close", () => move(dialog, bar));
  }

  // The contents of the book stand where they stood on the page before.
  const contents = one("#pst-primary-sidebar"), place = recall("sessionStorage", "contents");
  if (+place) contents.scrollTop = place;
  addEventListener("pagehide", () => keep("sessionStorage", "contents", contents?.scrollTop ?? 0));

  // -------- menus

  for (const button of all("[data-bs-toggle='dropdown']")) {
    const menu = button.parentElement;
    const show = (open) => {
      button.classList.toggle("show", open);
      button.setAttribute("aria-expanded", open);
    };
    button.addEventListener("click", () => show(!button.classList.contains("show")));
    menu.addEventListener("keydown", ({ key }) => { if (key === "Escape") { show(false); button.focus(); } });
    menu.addEventListener("focusout", ({ relatedTarget }) => { if (!menu.contains(relatedTarget)) show(false); });
  }
  globalThis.toggleFullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen());

  // -------- the contents of the page mark the section that is read

  const nav = one("#pst-page-toc-nav"), links = new Map();
  for (const link of nav?.querySelectorAll("a[href^='#']") ?? []) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section.querySelector("h1, h2, h3, h4, h5, h6") ?? section, link);
  }
  let held = 0;      // after a jump to a section, what else comes by is not read
  const mark = (link) => {
    for (const other of links.values()) {
      other.classList.toggle("active", other === link);
      if (other === link) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current");
    }
    for (const entry of nav.querySelectorAll(".toc-entry")) entry.classList.toggle("active", entry.contains(link));
  };
  const jumped = () => {
    const link = [...links.values()].find(({ hash }) => hash === location.hash);
    if (!link) return;
    held = performance.now() + 1000;
    mark(link);
  };
  if (links.size) {
    const seen = new IntersectionObserver((entries) => {
      const read = entries.filter((entry) => entry.isIntersecting).pop();
      if (read && performance.now() > held) mark(links.get(read.target));
    }, { rootMargin: "0px 0px -70% 0px" });
    for (const heading of links.keys()) seen.observe(heading);
    addEventListener("hashchange", jumped);
    jumped();
  }

  // They fold as long as a figure is on the screen, which may take their room.
  const there = new Set(), figures = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) there.add(target); else there.delete(target);
    one(".bd-sidebar-secondary")?.classList.toggle("hide", there.size > 0);
  }, { rootMargin: "0px 0px -33% 0px" });
  for (const figure of all(".full-width")) figures.observe(figure);

  // -------- Back and a reload lead to what was read: how far down that was depends on what has been laid out

  const sections = all(".bd-article > section > section"), PLACE = "read:" + location.pathname;
  const topOf = (section) => section.getBoundingClientRect().top;
  if (["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type)) {
    const [k, top] = JSON.parse(recall("sessionStorage", PLACE)) ?? [];
    if (sections[k]) {
      history.scrollRestoration = "manual";
      sections[k].style.contentVisibility = "visible";
      const settle = (frames) => {       // two frames, until what is above has its height
        scrollBy({ top: topOf(sections[k]) - top, behavior: "instant" });
        if (frames) requestAnimationFrame(() => settle(frames - 1));
      };
      settle(2);
      addEventListener("load", () => { history.scrollRestoration = "auto"; });
    }
  }
  addEventListener("pagehide", () => {
    const k = sections.findLastIndex((section) => topOf(section) <= 0);
    keep("sessionStorage", PLACE, JSON.stringify(k < 0 ? null : [k, topOf(sections[k])]));
  });

  // -------- a line under the page's bar once there is something above it

  new IntersectionObserver(([{ isIntersecting }]) => document.body.classList.toggle("scrolled", !isIntersecting))
    .observe(one(".sbt-scroll-pixel-helper"));
})();
