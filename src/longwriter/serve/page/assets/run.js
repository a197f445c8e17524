// A run: its outline at the side, its text as it grows, what it took, and what can be done with it.

import { alarm, attempt, bar, button, fill, field, h, leaveWord, link, offer, redraw, say, signed, unlinked } from "/assets/dom.js";
import { Book } from "/assets/book.js";
import { facts } from "/assets/facts.js";
import { drawBar, nameOf, stateText } from "/assets/frame.js";
import { minutes, money, number, percent, t } from "/assets/language.js";
import { askForm, exportLinks, remove, snapshots } from "/assets/panel.js";
import { follow, get, pagePath, post, runPath } from "/assets/wire.js";

const MENDED = new Set(["revising", "to revise"]);
const GOING = new Set(["writing", "planning", "queued", ...MENDED]);

function meterRows(meter, finished) {
  if (!meter) return [];
  const row = (key, value) => value !== null && value !== undefined && value !== "" && [h("dt", t(key)), h("dd", value)];
  const read = meter.cached_tokens && meter.prompt_tokens ? percent(meter.cached_tokens / meter.prompt_tokens) : null;
  return [
    row("meter.spent", meter.cost === null || meter.cost === undefined ? null : money(meter.cost)),
    row("meter.rest", !finished && meter.rest_cost ? t("about", { value: money(meter.rest_cost) }) : null),
    row("meter.budget", meter.budget ? money(meter.budget) : null),
    row("meter.tokens", number((meter.prompt_tokens || 0) + (meter.completion_tokens || 0))),
    row("meter.cached", read),
    row("meter.speed", meter.words_per_minute ? t("meter.pace", { n: Math.round(meter.words_per_minute) }) : null),
    row("meter.left", !finished && meter.minutes_left ? minutes(meter.minutes_left) : null),
  ].flat().filter(Boolean);
}

class Desk {
  constructor(name, run, me) {
    Object.assign(this, { name, run, me, pinned: false, current: null });
    this.book = new Book(name, (...given) => this.panel(...given));
    this.book.after = () => this.pinned && this.scrollToWriting();
    this.list = h("ol.lines");
    this.total = h("p.total");
    this.totalBar = bar(0);
    this.meter = h("dl.meter");
    this.tools = h("div.stale");
    this.pill = button("", () => this.pin(), { class: "pill", hidden: true });
    this.stateLine = h("p.statement");
    this.advice = h("div.advice");
    this.title = h("h1", { dir: "auto" });
    this.wanted = h("p.wanted", { dir: "auto" });
    this.side = h("aside.outline", { id: "outline", "aria-label": t("outline") },
      this.total, this.totalBar, h("nav", { "aria-label": t("sections.nav") }, this.list), this.tools,
      me.read_only ? null : link(pagePath(name, "outline"), t("outline.edit"), { class: "quiet" }), this.meter);
    this.drawer = button(t("outline"), () => this.openDrawer(), { class: "drawer", "aria-expanded": "false", "aria-controls": "outline" });
  }

  /** Whether this page may change the run: another process may have it. */
  get may() {
    return !this.me.read_only && this.run.here !== false;
  }

  openDrawer(open = this.drawer.getAttribute("aria-expanded") !== "true") {
    this.drawer.setAttribute("aria-expanded", String(open));
    this.side.classList.toggle("open", open);
  }

  do(action, body, after) {
    return async () => (await attempt(() => post(runPath(this.name, action), body))) && after?.();
  }

  /** The buttons that the state leaves; redrawn when they change, so that the one in focus stays. */
  controls() {
    const { state, control = {}, sections = [] } = this.run;
    const drawn = JSON.stringify([state, this.run.title, control.after, control.review, this.may, this.run.meter?.budget]);
    if (drawn === this.drawnControls || document.querySelector("#more:popover-open")) return;
    this.drawnControls = drawn;
    const actions = [];
    const report = link(pagePath(this.name, "report"), t("report"), { class: "button wide" });
    if (this.may && GOING.has(state)) {
      actions.push(button(t("pause"), this.do("pause")));
      if (MENDED.has(state)) actions.push(report);
      else if (sections.length && state !== "queued") actions.push(this.stopAfter("wide"));
    } else if (this.may && state === "approval") actions.push(button(t("approve"), this.do("approve"), { class: "primary" }));
    else if (this.may && state === "review") actions.push(button(t("permit"), this.do("permit"), { class: "primary" }));
    else if (state === "finished") actions.push(report);
    else if (this.may) actions.push(button(t(state === "failed" ? "again" : "go"), this.do("go"), { class: "primary" }));
    this.advise();
    const focused = document.activeElement?.closest?.("#bar .tools") && document.activeElement.dataset.place;
    const more = this.more();
    [more.firstChild, this.drawer, ...actions].forEach((one, i) => (one.dataset.place = i));
    drawBar({ title: nameOf(this.run), tools: [this.drawer, ...actions, more] });
    if (focused) document.querySelector(`#bar [data-place="${focused}"]`)?.focus();
  }

  /** What a person can do about the state, where the buttons of the bar are not enough. */
  advise() {
    const { state, here, meter } = this.run;
    if (here === false && !this.me.read_only) return fill(this.advice, h("p", t("elsewhere.advice")));
    if (state === "approval" && this.may) {
      return fill(this.advice, h("p", t("approval.advice"), " ", link(pagePath(this.name, "outline"), t("outline.edit"))));
    }
    if (state !== "ceiling" || !this.may || !meter?.budget) return fill(this.advice);
    const wanted = meter.budget + 1.5 * Math.max(meter.rest_cost || 0, meter.budget / 10);
    const budget = h("input", { type: "number", inputmode: "decimal", min: 0, step: "any", required: true,
      value: wanted.toPrecision(2) });
    const raise = (event) => {
      event.preventDefault();
      this.do("go", { max_cost: Number(budget.value) })();
    };
    fill(this.advice, h("form.inline", { onsubmit: raise }, field(t("new.budget"), budget), h("button.primary", t("budget.raise"))));
  }

  /** In the bar where there is room for it, else in the menu. */
  stopAfter(where) {
    const { after } = this.run.control || {};
    return button(t(after ? "after.on" : "after"), this.do("after"), { class: where, "aria-pressed": String(Boolean(after)) });
  }

  more() {
    const review = h("input", { type: "checkbox", checked: Boolean(this.run.control?.review) });
    review.addEventListener("change", () => this.do("review", { on: review.checked })());
    const menu = h("div.menu", { popover: "auto", id: "more", ontoggle: () => this.controls() },
      this.may && GOING.has(this.run.state) && !MENDED.has(this.run.state) && this.stopAfter("narrow"),
      this.may ? h("label", review, h("span", t("review.mode"))) : null,
      link(pagePath(this.name, "report"), t("report"), { class: (this.run.state === "finished" || MENDED.has(this.run.state)) && "narrow" }),
      this.may ? link(pagePath(this.name, "outline"), t("outline.edit")) : null,
      button(t("facts"), () => (menu.hidePopover(), facts(this.name, !this.may))),
      button(t("snapshots"), () => (menu.hidePopover(), snapshots(this.name, !this.may))),
      h("div.exports", { role: "group", "aria-label": t("export") }, h("span.quiet", t("export")), ...exportLinks(this.run, this.me.exports || [])),
      this.may ? button(t("delete"), () => remove(this.run), { class: "danger" }) : null);
    return h("div.holder", signed("⋯", t("more"), () => {}, { popovertarget: "more" }), menu);
  }

  /** What is said of a section in the outline at the side. */
  line(section, before) {
    const tags = [section.stale && t("stale"), section.drafts && t("drafts", { n: section.drafts })].filter(Boolean);
    return h("li", { "data-state": section.state, class: section.chapter && section.chapter !== before?.chapter ? "opens" : null },
      section.chapter && section.chapter !== before?.chapter ? h("span.chapter", { dir: "auto" }, section.chapter) : null,
      h("a", { href: `#s${section.index}` }, h("span.no", String(section.index + 1)), h("span.name", { dir: "auto" }, section.title),
        h("span.unseen", t(`section.${section.state}`)), ...tags.map((tag) => h("span.tag", tag))));
  }

  lines() {
    const { sections } = this.run;
    this.drawnLines ??= [];
    sections.forEach((section, i) => {
      const { index, title, chapter, state, stale, drafts } = section;
      const drawn = JSON.stringify([index, title, chapter, state, stale, drafts, sections[i - 1]?.chapter]);
      if (this.drawnLines[i] === drawn) return;
      this.drawnLines[i] = drawn;
      const item = this.line(section, sections[i - 1]);
      const old = this.list.children[i];
      if (!old) return this.list.append(item);
      const focused = old.contains(document.activeElement);
      old.replaceWith(item);
      if (focused) item.querySelector("a").focus({ preventScroll: true });
    });
    while (this.list.children.length > sections.length) this.list.lastElementChild.remove();
    this.drawnLines.length = sections.length;
    const stale = sections.filter((section) => section.stale).length;
    const again = this.do("redo-stale", {}, () => offer(t("redo.stale.sent")));
    redraw(this.tools, () => fill(this.tools, stale > 0 && this.may && button(t("redo.stale", { n: stale }), again)));
    this.mark(this.current);
  }

  /** All that does not belong to one section. */
  draw() {
    const { run } = this;
    const written = run.meter?.words ?? run.sections.reduce((sum, section) => sum + (section.written || 0), 0);
    const aim = run.meter?.aim || run.aim;
    this.total.replaceChildren(h("strong", number(written)), aim ? ` ${t("of.words", { n: aim })}` : "");
    this.totalBar.style.setProperty("--part", aim ? Math.min(1, written / aim) : 0);
    this.meter.replaceChildren(...meterRows(run.meter, run.state === "finished"));
    this.title.textContent = nameOf(run);
    this.wanted.textContent = run.instruction === nameOf(run) ? "" : run.instruction;
    this.stateLine.className = `statement ${run.state.replace(" ", "_")}`;
    this.stateLine.textContent = stateText(run);
    this.controls();
  }

  panel(index, holder, close) {
    const section = this.run.sections[index];
    holder.replaceChildren(h("div.panel",
      section.point && h("p.point", { dir: "auto" }, section.point),
      h("p.facts", h("span", t("words.of", { written: section.written || 0, asked: section.words })),
        section.hand && h("span", t("by.hand")),
        link(pagePath(this.name, "sections", section.index), t("section.open"))),
      this.may ? askForm(this.name, section, () => this.run.state, () => (close(), this.book.pieces[index]?.more.focus())) : null));
  }

  writing() {
    return GOING.has(this.run.state) ? this.run.writing || [] : [];
  }

  marks() {
    const under = this.writing();
    this.book.writing(under);
    const section = this.run.sections[under[0]];
    this.pill.hidden = !section;
    if (section) this.pill.textContent = t("writing.now", { n: section.index + 1, title: section.title });
    if (!section) this.pinned = false;
  }

  pin() {
    this.pinned = true;
    this.scrollToWriting();
  }

  scrollToWriting() {
    const piece = this.book.pieces[this.writing()[0]];
    if (!piece) return;
    const beyond = piece.element.getBoundingClientRect().bottom - innerHeight + 120;
    if (Math.abs(beyond) > 2) scrollBy(0, beyond);
  }

  mark(index) {
    this.current = index;
    for (const held of this.list.querySelectorAll("[aria-current]")) held.removeAttribute("aria-current");
    this.list.children[index]?.querySelector("a").setAttribute("aria-current", "location");
  }

  /** Which section is being read: the last whose top has passed the middle of the window. */
  readAlong() {
    const under = this.book.pieces[this.writing()[0]]?.element.getBoundingClientRect();
    this.pill.classList.toggle("near", Boolean(under) && under.top < innerHeight && under.bottom < innerHeight + 40);
    const place = this.book.pieces.findLastIndex((piece) => piece.element.getBoundingClientRect().top < innerHeight / 2);
    if (place >= 0 && place !== this.current) {
      this.mark(place);
      const held = this.list.children[place];
      if (this.side.scrollHeight > this.side.clientHeight) this.side.scrollTop = held.offsetTop - this.side.clientHeight / 2;
    }
  }

  take(run) {
    Object.assign(this.run, run);
    this.run.sections = this.run.sections || [];
    this.book.lay(this.run.sections);
    this.lines();
    this.marks();
    this.draw();
  }

  section(change) {
    const section = this.run.sections[change.index];
    if (!section) return;
    const fresh = section.state !== "done" || section.version !== change.version;
    const { id, version, words, stale, hand, drafts } = change;
    Object.assign(section, { id, version, written: words, stale, hand, drafts });
    if (change.html !== null && change.html !== undefined) {
      section.state = "done";
      this.book.head(this.book.pieces[change.index], section, this.run.sections[change.index - 1]);
      this.book.put(change.index, change.version, change.html);
      const said = { number: change.index + 1, n: this.run.sections.length, title: section.title, words };
      if (fresh) say(t("section.written", said));
    } else this.book.head(this.book.pieces[change.index], section, this.run.sections[change.index - 1]);
    this.lines();
    this.draw();
  }

  state(change) {
    const before = this.run.state;
    const under = new Set(change.writing || []);
    Object.assign(this.run, change);
    for (const section of this.run.sections) {
      if (under.has(section.index) && section.state === "todo") section.state = "writing";
      else if (!under.has(section.index) && section.state === "writing") section.state = "todo";
      this.book.pieces[section.index].element.dataset.state = section.state;
    }
    if (before !== this.run.state) {
      if (this.run.state === "failed") alarm(stateText(this.run));
      else say(stateText(this.run));
    }
    this.lines();
    this.marks();
    this.draw();
  }

  follow() {
    follow(runPath(this.name, "events"), this.run.position ?? null, {
      plan: (plan) => this.take(plan),
      section: (change) => this.section(change),
      state: (change) => this.state(change),
      words: ({ index, at, text }) => this.book.words(index, at, text),
      gone: () => {
        leaveWord(t("gone", { title: nameOf(this.run) }));
        location.assign("/");
      },
    }, (stands) => {
      if ((this.link ?? true) !== stands) say(t(stands ? "link.back" : "link.lost"));
      this.link = stands;
      unlinked(!stands, t("link.lost"));
    });
  }

  show(main) {
    const article = h("article.book", h("header.cover", this.title, this.wanted, this.stateLine, this.advice), this.book.root);
    main.replaceChildren(h("div.desk", this.side, article), this.pill);
    this.take({});
    this.list.addEventListener("click", () => this.openDrawer(false));
    addEventListener("wheel", (event) => event.deltaY < 0 && (this.pinned = false), { passive: true });
    addEventListener("keydown", (event) => ["PageUp", "ArrowUp", "Home"].includes(event.key) && (this.pinned = false));
    addEventListener("touchmove", () => (this.pinned = false), { passive: true });
    let due = false;
    addEventListener("scroll", () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => ((due = false), this.readAlong()));
    }, { passive: true });
    addEventListener("hashchange", () => this.book.show(location.hash));
    this.book.show(location.hash);
    this.follow();
  }
}

export default async function run(main, { me, parts: [name] }) {
  const [mine, found] = await Promise.all([me, get(runPath(name))]);
  new Desk(name, found, mine).show(main);
}
