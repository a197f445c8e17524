// One section: its text, by hand or asked for again; drafts beside it; its versions.

import { alarm, attempt, button, fill, h, later, leaveWord, link, offer, prose, redraw, say, unlinked } from "/assets/dom.js";
import { diffView, mergeView } from "/assets/compare.js";
import { drawBar, nameOf } from "/assets/frame.js";
import { ago, money, t } from "/assets/language.js";
import { askForm } from "/assets/panel.js";
import { follow, get, pagePath, post, runPath, send } from "/assets/wire.js";

class Section {
  constructor(name, index, run, me) {
    Object.assign(this, { name, index, run, may: !me.read_only && run.here !== false, section: run.sections[index], texts: new Map() });
    this.kept = `longwriter.edit/${name}/${this.section.id}`; // what was typed and not saved outlives a closed tab
    this.text = h("div.text.whole", { tabindex: "-1" });
    this.compare = h("section.compare", { "aria-label": t("compare") });
    this.drafts = h("div.candidates");
    this.list = h("ol.versions", { reversed: true });
    this.facts = h("p.facts");
    this.doing = h("p.statement.writing", { hidden: true });
    this.edit = button(t("edit"), () => this.editor(), { hidden: true });
  }

  at(...rest) {
    return runPath(this.name, "sections", this.index, ...rest);
  }

  /** The text of a version; asked for once, for a version never changes. */
  async version(entry) {
    if (!this.texts.has(entry)) this.texts.set(entry, await get(this.at("versions", entry)));
    return this.texts.get(entry);
  }

  async load() {
    const { versions, final, waiting, withdrawn } = await get(this.at("versions"));
    Object.assign(this, { versions, final, waiting, withdrawn });
    this.byEntry = new Map(versions.map((version) => [version.entry, version]));
    await this.draw();
  }

  async draw() {
    const now = this.byEntry.get(this.final);
    fill(this.facts, h("span", t("words.of", { written: this.section.written ?? 0, asked: this.section.words })),
      now && h("span", this.called(now)), this.section.stale && h("span.tag", t("stale")));
    if (now && !this.editing) prose(this.text, (await this.version(this.final)).html);
    else if (!this.editing) this.text.replaceChildren(h("p.quiet", t("section.todo")));
    this.edit.hidden = !now || !this.may;
    await this.drawDrafts();
    redraw(this.list, () => this.list.replaceChildren(...[...this.versions].reverse().map((version) => this.versionLine(version))));
  }

  /** That another text is on its way, for nothing of a draft is shown before it is whole. */
  drawDoing() {
    const { state, writing = [], awaited = [] } = this.run;
    const under = writing.includes(this.index) || awaited.includes(this.index);
    this.doing.hidden = !under;
    this.doing.textContent = under ? t(state === "writing" ? "section.under_way" : "section.awaited") : "";
  }

  called(version) {
    return t("version.called", { number: version.number, why: t(`why.${version.why}`) });
  }

  factsOf(version) {
    return [t("words", { n: version.words }), version.model, version.cost && money(version.cost)];
  }

  async drawDrafts() {
    const drafts = this.waiting.map((entry) => this.byEntry.get(entry)).filter(Boolean);
    const failed = this.withdrawn.map((why) => h("p.quiet", { dir: "auto" }, why));
    if (!drafts.length) return this.drafts.replaceChildren(...failed);
    const column = async (version, i) => {
      const mine = i === 0;
      const text = h("div.text", { tabindex: "0", role: "region", "aria-label": this.called(version) });
      prose(text, (await this.version(version.entry)).html);
      const facts = mine ? [t("words", { n: version.words })] : this.factsOf(version).filter(Boolean);
      const use = () => this.accept(version.entry, null);
      const buttons = mine ? [button(t("diff.keep"), use)] : [
        button(t("draft.use"), use, { class: "primary", "aria-label": t("draft.use.number", { n: i }) }),
        button(t("compare"), () => this.diff(version.entry), { "aria-label": t("compare.number", { n: i }) })];
      return h("article", { class: mine && "mine" },
        h("header", h("h3", mine ? t("draft.mine") : t("draft.number", { n: i })),
          h("p.facts", ...facts.map((fact) => h("span", fact))),
          !mine && version.instruction && h("p.quiet", { dir: "auto" }, version.instruction)),
        text, this.may && h("p.buttons", ...buttons));
    };
    const now = this.byEntry.get(this.final); // a section that has no text yet can have drafts
    const columns = await Promise.all([now, ...drafts].map((version, i) => version && column(version, i)));
    const title = h("h2", t("drafts.waiting", { n: drafts.length }));
    redraw(this.drafts, () => fill(this.drafts, title, h("div.columns", ...columns), ...failed));
  }

  versionLine(version) {
    const final = version.entry === this.final;
    const { number } = version;
    const waits = this.waiting.includes(version.entry);
    const parent = this.byEntry.get(version.parent);
    const facts = [...this.factsOf(version), parent && t("version.from", { number: parent.number }), version.at && ago(version.at)];
    return h("li", { class: final ? "final" : "" },
      h("p", h("strong", this.called(version)), final && h("span.tag", t("version.final"))),
      version.instruction ? h("p.asked", { dir: "auto" }, version.instruction) : null,
      h("p.facts", ...facts.filter(Boolean).map((fact) => h("span", fact))),
      !final && h("p.buttons", button(t("compare"), () => this.diff(version.entry), { "aria-label": t("compare.version", { number }) }),
        this.may && button(t(waits ? "draft.use" : "restore"), () => this.accept(version.entry, null),
          { "aria-label": t(waits ? "draft.use.version" : "restore.version", { number }) })));
  }

  async diff(entry) {
    await attempt(async () => {
      const found = await get(`${this.at("diff")}?a=${this.final}&b=${entry}`);
      const version = this.byEntry.get(entry);
      const keep = () => (this.waiting.includes(entry) ? this.accept(this.final, null) : fill(this.compare));
      this.compare.replaceChildren(h("h2", { tabindex: "-1" }, t("compare.with", { version: this.called(version) })),
        diffView(found, { may: this.may, take: (paragraphs) => this.accept(entry, paragraphs), keep }));
      this.toCompare();
    });
  }

  /** The beginning of a comparison, which may be longer than the window, in sight and in focus. */
  toCompare() {
    this.compare.scrollIntoView();
    this.compare.querySelector("h2").focus({ preventScroll: true });
  }

  async accept(entry, paragraphs) {
    const before = this.final;
    const body = { version: entry, ...(paragraphs ? { paragraphs, base: before } : {}) };
    if (!(await attempt(() => post(this.at("accept"), body)))) return;
    this.compare.replaceChildren();
    await this.load();
    if (document.activeElement === document.body) this.text.focus({ preventScroll: true }); // the button that was pressed is gone
    if (this.final !== before) offer(t("accepted"), t("undo"), () => this.accept(before, null));
    else say(t("kept"));
  }

  /** The text by hand: Markdown, saved as a version; what is typed is kept in the browser until then. */
  async editor() {
    const base = this.final;
    const { text } = await this.version(base);
    const kept = JSON.parse(localStorage.getItem(this.kept) || "null");
    const label = t("edit.label", { title: this.section.title });
    const area = h("textarea.hand", { dir: "auto", spellcheck: "true", "aria-label": label, value: kept?.text ?? text });
    const save = button(t("save"), () => this.saveHand(area.value, this.base), { class: "primary" });
    this.base = kept?.base ?? base;
    this.editing = true;
    const keepTyped = later(300, () => {
      if (this.editing) localStorage.setItem(this.kept, JSON.stringify({ base: this.base, text: area.value }));
    });
    area.addEventListener("input", keepTyped);
    area.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        save.click();
      }
    });
    fill(this.text, area, kept && h("p.quiet", t("edit.found")), h("p.buttons", save, button(t("cancel"), () => this.leave())));
    this.edit.hidden = true;
    area.focus(); // asked for by the press
  }

  leave() {
    this.editing = false;
    localStorage.removeItem(this.kept);
    this.compare.replaceChildren();
    this.draw().then(() => this.edit.focus());
  }

  async saveHand(text, base) {
    alarm("");
    try {
      await send("PUT", this.at(), { text, base });
    } catch (error) {
      if (error.status !== 409 || !error.body?.merge) return alarm(error.message);
      fill(this.compare, h("h2", { tabindex: "-1" }, t("merge.title")), h("p.quiet", t("merge.why")),
        mergeView(error.body, (merged) => this.saveHand(merged, error.body.theirs.entry)));
      this.toCompare();
      return say(t("merge.title"));
    }
    this.editing = false;
    localStorage.removeItem(this.kept);
    this.compare.replaceChildren();
    await this.load();
    const stale = (await get(runPath(this.name))).sections.filter((section) => section.stale).length;
    const again = () => attempt(() => post(runPath(this.name, "redo-stale")));
    offer(t(stale ? "saved.stale" : "saved", { n: stale }), stale > 0 && t("redo.stale", { n: stale }), again);
  }

  show(main) {
    const { section, run } = this;
    const near = (index, key) => run.sections[index]
      && link(pagePath(this.name, "sections", index), t(key), { title: run.sections[index].title });
    const tools = [near(this.index - 1, "previous"), near(this.index + 1, "next")];
    drawBar({ back: `${pagePath(this.name)}#s${this.index}`, title: nameOf(run), tools });
    const ask = () => h("section", { "aria-label": t("ask.title") }, h("h2", t("ask.title")),
      askForm(this.name, section, () => this.run.state));
    main.replaceChildren(h("div.page.section",
      h("header.cover", section.chapter && h("p.chapter", { dir: "auto" }, section.chapter),
        h("h1", { dir: "auto" }, h("span.no", String(this.index + 1)), " ", section.title),
        section.point && h("p.wanted", { dir: "auto" }, section.point), this.facts, this.doing),
      this.drafts, this.compare,
      h("div.beside", h("div.reading", this.text, h("p.buttons", this.edit)),
        h("div.margin", this.may && ask(),
          h("section", { "aria-label": t("versions") }, h("h2", t("versions")), this.list)))));
    follow(runPath(this.name, "events"), run.position ?? null, {
      section: async (change) => {
        if (change.index !== this.index) return;
        Object.assign(this.section, { stale: change.stale, written: change.words });
        const known = this.versions?.length;
        await this.load();
        if (this.versions.length > (known ?? 0)) say(t("version.new"));
      },
      state: (change) => {
        Object.assign(this.run, { state: change.state, writing: change.writing, awaited: change.awaited });
        this.drawDoing();
        if (change.state === "failed") alarm(t("state.why", { state: t("state.failed"), why: change.why }));
      },
      gone: () => {
        leaveWord(t("gone", { title: nameOf(this.run) }));
        location.assign("/");
      },
    }, (stands) => unlinked(!stands, t("link.lost")));
    this.drawDoing();
    return this.load();
  }
}

export default async function section(main, { me, parts: [name, index] }) {
  const [mine, run] = await Promise.all([me, get(runPath(name))]);
  if (!run.sections[Number(index)]) throw Object.assign(new Error(t("nowhere")), { status: 404 });
  await new Section(name, Number(index), run, mine).show(main);
}
