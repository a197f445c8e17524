// The text of a run: finished sections put in once, as they are needed; the one under way grows at its last paragraph.

import { fill, h, prose, signed } from "/assets/dom.js";
import { t } from "/assets/language.js";
import { get, runPath } from "/assets/wire.js";

const RANGE = 12;
const NEAR = "1500px 0px"; // so far from sight, text is put in before the rest

const idle = (action) => (window.requestIdleCallback ? requestIdleCallback(action, { timeout: 500 }) : setTimeout(action, 50));

/** The text of a section under way: `at` counts code points, as the server does. */
class Growing {
  constructor(root) {
    this.root = root;
    this.points = [];
    this.waiting = "";
    this.drawn = false; // whether what stands in `root` is of this text
  }

  take(at, text) {
    const added = Array.from(text);
    if (at < this.points.length) {
      this.points.length = at; // a reply was taken back: from here on it is another
      this.points.push(...added);
      this.waiting = this.points.join("");
      this.drawn = false;
    } else {
      for (const point of added) this.points.push(point);
      this.waiting += text;
    }
  }

  draw() {
    if (!this.drawn) this.root.replaceChildren();
    this.drawn = true;
    const text = this.waiting.replace(/\n+$/, ""); // line ends wait for what follows: they may be the break of a paragraph
    if (!text) return;
    this.waiting = this.waiting.slice(text.length);
    text.split(/\n{2,}/).forEach((part, i) => {
      if (i > 0 || !this.root.lastElementChild) this.root.append(h("p", { dir: "auto" }, ""));
      const last = this.root.lastElementChild;
      if (last.firstChild) last.firstChild.appendData(part);
      else last.append(part);
      if (part && last.textContent[0] === "#") last.className = "hash";
    });
  }
}

export class Book {
  /** `opened(index, holder, close)`: the button of a section was pressed; what belongs to it goes into `holder`. */
  constructor(name, opened) {
    this.name = name;
    this.opened = opened;
    this.root = h("div.sections");
    this.pieces = []; // by index: {key, element, text, version: of what is shown, wanted: of what is finished}
    this.growing = new Set(); // pieces that are under way
    this.fetching = false;
    this.near = new Set();
    this.drawing = false;
    this.after = () => {}; // told after text was drawn
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.near[isIntersecting ? "add" : "delete"](target);
      this.fetchMore();
    }, { rootMargin: NEAR });
  }

  /** Lay the sections of a plan out; those that stay keep their text. */
  lay(sections) {
    const old = new Map(this.pieces.map((piece) => [piece.key, piece]));
    this.pieces = sections.map((section, index) => {
      const key = section.id ?? String(index);
      const piece = old.get(key) ?? this.make(key);
      old.delete(key);
      this.head(piece, section, sections[index - 1]);
      piece.wanted = section.state === "done" ? section.version : null;
      if (piece.wanted === null && !piece.growing && piece.version === null) {
        fill(piece.text, section.point && h("p.point", { dir: "auto" }, section.point)); // what it will say
      }
      return piece;
    });
    for (const piece of old.values()) {
      this.sight.unobserve(piece.element);
      this.growing.delete(piece);
    }
    const kept = this.pieces.map((piece) => piece.element);
    const stay = kept.length === this.root.children.length && kept.every((element, i) => element === this.root.children[i]);
    if (!stay) this.root.replaceChildren(...kept);
    this.fetchMore();
  }

  make(key) {
    const text = h("div.text");
    const piece = { key, text, element: h("section.piece"), version: null, wanted: null, growing: null, opens: h("div.opens") };
    piece.head = h("header");
    piece.element.append(piece.head, piece.opens, text);
    this.sight.observe(piece.element);
    return piece;
  }

  head(piece, section, before) {
    const { element } = piece;
    element.id = `s${section.index}`;
    element.dataset.state = section.state;
    element.style.setProperty("--words", section.written || section.words || 100);
    const opensChapter = section.chapter && section.chapter !== before?.chapter;
    const drawn = JSON.stringify([section.index, section.title, section.chapter, opensChapter, section.stale]);
    if (piece.drawn === drawn) return;
    piece.drawn = drawn;
    const level = section.chapter ? "h3" : "h2";
    const title = h(level, { dir: "auto", id: `t${section.index}` }, h("span.no", `${section.index + 1}`), " ", section.title);
    const more = signed("⋯", t("section.more", { title: section.title }), () => {
      const open = more.getAttribute("aria-expanded") === "true";
      more.setAttribute("aria-expanded", String(!open));
      if (open) piece.opens.replaceChildren();
      else this.opened(this.pieces.indexOf(piece), piece.opens, () => piece.more.click());
    }, { "aria-expanded": String(piece.opens.children.length > 0) });
    const held = piece.head.contains(document.activeElement);
    piece.more = more;
    element.setAttribute("aria-labelledby", `t${section.index}`);
    fill(piece.head, opensChapter && h("h2.chapter", { dir: "auto" }, section.chapter),
      h("div.heading", title, section.stale && h("span.tag", t("stale")), more));
    if (held) more.focus({ preventScroll: true });
  }

  /** A finished section, as the server has rendered it. */
  put(index, version, html) {
    const piece = this.pieces[index];
    if (!piece) return;
    piece.wanted = version;
    if (piece.version === version && !piece.growing) return;
    this.growing.delete(piece);
    piece.growing = null;
    prose(piece.text, html);
    piece.version = version;
    piece.element.classList.add("loaded");
  }

  /** What is being written: text[at:] of a section. Drawn once a frame. */
  words(index, at, text) {
    const piece = this.pieces[index];
    if (!piece) return;
    piece.growing ??= new Growing(piece.text);
    piece.growing.take(at, text);
    this.growing.add(piece);
    piece.element.classList.add("loaded");
    piece.version = null;
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      for (const { growing } of this.growing) growing.draw();
      this.after();
    });
  }

  /** Sections under way, by index. A finished one that is no longer written again gets its text back. */
  writing(indices) {
    this.pieces.forEach((piece, index) => {
      const under = indices.includes(index);
      piece.element.classList.toggle("writing", under);
      if (under || !piece.growing || piece.wanted === null) return;
      this.growing.delete(piece);
      piece.growing = null;
    });
    this.root.setAttribute("aria-busy", String(indices.length > 0));
    this.fetchMore();
  }

  missing(piece) {
    return piece && !piece.growing && piece.wanted !== null && piece.version !== piece.wanted;
  }

  /** Fetch a range of what is missing: what is near in sight first, then the rest while nothing else goes on. */
  async fetchMore(all = false) {
    if (this.fetching) return;
    const nearest = this.pieces.findIndex((piece) => this.near.has(piece.element) && this.missing(piece));
    const from = nearest >= 0 || !all ? nearest : this.pieces.findIndex((piece) => this.missing(piece));
    if (from < 0) {
      if (!all && this.pieces.some((piece) => this.missing(piece))) idle(() => this.fetchMore(true));
      return;
    }
    this.fetching = true;
    try {
      const { sections } = await get(`${runPath(this.name, "text")}?from=${from}&to=${from + RANGE}`);
      for (const { index, version, html } of sections) {
        const piece = this.pieces[index];
        if (this.missing(piece)) this.put(index, version, html);
        if (!this.near.has(piece?.element)) await new Promise(idle);
      }
      const absent = this.pieces.slice(from, from + RANGE).filter((piece) => this.missing(piece));
      for (const piece of absent) piece.wanted = null; // an event will bring it
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000)); // the server is away: the stream says so
    } finally {
      this.fetching = false;
    }
    this.fetchMore();
  }

  /** Bring a place into sight: "#s3", or "#s3p2" for a paragraph, counted from 0. */
  async show(hash) {
    const [, index, block] = hash.match(/^#s(\d+)(?:p(\d+))?$/) || [];
    const piece = this.pieces[Number(index)];
    if (!piece) return;
    piece.element.scrollIntoView();
    if (block === undefined) return;
    for (let i = 0; i < 50 && this.missing(piece); i += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    const paragraph = piece.text.querySelector(`[id$="-p${block}"]`) ?? piece.text.children[Number(block)];
    paragraph?.scrollIntoView({ block: "center" });
    paragraph?.classList.add("found");
  }
}
