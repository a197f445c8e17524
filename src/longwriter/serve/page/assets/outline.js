// The outline as it is edited: lines and their words, re-balanced by the server; what saving makes stale stands before it is saved.

import { alarm, attempt, bar, button, dialog, field, h, later, link, say, signed } from "/assets/dom.js";
import { drawBar, nameOf } from "/assets/frame.js";
import { t } from "/assets/language.js";
import { get, pagePath, post, runPath, send } from "/assets/wire.js";

const EMPTY = { id: null, title: "", chapter: "", point: "", words: 300, locked: false, keep: false, was: null };
const fresh = (values) => ({ ...EMPTY, ...values });

const EDITS = [ // sign, name, key with Alt, what it does
  ["↑", "up", "ArrowUp", (outline, line) => outline.move(line, -1)],
  ["↓", "down", "ArrowDown", (outline, line) => outline.move(line, 1)],
  ["+", "add", "Enter", (outline, line) => outline.add(line)],
  ["÷", "split", "s", (outline, line) => outline.split(line)],
  ["⤓", "merge", "m", (outline, line) => outline.merge(line)],
  ["×", "delete", "Backspace", (outline, line) => outline.remove(line)],
];
const LOCK = ["", "lock", "l", (outline, line) => outline.lock(line)];

/** Places, from 0 and in order, as a person names them: "2, 5–9". */
function ranges(places) {
  const runs = [];
  for (const place of places) {
    if (runs.at(-1)?.[1] === place - 1) runs.at(-1)[1] = place;
    else runs.push([place, place]);
  }
  return runs.map(([from, to]) => (from === to ? from + 1 : `${from + 1}–${to + 1}`)).join(", ");
}

class Outline {
  constructor(name, run, me) {
    Object.assign(this, { name, run, may: !me.read_only && run.here !== false, turn: 0, dirty: false, effects: null });
    this.read(run);
    this.title = h("input", { type: "text", class: "plantitle", dir: "auto", value: this.plan.title, oninput: () => this.edited(null) });
    this.total = h("input", { type: "number", min: 1, value: this.plan.total, oninput: () => this.edited(null, true) });
    this.rows = h("ol.rows");
    this.effectsLine = h("div.effects", { id: "effects" });
    this.save = button(t("save"), () => this.store(), { class: "primary", "aria-describedby": "effects", disabled: true });
    this.approve = button(t("approve.unchanged"), () => this.store(true), { hidden: run.state !== "approval" });
    this.preview = later(250, () => this.ask());
  }

  read(run) {
    const lines = (run.sections || []).map((section) => fresh({ ...section, locked: Boolean(section.locked), was: section }));
    this.plan = { title: run.title || "", lines, total: run.aim || lines.reduce((sum, line) => sum + line.words, 0) };
    this.base = run.plan_position;
  }

  body() {
    return {
      title: this.title.value.trim(),
      sections: this.plan.lines.map(({ id, title, chapter, point, words }) => ({ ...(id ? { id } : {}), title, chapter, point, words })),
      locks: this.plan.lines.flatMap((line, i) => (line.locked ? [i] : [])),
      keep: Object.fromEntries(this.plan.lines.flatMap((line, i) => (line.keep && line.id ? [[i, line.id]] : []))),
    };
  }

  /** Something was changed in a line (null: in none): ask what the rest becomes. */
  edited(line, total = false) {
    this.dirty = true;
    this.changed = line ? this.plan.lines.indexOf(line) : undefined;
    if (total && Number(this.total.value) > 0) this.plan.total = Number(this.total.value);
    this.save.disabled = this.approve.disabled = true;
    this.approve.textContent = t("approve.saved");
    this.preview();
  }

  async ask() {
    const turn = ++this.turn;
    const changed = this.changed >= 0 ? { changed: this.changed } : {};
    await attempt(async () => {
      const found = await post(runPath(this.name, "outline", "preview"), { ...this.body(), total: this.plan.total, ...changed });
      if (turn !== this.turn) return;
      found.sections.forEach((section, i) => (this.plan.lines[i].words = section.words));
      this.effects = found.effects;
      this.left = found.left_over;
      this.save.disabled = this.approve.disabled = !this.may;
    });
    if (turn === this.turn) this.refresh();
  }

  /** Numbers, bars and marks; the fields in which somebody may be typing stay as they are. */
  refresh() {
    const most = Math.max(1, ...this.plan.lines.map((line) => line.words));
    this.plan.lines.forEach((line, i) => {
      const { element } = line;
      element.querySelector(".no").textContent = i + 1;
      const words = element.querySelector("input.words");
      if (document.activeElement !== words || this.changed !== i) words.value = line.words;
      words.setAttribute("aria-label", t("line.words", { n: i + 1 }));
      element.querySelector("input.title").setAttribute("aria-label", t("line.title", { n: i + 1 }));
      const written = line.was?.written || 0;
      element.querySelector(".bar").style.setProperty("--part", written / most);
      element.querySelector(".bar").style.setProperty("--planned", line.words / most);
      element.querySelector(".count").textContent = written ? t("line.written", { written }) : "";
      const fate = this.fate(line, i);
      element.dataset.fate = fate;
      element.querySelector(".fate").textContent = fate ? t(`fate.${fate}`) : "";
      const keep = element.querySelector(".keep");
      keep.hidden = !(fate === "rewrite" || line.keep);
      const locked = element.querySelector(".lock");
      locked.setAttribute("aria-pressed", String(line.locked));
      const chapter = element.querySelector(".chapter");
      chapter.hidden = !this.opens(i);
      if (document.activeElement !== chapter) chapter.value = line.chapter;
    });
    this.total.value = this.plan.total;
    this.say();
  }

  /** What saving does to a line: it is new, its text goes and is written again, or becomes stale. */
  fate(line, i) {
    if (!this.effects?.new.includes(i)) return this.effects?.stale.includes(i) ? "stale" : "";
    return line.was ? (line.was.state === "done" ? "rewrite" : "") : "new";
  }

  opens(i) {
    return Boolean(this.plan.lines[i].chapter) && this.plan.lines[i].chapter !== this.plan.lines[i - 1]?.chapter;
  }

  say() {
    const { effects } = this;
    if (!effects) return this.effectsLine.replaceChildren(h("p.quiet", t("effects.none")));
    const fates = this.plan.lines.map((line, i) => this.fate(line, i));
    const [added, rewritten] = ["new", "rewrite"].map((fate) => fates.filter((one) => one === fate).length);
    const dropped = effects.dropped.length - rewritten;
    const parts = [
      added && t("effects.new", { n: added }),
      rewritten && t("effects.rewrite", { n: rewritten }),
      dropped > 0 && t("effects.dropped", { n: dropped }),
      effects.stale.length && t("effects.stale", { n: effects.stale.length, which: ranges(effects.stale) }),
    ].filter(Boolean);
    this.effectsLine.replaceChildren(h("p", parts.length ? parts.join(" · ") : t("effects.nothing")),
      this.left ? h("p.warn", t(this.left > 0 ? "effects.short" : "effects.over", { n: Math.abs(this.left) })) : "");
  }

  move(line, by) {
    const { lines } = this.plan;
    const from = lines.indexOf(line);
    const to = from + by;
    if (to < 0 || to >= lines.length) return;
    if (lines[to].chapter !== line.chapter) line.chapter = lines[to].chapter; // over the border of a chapter first
    else lines.splice(to, 0, ...lines.splice(from, 1));
    this.reorder(line, t("line.moved", { n: lines.indexOf(line) + 1 }));
  }

  /** After lines came, went or moved. */
  reorder(line, says) {
    const held = document.activeElement;
    this.draw();
    if (held?.isConnected) held.focus();
    else line?.element.querySelector("input.title").focus();
    this.edited(null);
    this.refresh();
    if (says) say(says);
  }

  add(line) {
    const { lines } = this.plan;
    const words = Math.round(this.plan.total / (lines.length + 1));
    const one = fresh({ chapter: (line ?? lines.at(-1))?.chapter ?? "", words, title: t("line.untitled") });
    lines.splice(line ? lines.indexOf(line) + 1 : lines.length, 0, one);
    this.reorder(one, t("line.added"));
    one.element.querySelector("input.title").select();
  }

  split(line) {
    const { lines } = this.plan;
    const half = Math.ceil(line.words / 2);
    const sentences = line.point.split(/(?<=[.!?。！？])\s*/);
    const middle = Math.ceil(sentences.length / 2);
    const point = sentences.slice(middle).join(" ") || line.point;
    const one = fresh({ chapter: line.chapter, title: t("line.second", { title: line.title }), point, words: line.words - half });
    Object.assign(line, { words: half, point: sentences.slice(0, middle).join(" ") });
    lines.splice(lines.indexOf(line) + 1, 0, one);
    this.rebuild(line);
    this.reorder(one, t("line.split.done"));
  }

  merge(line) {
    const { lines } = this.plan;
    const next = lines[lines.indexOf(line) + 1];
    if (!next) return;
    Object.assign(line, { words: line.words + next.words, point: [line.point, next.point].filter(Boolean).join(" ") });
    lines.splice(lines.indexOf(next), 1);
    this.rebuild(line);
    this.reorder(line, t("line.merged"));
  }

  remove(line) {
    const { lines } = this.plan;
    if (lines.length < 2) return alarm(t("line.last"));
    const place = lines.indexOf(line);
    lines.splice(place, 1);
    this.reorder(lines[Math.min(place, lines.length - 1)], t("line.deleted"));
  }

  lock(line) {
    line.locked = !line.locked;
    this.edited(null);
    this.refresh();
  }

  rebuild(line) {
    line.element.remove();
    line.element = null;
  }

  row(line) {
    const set = (name) => (event) => {
      line[name] = event.target.value;
      this.edited(line);
    };
    const says = { "aria-label": t("line.point"), placeholder: t("line.point") };
    const rows = Math.max(1, Math.ceil(line.point.length / 75));
    const point = h("textarea.point", { rows, dir: "auto", value: line.point, oninput: set("point"), ...says });
    const words = h("input", { type: "number", class: "words", min: 1, value: line.words, oninput: () => {
      line.words = Math.max(1, Number(words.value) || 1);
      this.edited(line);
    } });
    const chapter = h("input.chapter", { type: "text", dir: "auto", "aria-label": t("line.chapter"), value: line.chapter });
    chapter.addEventListener("change", () => {
      const { lines } = this.plan;
      const before = line.chapter;
      for (let i = lines.indexOf(line); lines[i]?.chapter === before; i += 1) lines[i].chapter = chapter.value.trim();
      this.edited(line);
    });
    const keep = h("input", { type: "checkbox", onchange: () => {
      line.keep = keep.checked;
      this.edited(null);
    } });
    const tools = EDITS.map(([sign, name, , edit]) => signed(sign, t(`line.${name}`), () => edit(this, line)));
    const lock = button(t("line.lock"), () => this.lock(line), { class: "lock", title: t("line.lock.hint"), "aria-pressed": "false" });
    const grip = h("span.grip", { draggable: "true", "aria-hidden": "true", title: t("line.drag") }, "⠿");
    const element = h("li", chapter, h("div.line", grip, h("span.no"),
      h("input", { type: "text", class: "title", dir: "auto", value: line.title, oninput: set("title") }),
      h("span.budget", words, lock), point,
      h("div.under", h("span.measure", bar(0), h("span.count"), h("span.fate.tag"),
        h("label.keep", { hidden: true }, keep, h("span", t("line.keep")))),
      h("span.edits", { role: "group", "aria-label": t("line.edits") }, ...tools))));
    grip.addEventListener("dragstart", (event) => {
      this.dragged = line;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", line.title);
      event.dataTransfer.setDragImage(element, 20, 20);
    });
    element.addEventListener("dragover", (event) => {
      if (!this.dragged) return;
      event.preventDefault();
      const low = event.clientY > element.getBoundingClientRect().top + element.offsetHeight / 2;
      this.markDrop(element, low ? "below" : "above");
    });
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      this.drop(line, element.dataset.drop === "below");
    });
    element.addEventListener("dragend", () => {
      this.dragged = null;
      this.markDrop(null);
    });
    element.addEventListener("keydown", (event) => {
      const pressed = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key; // a Mac's Alt+S is "ß"
      const [, , , edit] = [...EDITS, LOCK].find(([, , key]) => key === pressed) ?? [];
      if (!event.altKey || !edit || !this.may) return;
      event.preventDefault();
      edit(this, line);
    });
    return element;
  }

  markDrop(element, where) {
    for (const held of this.rows.querySelectorAll("[data-drop]")) delete held.dataset.drop;
    if (element) element.dataset.drop = where;
  }

  drop(target, below) {
    const { lines } = this.plan;
    const line = this.dragged;
    if (!line || line === target) return;
    lines.splice(lines.indexOf(line), 1);
    lines.splice(lines.indexOf(target) + (below ? 1 : 0), 0, line);
    line.chapter = target.chapter;
    this.reorder(null, t("line.moved", { n: lines.indexOf(line) + 1 }));
  }

  draw() {
    for (const line of this.plan.lines) line.element ??= this.row(line);
    this.rows.replaceChildren(...this.plan.lines.map((line) => line.element));
    this.refresh();
  }

  paste() {
    const text = h("textarea.paste", { rows: 12, dir: "auto", placeholder: t("new.plan.example") });
    const take = async (event) => {
      event.preventDefault();
      if (!(await attempt(async () => (this.pasted = await post("/api/outline/parse", { text: text.value }))))) return;
      this.title.value = this.pasted.title || this.title.value;
      this.plan.lines = this.pasted.sections.map((section) => fresh({ ...section, words: section.words || 300 }));
      box.close();
      this.draw();
      this.edited(null);
    };
    const box = dialog(t("outline.paste"), h("form", { onsubmit: take },
      field(t("outline.paste.label"), text, t("outline.paste.hint")), h("button.primary", t("outline.paste.take"))));
  }

  /** Save what was edited; `approving`: and let it be written. */
  async store(approving = false) {
    alarm("");
    try {
      if (this.dirty) await send("PUT", runPath(this.name, "outline"), { ...this.body(), base: this.base });
      this.dirty = false;
      if (approving) await post(runPath(this.name, "approve"));
      location.assign(pagePath(this.name));
    } catch (error) {
      if (error.status !== 409) return alarm(error.message);
      const now = await get(runPath(this.name));
      const chosen = (take) => () => {
        box.close();
        take();
      };
      const mine = () => {
        this.base = now.plan_position;
        this.store(approving);
      };
      const theirs = () => {
        this.read(now);
        this.title.value = now.title;
        this.draw();
        this.edited(null);
      };
      const box = dialog(t("outline.changed"), h("p", t("outline.changed.why")), h("p.buttons",
        button(t("outline.changed.mine"), chosen(mine), { class: "primary" }), button(t("outline.changed.theirs"), chosen(theirs))));
    }
  }

  show(main) {
    drawBar({ back: pagePath(this.name), title: nameOf(this.run), tools: [] });
    const buttons = h("p.buttons", link(pagePath(this.name), t("cancel"), { class: "button" }), this.approve, this.save);
    main.replaceChildren(h("div.page.editor",
      h("div.top", h("h1", t("outline")), this.may && button(t("outline.paste"), () => this.paste())),
      h("div.contract", field(t("outline.title"), this.title), field(t("outline.total"), this.total)),
      h("p.quiet.keys", t("outline.keys")), this.rows,
      this.may && button(t("line.add.end"), () => this.add(null), { class: "plain" }),
      h("div.foot", this.effectsLine, this.may ? buttons : h("p", t(this.run.here === false ? "elsewhere.advice" : "read_only")))));
    this.draw();
    if (!this.may) for (const input of main.querySelectorAll("input, textarea, .rows button")) input.disabled = true;
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
  }
}

export default async function outline(main, { me, parts: [name] }) {
  const [mine, run] = await Promise.all([me, get(runPath(name))]);
  new Outline(name, run, mine).show(main);
}
