// What the checks found, and what a person does about it: says that it is right, lets it be mended, takes an edit back.

import { attempt, bar, button, field, fill, h, link, offer, redraw, say } from "/assets/dom.js";
import { modelChoice } from "/assets/frame.js";
import { t } from "/assets/language.js";
import { get, pagePath, post, runPath, spokenPath } from "/assets/wire.js";

const FREE = new Set(["finished", "paused", "unfinished", "plan", "ceiling", "failed", "review", "approval"]);

/** How far a revision is; it may wait for its turn. */
const progress = ({ state, revising }) => t(state === "to revise" ? "mend.queued" : "mend.progress", { n: revising.total, ...revising });

/** A text before ("-") or after ("+") its change, with the words that differ marked. */
const side = (words, mark) => words.filter(([op]) => op === "=" || op === mark)
  .map(([op, text]) => (op === mark ? h(mark === "-" ? "del" : "ins", text) : text));

/** The findings of a run with their buttons, and what came of the last revision. `again()`: draw the whole report anew. */
export class Findings {
  constructor(name, run, me, again) {
    Object.assign(this, { name, run, me, again, left: new Set(), found: [], revision: { over: true, findings: [] }, more: 0 });
    this.model = modelChoice("ask.model.same", () => this.drawTools());
    this.title = h("h2", { tabindex: -1 }, t("checks"));
    this.list = h("ol.passages.checks");
    this.tools = h("div.mending");
    this.hidden = h("div");
    this.came = h("section.came", { "aria-label": t("mend.came") });
    this.root = h("section", { "aria-label": t("checks") }, this.title, h("p.quiet", t("checks.told")), this.list, this.tools, this.hidden);
  }

  /** Whether this page may change the text at the moment. */
  get may() {
    return !this.me.read_only && this.run.here !== false && FREE.has(this.run.state);
  }

  get chosen() {
    return this.found.filter((one) => one.mend === "" && !one.dismissed && !this.left.has(one.key)).map((one) => one.key);
  }

  /** `more`: findings that are not shown. */
  take(found, revision, more) {
    Object.assign(this, { found, revision, more });
    this.root.hidden = !found.length;
    this.draw();
  }

  /** What the stream says of the run. */
  async state(change) {
    const { revising: before, state } = this.run;
    Object.assign(this.run, change);
    const { revising } = this.run;
    if (revising && (revising.done !== before?.done || state !== this.run.state)) {
      say(progress(this.run));
      this.revision = await get(spokenPath(this.name, "revision")).catch(() => this.revision);
    }
    this.draw();
    if (before && !revising) await this.again();
  }

  do(path, body, after) {
    return async () => (await attempt(() => post(runPath(this.name, path), body()))) && after?.();
  }

  dismiss(one) {
    const told = { findings: [one.key] };
    const undo = this.do("dismissed", () => ({ again: told.findings }), this.again);
    return this.do("dismissed", () => told, async () => {
      await this.again();
      this.title.focus();
      offer(t("checks.dismissed"), t("undo"), undo);
    });
  }

  spot({ section, paragraph, text }) {
    return h("span", h("q", { dir: "auto" }, text), " ",
      link(`${pagePath(this.name)}#s${section}p${paragraph}`, t("finding.section", { n: section + 1 })));
  }

  item(one) {
    const said = h("span", { dir: "auto" }, one.message);
    const box = one.mend === "" && this.may && h("input", { type: "checkbox", checked: !this.left.has(one.key), onchange: (event) => {
      this.left[event.target.checked ? "delete" : "add"](one.key);
      this.drawTools();
    } });
    return h("li", box ? h("label", box, said) : h("p", said), ...one.places.map((place) => this.spot(place)),
      one.mend && h("small", t("mend.not", { why: one.mend })),
      this.may && button(t("checks.right"), this.dismiss(one), { class: "small", "aria-label": t("checks.right.of", { text: one.message }) }));
  }

  draw() {
    const gone = this.found.filter((one) => one.dismissed);
    const shown = this.found.filter((one) => !one.dismissed);
    redraw(this.list, () => fill(this.list, ...shown.map((one) => this.item(one)), !shown.length && h("li.quiet", t("checks.none")),
      this.more > 0 && h("li.quiet", t("checks.more", { n: this.more }))));
    const back = (one) => this.may && button(t("checks.again"), this.do("dismissed", () => ({ again: [one.key] }), this.again),
      { class: "small", "aria-label": t("checks.again.of", { text: one.message }) });
    const open = Boolean(this.hidden.querySelector("details[open]"));
    const past = (one) => h("li", h("p", { dir: "auto" }, one.message), ...one.places.map((place) => this.spot(place)), back(one));
    fill(this.hidden, gone.length > 0 && h("details", { open }, h("summary", t("checks.gone", { n: gone.length })),
      h("ol.passages.checks", ...gone.map(past))));
    this.drawTools();
    this.drawCame();
  }

  /** What can be done now; while it is done, how far it is. */
  drawTools() {
    const { revising } = this.run;
    const { small, why, over, waiting } = this.revision;
    const mendable = this.found.some((one) => one.mend === "" && !one.dismissed);
    const n = this.chosen.length, halted = !over && waiting > 0;
    redraw(this.tools, () => fill(this.tools, ...(revising ? [
      h("p", progress(this.run)), bar(revising.done / Math.max(1, revising.total)),
      !this.me.read_only && h("p.buttons", button(t("mend.stop"), this.do("pause", () => ({}))))] : [
      why && h("p.warn", { dir: "auto" }, t("mend.halted", { why })),
      this.may && (mendable || halted) && h("p.buttons",
        button(t("mend", { n }), this.do("revision", () => ({ findings: this.chosen, ...this.model.chosen() })), { class: "primary", disabled: !n }),
        halted && button(t("mend.on"), this.do("revision", () => ({ on: true })))),
      this.may && mendable && field(t("ask.model"), this.model.select, t(small && !this.model.select.value ? "mend.small" : "mend.hint"))])));
  }

  drawCame() {
    const { findings, more, by } = this.revision;
    this.came.hidden = !findings.length;
    const change = (edit) => h("div.change", h("p", h("span.name", t("mend.before")), h("span.said", { dir: "auto" }, side(edit.words, "-"))),
      h("p", h("span.name", t("mend.after")), h("span.said", { dir: "auto" }, side(edit.words, "+"))),
      h("p.buttons", link(pagePath(this.name, "sections", edit.section), t("finding.section", { n: edit.section + 1 })),
        edit.stands ? this.may && button(t("mend.back"), this.do("revision/back", () => ({ entry: edit.entry }), this.again),
          { class: "small", "aria-label": t("mend.back.of", { text: edit.after }) }) : h("span.quiet", t("mend.back.done"))));
    redraw(this.came, () => fill(this.came, h("h2", t("mend.came")),
      by && h("p.quiet", t("mend.by", { model: by })), h("ol.passages.checks", ...findings.map((one) => h("li",
      h("p", h(`span.tag.${one.state}`, t(`mend.${one.state}`)), " ", h("span", { dir: "auto" }, one.message)),
      one.why && h("small", { dir: "auto" }, one.why), ...one.edits.map(change)))), more > 0 && h("p.quiet", t("checks.more", { n: more }))));
  }
}
