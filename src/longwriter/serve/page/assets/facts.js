// What is so in a text: a person's facts, which go before all others, and those that the text states.

import { attempt, button, dialog, field, fill, h, link } from "/assets/dom.js";
import { t } from "/assets/language.js";
import { get, pagePath, runPath, send } from "/assets/wire.js";

const RELATIONS = ["eyes", "hair", "age", "born", "died", "kin:brother", "number:rooms"];

/** The facts of a run in a dialog. */
export async function facts(name, readOnly) {
  const yours = h("ul.snapshots.told", { "aria-label": t("facts.yours") });
  const found = h("ul.snapshots.told", { "aria-label": t("facts.found") });
  const input = (more = {}) => h("input", { type: "text", dir: "auto", required: true, maxlength: 300, ...more });
  const [subject, relation, value] = [input(), input({ list: "relations" }), input()];
  let own = [];
  const words = (fact) => `${fact.subject}: ${fact.relation.replace(/^(kin|number):/, "")} ${fact.value}`;
  const item = (fact, press, key) => h("li",
    h("span", { dir: "auto" }, words(fact), fact.until && h("small", ` (${t("facts.until", { n: fact.until })})`),
      fact.quote && h("q.quiet", fact.quote)),
    fact.at && link(`${pagePath(name)}#s${fact.at.section}p${fact.at.paragraph}`, t("finding.section", { n: fact.at.section + 1 }),
      { onclick: () => box.close() }),
    !readOnly && button(t(`facts.${key}`), press, { "aria-label": t(`facts.${key}.of`, { fact: words(fact) }) }));
  const draw = async () => {
    const all = (await get(runPath(name, "ledger"))).facts;
    own = all.filter((fact) => fact.source === "user");
    fill(yours, ...own.map((fact) => item(fact, () => keep(own.filter((one) => one !== fact)), "drop")),
      !own.length && h("li.quiet", t("facts.none")));
    fill(found, ...all.filter((fact) => fact.source !== "user").map((fact) => item(fact, () => change(fact), "change")));
    if (!found.children.length) found.append(h("li.quiet", t("facts.none")));
  };
  const keep = (chosen) => attempt(async () => {
    const fact = chosen.map((one) => ({ subject: one.subject, relation: one.relation, value: one.value, until: one.until ?? null }));
    await send("PUT", runPath(name, "ledger"), { fact });
    await draw();
  });
  const change = (fact) => {
    [subject.value, relation.value, value.value] = [fact.subject, fact.relation, fact.value];
    value.select();
  };
  const add = async (event) => {
    event.preventDefault();
    const fact = { subject: subject.value, relation: relation.value, value: value.value };
    const beside = (one) => one.subject !== fact.subject || one.relation !== fact.relation || one.relation.startsWith("kin:");
    if (await keep([...own.filter(beside), fact])) event.target.reset();
  };
  const box = dialog(t("facts"), h("p.quiet", t("facts.hint")),
    !readOnly && h("form", { onsubmit: add },
      h("div.fields", field(t("facts.subject"), subject), field(t("facts.relation"), relation), field(t("facts.value"), value)),
      h("button.primary", t("facts.add"))),
    h("datalist", { id: "relations" }, ...RELATIONS.map((one) => h("option", { value: one }))),
    h("h3", t("facts.yours")), yours, h("h3", t("facts.found")), found);
  await attempt(draw);
}
