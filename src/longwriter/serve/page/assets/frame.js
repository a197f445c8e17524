// What stands around every view: the bar, the language, what a state is called.

import { button, h, link } from "/assets/dom.js";
import { chooseLanguage, language, money, t } from "/assets/language.js";
import { get } from "/assets/wire.js";

/** The bar above a view: where it leads back to, its title, what can be done. */
export function drawBar({ back = "/", title = "", tools = [] } = {}) {
  document.title = title ? `${title} · longwriter` : "longwriter";
  const other = language === "zh" ? "en" : "zh";
  document.getElementById("bar").replaceChildren(
    link(back, back === "/" ? [h("span.mark", "longwriter"), h("span.short", "←")] : "←",
      { class: "home", "aria-label": back === "/" ? t("home") : t("back") }),
    h("p.title", { dir: "auto" }, title),
    h("div.tools", ...tools),
    button(t("language.switch"), () => chooseLanguage(other), { class: "plain", lang: other, "aria-label": t("language.change") }),
  );
}

/** A model of the server's list, as a request names it. */
export const modelNamed = (one) => (one ? { model: one.name, ...(one.base_url && { base_url: one.base_url }) } : {});

/** A choice among the server's models, fetched when it is first looked at; empty: `same`. `chosen()`: as a request names it. */
export function modelChoice(same, onchange) {
  let models = [];
  const select = h("select", { onchange }, h("option", { value: "" }, t(same)));
  select.addEventListener("focus", async () => {
    if (models.length) return;
    ({ models } = await get("/api/models").catch(() => ({ models: [] })));
    select.append(...models.map((one, i) => h("option", { value: i }, one.name)));
  });
  return { select, chosen: () => (select.value === "" ? {} : modelNamed(models[Number(select.value)])) };
}

const SHORT = 90;

/** What a run is called: its title, else how its request begins. */
export function nameOf({ title, instruction = "", name }) {
  const line = instruction.trim().split("\n")[0];
  return title || (line.length > SHORT ? `${line.slice(0, SHORT).replace(/\s+\S*$/, "")}…` : line) || name;
}

/** What a state is called. */
export function stateName({ state, done, sections }) {
  const count = Array.isArray(sections) ? sections.length : sections;
  const finished = Array.isArray(sections) ? sections.filter((section) => section.state === "done").length : done;
  const place = state === "writing" ? Math.min((finished ?? 0) + 1, count ?? 0) : finished; // the one that is being written
  return t(`state.${state.replace(" ", "_")}`, { done: place ?? 0, n: count ?? 0 });
}

/** Why, where a state needs it. */
export const reason = ({ state, why, meter }) => {
  if (state === "ceiling" && meter?.budget) return t("ceiling.why", { cost: money(meter.cost) });
  return (state === "failed" && why) || "";
};

/** Both in a line. */
export const stateText = (run) => (reason(run) ? t("state.why", { state: stateName(run), why: reason(run) }) : stateName(run));
