// Two versions of a section against each other, by paragraph and then by word; and three, where it was edited meanwhile.

import { button, h } from "/assets/dom.js";
import { t } from "/assets/language.js";

const MARKS = { "-": "del", "+": "ins" };

const wordsOf = (paragraph) => paragraph.words.map(([op, text]) => (MARKS[op] ? h(MARKS[op], {}, text) : text));

function wholeOf({ kind, a, b, words }) {
  if (kind === "changed" && words?.length) return wordsOf({ words });
  if (kind === "added") return [h("ins", b)];
  return kind === "removed" ? [h("del", a)] : [a];
}

/** A diff with a choice a paragraph. `take(paragraphs)`: those that were chosen; null: all. */
export function diffView({ paragraphs }, { take, keep, may }) {
  const chosen = new Set();
  const some = button(t("diff.none"), () => take([...chosen].sort((a, b) => a - b)), { disabled: true });
  const rows = paragraphs.map((paragraph, i) => {
    const text = h("p", { dir: "auto" }, ...wholeOf(paragraph));
    if (paragraph.kind === "same" || !may) return h("li", { class: paragraph.kind }, text);
    const box = h("input", { type: "checkbox", onchange: () => {
      chosen[box.checked ? "add" : "delete"](i);
      some.disabled = !chosen.size;
      some.textContent = chosen.size ? t("diff.some", { n: chosen.size }) : t("diff.none");
    } });
    return h("li", { class: paragraph.kind }, text, h("label", box, h("span", t(`diff.${paragraph.kind}`))));
  });
  const changed = paragraphs.filter((paragraph) => paragraph.kind !== "same").length;
  return h("div.diff", h("p.quiet", t("diff.count", { n: changed })), h("ol", ...rows),
    may && h("p.buttons", button(t("diff.all"), () => take(null), { class: "primary" }), some, button(t("diff.keep"), keep)));
}

/** Mine and theirs over what both began from; conflicts are a person's choice. `done(text)`: the text that was put together. */
export function mergeView({ merge }, done) {
  const results = merge.map((row) => (row.kind === "theirs" ? row.theirs : row.mine) ?? row.base ?? "");
  const open = new Set(merge.flatMap((row, i) => (row.kind === "conflict" ? [i] : [])));
  const joined = () => results.filter((text) => text !== "").join("\n\n");
  const save = button(t("merge.save"), () => done(joined()), { class: "primary", disabled: open.size > 0 });
  const rows = merge.map((row, i) => {
    const from = row.kind !== "same" && h("span.tag", t(`merge.${row.kind}`));
    if (row.kind !== "conflict") return h("li", { class: row.kind }, h("p", { dir: "auto" }, results[i]), from);
    const choice = (label, text) => h("label", h("input", { type: "radio", name: `merge${i}`, onchange: () => {
      results[i] = text;
      open.delete(i);
      save.disabled = open.size > 0;
    } }), h("span.name", label), h("p", { dir: "auto" }, text || t("merge.nothing")));
    const mine = row.mine ?? "";
    const theirs = row.theirs ?? "";
    return h("li.conflict", h("fieldset", h("legend", t("merge.conflict")),
      choice(t("merge.mine"), mine), choice(t("merge.theirs"), theirs), mine && theirs && choice(t("merge.both"), `${mine}\n\n${theirs}`)));
  });
  return h("div.diff.merge", h("ol", ...rows), h("p.buttons", save));
}
