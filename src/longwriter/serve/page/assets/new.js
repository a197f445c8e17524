// A new text: what is wanted, what it will take, and then the button.

import { alarm, attempt, field, h, later } from "/assets/dom.js";
import { drawBar, modelNamed } from "/assets/frame.js";
import { minutes, money, number, t } from "/assets/language.js";
import { get, pagePath, post, sendFile } from "/assets/wire.js";

function forecast(estimate) {
  const fact = (name, value, more) => h("div", h("dt", name), h("dd", value, more && h("small", more)));
  const cached = estimate.cost_cached < estimate.cost && t("estimate.cached", { cost: money(estimate.cost_cached) });
  const parts = { input: estimate.prompt_tokens, output: estimate.completion_tokens };
  return h("dl.forecast",
    fact(t("estimate.words"), number(estimate.words), estimate.assumed ? t("estimate.assumed") : t("sections", { n: estimate.sections })),
    fact(t("estimate.calls"), number(estimate.calls)),
    fact(t("estimate.tokens"), number(parts.input + parts.output), t("estimate.parts", parts)),
    fact(t("estimate.cost"), money(estimate.cost), estimate.cost_cached !== null && cached),
    fact(t("estimate.time"), minutes(estimate.minutes)));
}

export default async function fresh(main, { me }) {
  const [mine, known] = await Promise.all([me, get("/api/models").catch(() => ({ models: [] }))]);
  const numeric = (properties) => h("input", { type: "number", inputmode: "decimal", min: 0, ...properties });
  const prompt = h("textarea", { rows: 5, required: true, dir: "auto", placeholder: t("new.example") });
  const words = numeric({ step: 1, min: 1, placeholder: t("new.words.auto") });
  const budget = numeric({ step: "any", placeholder: t("new.budget.none") });
  const model = h("select", known.models.length ? null : h("option", { value: "" }, t("new.model.default")),
    ...known.models.map((one, i) => (one.about === "default" ? h("option", { value: "" }, one.name)
      : h("option", { value: i }, [one.name, one.about].filter(Boolean).join(" · ")))));
  const context = h("select", ...["auto", "full", "window"].map((name) => h("option", { value: name }, t(`context.${name}`))));
  const plan = h("textarea", { rows: 8, dir: "auto", placeholder: t("new.plan.example") });
  const draft = h("input", { type: "file", accept: ".docx,.epub,.html,.htm,.md,.markdown,.txt" });
  const behind = h("input", { type: "text", dir: "auto", placeholder: t("new.draft.end") });
  const approve = h("input", { type: "checkbox" });
  const review = h("input", { type: "checkbox" });
  const says = h("div.estimate", { "aria-live": "polite" }, h("p", t("estimate.first")));
  const go = h("button.primary", { disabled: true }, t("new.write"));

  const wanted = () => {
    const named = model.value === "" ? {} : modelNamed(known.models[Number(model.value)]);
    const limits = { words: Number(words.value), max_cost: Number(budget.value) };
    const set = Object.fromEntries(Object.entries(limits).filter(([, value]) => value));
    const own = plan.value.trim() ? { plan: plan.value } : {};
    return { prompt: prompt.value.trim(), context: context.value, ...set, ...named, ...own };
  };
  /** With a draft there is nothing to estimate before it is read: it can be imported at once. */
  const drafted = () => {
    turn += 1;
    prompt.required = false;
    go.disabled = mine.read_only;
    go.textContent = t("new.import");
    says.replaceChildren(h("p", t(words.value ? "new.draft.planned" : "new.draft.kept")));
  };
  let stands = ""; // the request that the estimate on the page is of
  let turn = 0;
  const forecastNow = later(450, async () => {
    const request = wanted();
    const mineTurn = ++turn;
    if (!request.prompt) return;
    says.replaceChildren(h("p.quiet", t("estimate.under_way")));
    try {
      const estimate = await post("/api/estimate", request);
      if (mineTurn !== turn) return;
      says.replaceChildren(forecast(estimate));
      const over = request.max_cost && estimate.cost > request.max_cost;
      if (over) says.append(h("p.warn", t("estimate.over", { budget: money(request.max_cost) })));
      stands = JSON.stringify(request);
    } catch (error) {
      if (mineTurn !== turn) return;
      says.replaceChildren(h("p.warn", error.message));
    }
    go.disabled = mine.read_only || stands !== JSON.stringify(wanted());
  });
  const changed = (event) => {
    if (event?.target === draft) approve.checked = draft.files.length > 0;
    if (draft.files.length) return drafted();
    prompt.required = true;
    go.textContent = t("new.write");
    turn += 1;
    go.disabled = stands !== JSON.stringify(wanted()) || !prompt.value.trim();
    if (!prompt.value.trim()) says.replaceChildren(h("p", t("estimate.first")));
    else if (go.disabled) forecastNow();
  };
  const begin = async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    const order = { ...wanted(), approve: approve.checked, review: review.checked, start: true };
    const [file] = draft.files;
    const imported = () => {
      const { prompt: instruction, plan: _, ...rest } = order;
      return sendFile("/api/import", file, { ...rest, name: file.name, instruction, continue_from: behind.value });
    };
    let made;
    if (await attempt(async () => (made = await (file ? imported() : post("/api/runs", order))))) location.assign(pagePath(made.name));
    else go.disabled = false;
  };

  drawBar();
  document.title = `${t("new.title")} · longwriter`;
  main.replaceChildren(h("form.page.new", { onsubmit: begin, oninput: changed },
    h("h1", t("new.title")),
    h("label.field.wish", h("span.unseen", t("new.prompt")), prompt),
    h("div.fields", field(t("new.words"), words), field(t("new.model"), model), field(t("new.context"), context),
      field(t("new.budget"), budget)),
    h("details", h("summary", t("new.draft")), field(t("new.draft.file"), draft, t("new.draft.hint")),
      field(t("new.draft.from"), behind, t("new.draft.from.hint"))),
    h("details", h("summary", t("new.plan")), field(t("new.plan.label"), plan, t("new.plan.hint"))),
    h("div.choices", h("label", approve, h("span", t("new.approve"))), h("label", review, h("span", t("new.review")))),
    says, h("p.end", go)));
  if (mine.read_only) alarm(t("read_only"));
}
