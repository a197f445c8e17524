// What can be asked for a section: written again, or drafts beside it; and what can be done with a whole run.

import { attempt, button, dialog, field, h, link, offer } from "/assets/dom.js";
import { modelChoice, nameOf } from "/assets/frame.js";
import { ago, t } from "/assets/language.js";
import { get, post, runPath, send } from "/assets/wire.js";

const FACTORS = { same: undefined, shorter: 0.7, longer: 1.4 };

const WAITING = new Set(["paused", "unfinished", "ceiling", "failed", "plan", "approval", "review"]);

/** The form by which a section is asked for again. `state()`: of the run by now; `done`: called after the server took it. */
export function askForm(name, section, state, done) {
  const instruction = h("textarea", { rows: 2, dir: "auto", placeholder: t("ask.example") });
  const length = h("select", ...Object.keys(FACTORS).map((key) => h("option", { value: key }, t(`ask.${key}`))));
  const count = h("select", ...[1, 2, 3, 4].map((n) => h("option", { value: n }, t("drafts", { n }))));
  const { select: model, chosen } = modelChoice("ask.model.same", () => fits());
  const again = button(t("ask.redo"), () => redo(), { title: t("ask.redo.hint") });
  const only = h("p.hint", { hidden: true }, t("ask.redo.only"));
  const fits = () => {
    again.disabled = model.value !== "" || Number(count.value) > 1; // both are of drafts: a text is decided on before it is another's
    only.hidden = !again.disabled;
  };
  count.addEventListener("change", fits);
  const wanted = () => {
    const factor = FACTORS[length.value];
    return { instruction: instruction.value.trim(), ...(factor ? { words: Math.round((section.words || section.written) * factor) } : {}) };
  };
  const sent = (path, body, says) => async () => {
    if (await attempt(() => post(runPath(name, "sections", section.index, path), body()))) {
      const waits = path === "redo" && WAITING.has(state());
      const text = t(waits ? "ask.redo.waits" : says, { title: section.title });
      offer(text, waits && t("go"), () => attempt(() => post(runPath(name, "go"))));
      done?.();
    }
  };
  const drafts = () => ({ ...wanted(), count: Number(count.value), ...chosen() });
  const redo = sent("redo", wanted, "ask.redo.sent");
  return h("div.ask",
    field(t("ask.instruction"), instruction),
    h("div.fields", field(t("ask.length"), length), field(t("ask.count"), count), field(t("ask.model"), model)),
    h("p.buttons",
      button(t("ask.drafts"), sent("drafts", drafts, "ask.drafts.sent"), { class: "primary" }),
      again), only);
}

/** Points in time to go back to. */
export async function snapshots(name, readOnly) {
  const list = h("ul.snapshots");
  const called = h("input", { type: "text", dir: "auto", required: true, maxlength: 80 });
  const draw = async () => {
    const { snapshots: kept } = await get(runPath(name, "snapshots"));
    list.replaceChildren(...kept.map((one) => h("li", h("span", { dir: "auto" }, one.name || t("snapshot.unnamed")), h("time", ago(one.at)),
      !readOnly && button(t("restore"), async () => {
        if (await attempt(() => post(runPath(name, "snapshots", one.entry, "restore")))) {
          box.close();
          offer(t("restored", { title: one.name }));
        }
      }, { "aria-label": t("restore.of", { title: one.name }) }))));
    if (!kept.length) list.append(h("li.quiet", t("snapshots.none")));
  };
  const keep = async (event) => {
    event.preventDefault();
    if (await attempt(() => post(runPath(name, "snapshots"), { name: called.value.trim() }))) {
      called.value = "";
      await draw();
    }
  };
  const box = dialog(t("snapshots"), h("p.quiet", t("snapshots.hint")),
    !readOnly && h("form.inline", { onsubmit: keep }, field(t("snapshot.name"), called), h("button.primary", t("snapshot.keep"))), list);
  await attempt(draw);
}

/** The links by which a text leaves: one for each form that the server offers; lists of references where it has sources. */
export const exportLinks = ({ name, cites }, forms) =>
  forms.filter((form) => cites || !["bib", "json"].includes(form)).map((form) => {
    const said = t(`export.${form}`);
    return link(runPath(name, "export", form), said, { download: "", class: "button", "aria-label": `${t("export")}: ${said}` });
  });

/** Delete a run and go to the list, where the way back is offered. */
export async function remove(run) {
  let undo;
  if (await attempt(async () => ({ undo } = await send("DELETE", runPath(run.name))))) {
    sessionStorage.setItem("longwriter.undo", JSON.stringify({ undo, title: nameOf(run) }));
    location.assign("/");
  }
}
