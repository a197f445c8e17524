// One section: its text, by hand or asked for again; drafts beside it; its versions.

import { alarm, attempt, button, h, later, link, offer, prose, redraw, say } from "/assets/dom.js";
import { diffView, mergeView } from "/assets/compare.js";
import { drawBar, nameOf } from "/assets/frame.js";
import { ago, money, t } from "/assets/language.js";
import { askForm } from "/assets/panel.js";
import { follow, get, pagePath, post, runPath, send } from "/assets/wire.js";

class Section {
  constructor(name, index, run, me) {
    Object.assign(this, { name, index, run, may: !me.read_only && run.here !== false, section: run.sections[index], texts: new Map() });
    this.kept = `longwriter.edit/${name}/${this.section.id}`; // what was typed and not saved outlives a closed tab
    this.text = h("div", { class: "text whole", tabindex: "-1" });
    this.compare = h("section", { class: "compare", "aria-label": t("compare") });
    this.drafts = h("div", { class: "candidates" });
    this.list = h("ol", { class: "versions", reversed: true });
    this.facts = h("p", { class: "facts" });
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
    const { versions, final, waiting } = await get(this.at("versions"));
    Object.assign(this, { versions, final, waiting });
    this.byEntry = new Map(versions.map((version) => [version.entry, version]));
    await this.draw();
  }

  async draw() {
    const now = this.byEntry.get(this.final);
    this.facts.replaceChildren(...[h("span", {}, t("words.of", { written: this.section.written ?? 0, asked: this.section.words })), now && h("span", {}, this.called(now)), this.section.stale && h("span", { class: "tag" }, t("stale"))].filter(Boolean));
    if (now && !this.editing) prose(this.text, (await this.version(this.final)).html);
    else if (!this.editing) this.text.replaceChildren(h("p", { class: "quiet" }, t("section.todo")));
    this.edit.hidden = !now || !this.may;
    await this.drawDrafts();
    redraw(this.list, () => this.list.replaceChildren(...[...this.versions].reverse().map((version) => this.versionLine(version))));
  }

  called(version) {
    return t("version.called", { number: version.number, why: t(`why.${version.why}`) });
  }

  async drawDrafts() {
    const drafts = this.waiting.map((entry) => this.byEntry.get(entry)).filter(Boolean);
    if (!drafts.length) return this.drafts.replaceChildren();
    const column = async (version, mine, i) => {
      const text = h("div", { class: "text", tabindex: "0", role: "region", "aria-label": this.called(version) });
      prose(text, (await this.version(version.entry)).html);
      const name = mine ? t("draft.mine") : t("draft.number", { n: i });
      return h("article", { class: mine ? "mine" : "" }, h("header", {}, h("h3", {}, name),
        h("p", { class: "facts" }, h("span", {}, t("words", { n: version.words })), !mine && version.model ? h("span", {}, version.model) : null, !mine && version.cost ? h("span", {}, money(version.cost)) : null),
        !mine && version.instruction ? h("p", { class: "quiet", dir: "auto" }, version.instruction) : null),
        text, this.may && h("p", { class: "buttons" }, ...(mine ? [button(t("diff.keep"), () => this.accept(this.final, null))] : [
          button(t("draft.use"), () => this.accept(version.entry, null), { class: "primary", "aria-label": t("draft.use.number", { n: i }) }),
          button(t("compare"), () => this.diff(version.entry), { "aria-label": t("compare.number", { n: i }) })])));
    };
    const now = this.byEntry.get(this.final);
    const columns = await Promise.all([...(now ? [column(now, true, 0)] : []), ...drafts.map((version, i) => column(version, false, i + 1))]);
    redraw(this.drafts, () => this.drafts.replaceChildren(h("h2", {}, t("drafts.waiting", { n: drafts.length })), h("div", { class: "columns" }, ...columns)));
  }

  versionLine(version) {
    const final = version.entry === this.final;
    const parent = this.byEntry.get(version.parent);
    const facts = [t("words", { n: version.words }), version.model, version.cost ? money(version.cost) : null, parent && t("version.from", { number: parent.number }), version.at && ago(version.at)].filter(Boolean);
    return h("li", { class: final ? "final" : "" }, h("p", {}, h("strong", {}, this.called(version)), final ? h("span", { class: "tag" }, t("version.final")) : null),
      version.instruction ? h("p", { class: "asked", dir: "auto" }, version.instruction) : null,
      h("p", { class: "facts" }, ...facts.map((fact) => h("span", {}, fact))),
      final ? null : h("p", { class: "buttons" }, button(t("compare"), () => this.diff(version.entry), { "aria-label": t("compare.version", { number: version.number }) }),
        this.may ? button(t("restore"), () => this.accept(version.entry, null), { "aria-label": t("restore.version", { number: version.number }) }) : null));
  }

  async diff(entry) {
    await attempt(async () => {
      const found = await get(`${this.at("diff")}?a=${this.final}&b=${entry}`);
      const version = this.byEntry.get(entry);
      this.compare.replaceChildren(h("h2", {}, t("compare.with", { version: this.called(version) })),
        diffView(found, { may: this.may, take: (paragraphs) => this.accept(entry, paragraphs), keep: () => (this.waiting.includes(entry) ? this.accept(this.final, null) : this.compare.replaceChildren()) }));
      this.compare.scrollIntoView({ block: "nearest" });
    });
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
    const area = h("textarea", { class: "hand", dir: "auto", spellcheck: "true", "aria-label": t("edit.label", { title: this.section.title }), value: kept?.text ?? text });
    const save = button(t("save"), () => this.saveHand(area.value, this.base), { class: "primary" });
    this.base = kept?.base ?? base;
    this.editing = true;
    const keepTyped = later(300, () => this.editing && localStorage.setItem(this.kept, JSON.stringify({ base: this.base, text: area.value })));
    area.addEventListener("input", keepTyped);
    area.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        save.click();
      }
    });
    this.text.replaceChildren(area, kept ? h("p", { class: "quiet" }, t("edit.found")) : "", h("p", { class: "buttons" }, save, button(t("cancel"), () => this.leave())));
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
      this.compare.replaceChildren(h("h2", {}, t("merge.title")), h("p", { class: "quiet" }, t("merge.why")), mergeView(error.body, (merged) => this.saveHand(merged, error.body.theirs.entry)));
      this.compare.scrollIntoView({ block: "nearest" });
      return say(t("merge.title"));
    }
    this.editing = false;
    localStorage.removeItem(this.kept);
    this.compare.replaceChildren();
    await this.load();
    const stale = (await get(runPath(this.name))).sections.filter((section) => section.stale).length;
    offer(stale ? t("saved.stale", { n: stale }) : t("saved"), stale ? t("redo.stale", { n: stale }) : null, () => attempt(() => post(runPath(this.name, "redo-stale"))));
  }

  show(main) {
    const { section, run } = this;
    const near = (index, key) => run.sections[index] && link(pagePath(this.name, "sections", index), t(key), { title: run.sections[index].title, rel: key });
    drawBar({ back: `${pagePath(this.name)}#s${this.index}`, title: nameOf(run), tools: [near(this.index - 1, "previous"), near(this.index + 1, "next")] });
    main.replaceChildren(h("div", { class: "page section" },
      h("header", { class: "cover" }, section.chapter ? h("p", { class: "chapter", dir: "auto" }, section.chapter) : null,
        h("h1", { dir: "auto" }, h("span", { class: "no" }, String(this.index + 1)), " ", section.title), section.point ? h("p", { class: "wanted", dir: "auto" }, section.point) : null, this.facts),
      this.drafts, this.compare,
      h("div", { class: "beside" }, h("div", { class: "reading" }, this.text, h("p", { class: "buttons" }, this.edit)),
        h("div", { class: "margin" }, this.may ? h("section", { "aria-label": t("ask.title") }, h("h2", {}, t("ask.title")), askForm(this.name, section, () => this.run.state)) : null,
          h("section", { "aria-label": t("versions") }, h("h2", {}, t("versions")), this.list)))));
    follow(runPath(this.name, "events"), run.position ?? null, {
      section: async (change) => {
        if (change.index !== this.index) return;
        Object.assign(this.section, { stale: change.stale, written: change.words });
        const known = this.versions?.length;
        await this.load();
        if (this.versions.length > (known ?? 0)) say(t("version.new"));
      },
      state: (change) => {
        this.run.state = change.state;
        if (change.state === "failed") alarm(t("state.why", { state: t("state.failed"), why: change.why }));
      },
      gone: () => location.assign("/"),
    });
    return this.load();
  }
}

export default async function section(main, { me, parts: [name, index] }) {
  const [mine, run] = await Promise.all([me, get(runPath(name))]);
  if (!run.sections[Number(index)]) throw Object.assign(new Error(t("nowhere")), { status: 404 });
  await new Section(name, Number(index), run, mine).show(main);
}
