"use strict";
// Filters, search, pages and a closer look at the lanes. All text goes in as text, never as markup.
(() => {
  const PAGE = 200;

  function make(name, attributes = {}, text = "") {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  }

  function button(text, label, act) {
    const one = make("button", { type: "button", "aria-label": label, title: label }, text);
    one.addEventListener("click", act);
    return one;
  }

  const number = (n) => n.toLocaleString("en-US");

  // Pointers of records become links to their input; everything else stays text.
  function pointers(cell, text) {
    text.split(" ").forEach((word, at) => {
      if (at > 0) cell.append(" ");
      const found = /^(i[0-9]+):[0-9]+$/.exec(word);
      cell.append(found ? make("a", { class: "pointer", href: "#" + found[1] }, word) : word);
    });
  }

  // A long table: what is shown of it, and the controls that choose.
  class LongTable {
    constructor(box) {
      const data = JSON.parse(document.getElementById(box.dataset.table + "-data").textContent);
      this.box = box;
      this.noun = box.dataset.noun;
      this.body = box.querySelector("tbody");
      this.columns = [...box.querySelectorAll("th")].map((head) => ({ title: head.textContent, kind: head.dataset.kind }));
      this.texts = data.texts;
      this.lower = null;
      this.cells = Uint32Array.from(data.cells);
      this.spans = data.spans;
      this.key = data.key;
      this.chosen = new Map();
      this.words = [];
      this.window = null;
      this.page = 0;
      this.controls();
      this.filter();
    }

    controls() {
      const row = make("div", { class: "controls", role: "search", "aria-label": "Filter " + this.noun });
      this.search = make("input", { type: "search", placeholder: "any words; / jumps here" });
      this.search.addEventListener("input", () => {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => this.filter(), 120);
      });
      this.labelled(row, "Search " + this.noun, this.search);
      this.selects = [];
      this.columns.forEach((column, at) => {
        if (column.kind === "choice") this.choice(row, column, at);
      });
      this.spanButton = button("", "Show all times again", () => this.within(null, ""));
      this.spanButton.hidden = true;
      row.append(this.spanButton, button("Reset", "Show all " + this.noun, () => this.reset()));
      this.status = make("span", { role: "status", "aria-live": "polite" });
      this.back = button("◀ Earlier", "Page before", () => this.turn(this.page - 1));
      this.next = button("Later ▶", "Page after", () => this.turn(this.page + 1));
      const pages = make("div", { class: "pages" });
      pages.append(this.status, this.back, this.next);
      this.box.prepend(row, pages);
      const cut = this.box.querySelector(".cut");
      if (cut) cut.remove();
    }

    labelled(row, title, control) {
      const label = make("label", {}, title);
      label.append(control);
      row.append(label);
    }

    choice(row, column, at) {
      const ids = new Set();
      for (let cell = at; cell < this.cells.length; cell += this.columns.length) ids.add(this.cells[cell]);
      if (ids.size < 2) return;
      const select = make("select");
      select.append(make("option", { value: "" }, "all"));
      const sorted = [...ids].sort((a, b) => (this.texts[a] < this.texts[b] ? -1 : 1));
      for (const id of sorted) select.append(make("option", { value: String(id) }, this.texts[id] || "(none)"));
      select.addEventListener("change", () => {
        if (select.value === "") this.chosen.delete(at);
        else this.chosen.set(at, Number(select.value));
        this.filter();
      });
      this.selects.push(select);
      this.labelled(row, column.title, select);
    }

    reset() {
      this.search.value = "";
      this.selects.forEach((select) => (select.value = ""));
      this.chosen.clear();
      this.within(null, "");
    }

    // Only rows that touch a span of time; null for all.
    within(span, words) {
      this.window = span;
      this.spanButton.hidden = span === null;
      this.spanButton.textContent = "Time: " + words + " ✕";
      this.filter();
    }

    // For each word of the search, which texts have it: each text is looked at once, however often it stands there.
    hits() {
      const words = this.search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      if (words.length > 0 && this.lower === null) this.lower = this.texts.map((text) => text.toLowerCase());
      return words.map((word) => Uint8Array.from(this.lower, (text) => (text.includes(word) ? 1 : 0)));
    }

    filter() {
      const hits = this.hits();
      const width = this.columns.length;
      const shown = [];
      for (let row = 0; row < this.spans.length; row += 1) {
        if (this.fits(row, row * width, width, hits)) shown.push(row);
      }
      this.shown = shown;
      this.turn(0);
    }

    fits(row, first, width, hits) {
      for (const [at, id] of this.chosen) if (this.cells[first + at] !== id) return false;
      if (this.window !== null) {
        const span = this.spans[row];
        if (span === null || span[1] < this.window[0] || span[0] > this.window[1]) return false;
      }
      return hits.every((texts) => {
        for (let at = 0; at < width; at += 1) if (texts[this.cells[first + at]] === 1) return true;
        return false;
      });
    }

    turn(page) {
      this.page = page;
      const first = page * PAGE;
      const rows = this.shown.slice(first, first + PAGE);
      this.body.replaceChildren(...rows.map((row) => this.row(row)));
      const all = this.shown.length;
      const range = all === 0 ? "No " + this.noun + " fit" : number(first + 1) + " – " + number(first + rows.length) + " of " + number(all) + " " + this.noun;
      const total = all === this.spans.length ? "" : " (" + number(this.spans.length) + " in all)";
      this.status.textContent = range + total;
      this.back.disabled = page === 0;
      this.next.disabled = first + PAGE >= all;
      this.back.hidden = this.next.hidden = all <= PAGE;
    }

    row(row) {
      const line = make("tr");
      this.columns.forEach((column, at) => {
        const text = this.texts[this.cells[row * this.columns.length + at]];
        const cell = make("td", { class: column.kind, "data-title": column.title });
        if (column.kind === "pointers") pointers(cell, text);
        else cell.textContent = text;
        if (at === this.key) line.id = text;
        line.append(cell);
      });
      return line;
    }

    // Shows the row with this key, on whichever page it is. False if there is none.
    reveal(key) {
      if (this.key === undefined) return false;
      const width = this.columns.length;
      for (let row = 0; row < this.spans.length; row += 1) {
        if (this.texts[this.cells[row * width + this.key]] === key) {
          this.reset();
          this.turn(Math.floor(row / PAGE));
          const line = this.body.children[row % PAGE];
          line.classList.add("target");
          line.setAttribute("tabindex", "-1");
          line.scrollIntoView({ block: "center" });
          line.focus({ preventScroll: true });
          return true;
        }
      }
      return false;
    }
  }

  // The lanes of an incident: which part of the time is shown.
  class Zoom {
    static STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 31536000];

    constructor(figure, acts) {
      this.figure = figure;
      this.acts = acts;
      this.plot = figure.querySelector("svg.plot");
      this.picture = this.plot.ownerSVGElement;
      this.ticks = this.picture.querySelector(".ticks");
      this.whole = [Number(this.plot.dataset.from), Number(this.plot.dataset.to)];
      this.left = Number(this.plot.getAttribute("x"));
      this.width = Number(this.plot.getAttribute("width"));
      this.top = Number(this.plot.getAttribute("y"));
      this.height = Number(this.plot.getAttribute("height"));
      const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: this.plot.dataset.zone, hourCycle: "h23", ...options });
      this.clock = format({ hour: "2-digit", minute: "2-digit" });
      const day = format({ day: "2-digit", month: "short" });
      // The language writes "Sept", the rest of the page "Sep".
      this.day = { format: (at) => day.format(at).replace("Sept", "Sep") };
      this.parts = format({ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
      this.buttons();
      this.pointer();
      this.show(...this.whole);
    }

    buttons() {
      const row = make("div", { class: "buttons", role: "group", "aria-label": "Look closer" });
      const scale = (by) => () => this.scale(by);
      const shift = (by) => () => this.shift(by);
      this.inside = make("span", { class: "dim", role: "status" });
      row.append(
        button("+", "Closer", scale(0.5)), button("−", "Wider", scale(2)), button("◀", "Earlier", shift(-0.5)), button("▶", "Later", shift(0.5)),
        button("Whole", "The whole time", () => this.show(...this.whole)),
      );
      if (this.acts) row.append(button("List these acts", "List the acts of this time", () => this.list()));
      row.append(this.inside);
      this.figure.prepend(row);
      this.figure.setAttribute("tabindex", "0");
      this.figure.setAttribute("aria-label", "Lanes; keys: + − arrows 0");
      const keys = { "+": scale(0.5), "=": scale(0.5), "-": scale(2), ArrowLeft: shift(-0.25), ArrowRight: shift(0.25), 0: () => this.show(...this.whole) };
      this.figure.addEventListener("keydown", (event) => {
        if (event.target === this.figure && keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          keys[event.key]();
        }
      });
    }

    // Dragging over the lanes chooses the time to look at.
    pointer() {
      let start = null;
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      box.setAttribute("class", "choosing");
      const place = (event) => {
        const matrix = this.picture.getScreenCTM();
        return Math.min(Math.max((event.clientX - matrix.e) / matrix.a - this.left, 0), this.width);
      };
      const second = (x) => this.from + (x / this.width) * (this.to - this.from);
      this.picture.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || event.pointerType === "touch") return;
        start = place(event);
        this.picture.setPointerCapture(event.pointerId);
      });
      this.picture.addEventListener("pointermove", (event) => {
        if (start === null) return;
        const now = place(event);
        const values = { x: this.left + Math.min(start, now), y: this.top, width: Math.abs(now - start), height: this.height };
        for (const [key, value] of Object.entries(values)) box.setAttribute(key, String(value));
        this.picture.append(box);
      });
      const end = (event) => {
        if (start === null) return;
        const [a, b] = [start, place(event)].sort((x, y) => x - y);
        start = null;
        box.remove();
        if (event.type === "pointerup" && b - a > 4) this.show(second(a), second(b));
      };
      this.picture.addEventListener("pointerup", end);
      this.picture.addEventListener("pointercancel", end);
    }

    scale(by) {
      const middle = (this.from + this.to) / 2;
      const half = ((this.to - this.from) / 2) * by;
      this.show(middle - half, middle + half);
    }

    shift(by) {
      const length = this.to - this.from;
      const from = Math.min(Math.max(this.from + by * length, this.whole[0]), this.whole[1] - length);
      this.show(from, from + length);
    }

    show(from, to) {
      const [first, last] = this.whole;
      const length = Math.min(Math.max(to - from, 120), last - first);
      this.from = Math.min(Math.max(from, first), last - length);
      this.to = this.from + length;
      const share = (second) => ((second - first) / (last - first)) * this.width;
      this.plot.setAttribute("viewBox", share(this.from) + " 0 " + (share(this.to) - share(this.from)) + " " + this.height);
      this.inside.textContent = this.words();
      this.axis();
    }

    words() {
      const one = (second) => this.day.format(second * 1000) + " " + this.clock.format(second * 1000);
      return one(this.from) + " – " + one(this.to);
    }

    // Seconds that the zone is ahead of UTC at a moment.
    ahead(second) {
      const part = Object.fromEntries(this.parts.formatToParts(second * 1000).map((one) => [one.type, Number(one.value)]));
      return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - Math.floor(second);
    }

    axis() {
      const length = this.to - this.from;
      const step = Zoom.STEPS.find((one) => length / one < 9) || Zoom.STEPS[Zoom.STEPS.length - 1];
      const ahead = this.ahead(this.from);
      const marks = [];
      for (let at = Math.ceil((this.from + ahead) / step) * step - ahead; at <= this.to; at += step) {
        const x = this.left + ((at - this.from) / length) * this.width;
        const clock = this.clock.format(at * 1000);
        const isDay = clock === "00:00";
        marks.push(this.mark("line", isDay ? "grid day" : "grid", { x1: x, x2: x, y1: this.top - 4, y2: this.top + this.height }, ""));
        marks.push(this.mark("text", "small tick", { x, y: this.top - 8 }, isDay || step >= 86400 ? this.day.format(at * 1000) : clock));
      }
      this.ticks.replaceChildren(...marks);
    }

    mark(name, type, values, text) {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      element.setAttribute("class", type);
      for (const [key, value] of Object.entries(values)) element.setAttribute(key, value.toFixed(1));
      element.textContent = text;
      return element;
    }

    list() {
      this.acts.within([this.from, this.to], this.words());
      this.acts.box.scrollIntoView();
      this.acts.search.focus({ preventScroll: true });
    }
  }

  const tables = new Map();
  document.querySelectorAll(".long").forEach((box) => tables.set(box.dataset.table, new LongTable(box)));
  document.querySelectorAll(".zoom").forEach((figure) => new Zoom(figure, tables.get("acts")));

  const reveal = (hash) => tables.has("found") && tables.get("found").reveal(decodeURIComponent(hash.slice(1)));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.finding");
    if (link && reveal(link.getAttribute("href"))) event.preventDefault();
  });
  if (/^#f[0-9]+$/.test(location.hash)) reveal(location.hash);

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && tables.has("acts")) {
      event.preventDefault();
      tables.get("acts").search.focus();
    }
  });

  // Paper has no sheets to open: all of them lie open while printing.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => (one.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));
})();
