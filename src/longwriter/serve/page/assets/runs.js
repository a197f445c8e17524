// The list of runs: title, state, words, cost, last activity; live, searched, deleted with a way back.

import { attempt, bar, h, link, offer, redraw, signed, takeWord, unlinked } from "/assets/dom.js";
import { drawBar, nameOf, reason, stateName } from "/assets/frame.js";
import { ago, money, t } from "/assets/language.js";
import { follow, get, pagePath, post, runPath, send } from "/assets/wire.js";

const ACTIVE = new Set(["planning", "writing", "revising"]);

function rowOf(row, remove, readOnly) {
  const title = nameOf(row);
  return h("li", { class: `row ${ACTIVE.has(row.state) ? "active" : ""}`, "data-name": row.name },
    h("h2", { dir: "auto" }, link(pagePath(row.name), title)),
    row.instruction && row.instruction !== title && h("p.asked", { dir: "auto" }, row.instruction),
    h("p", { class: `state ${row.state.replace(" ", "_")}` }, stateName(row)),
    reason(row) && h("p.why", { dir: "auto" }, reason(row)),
    h("p.facts",
      h("span", row.asked ? t("words.of", { written: row.written ?? 0, asked: row.asked }) : t("words", { n: row.written ?? 0 })),
      row.cost ? h("span", money(row.cost)) : null,
      row.active ? h("time", { datetime: new Date(row.active * 1000).toISOString() }, ago(row.active)) : null,
      row.here === false ? h("span", t("elsewhere")) : null),
    bar(row.asked ? (row.written ?? 0) / row.asked : 0),
    !readOnly && row.here !== false && signed("×", t("delete.run", { title }), () => remove(row)));
}

export default async function runs(main, { me }) {
  const query = new URLSearchParams(location.search).get("q") || "";
  const [mine, first] = await Promise.all([me, get(`/api/runs?q=${encodeURIComponent(query)}`)]);
  const rows = new Map(first.runs.map((row) => [row.name, row]));
  let matching = query ? new Set(rows.keys()) : null; // the server searches; null: all
  const list = h("ul.runs");
  const empty = h("div.empty");
  const search = h("input", { type: "search", value: query, placeholder: t("search"), "aria-label": t("search") });

  const draw = () => {
    const shown = [...rows.values()].filter((row) => !matching || matching.has(row.name)).sort((a, b) => (b.active ?? 0) - (a.active ?? 0));
    redraw(list, () => list.replaceChildren(...shown.map((row) => rowOf(row, remove, mine.read_only))));
    empty.replaceChildren(...(shown.length ? [] : [h("p", t(search.value ? "search.none" : "runs.none"))]));
  };
  const offerBack = (undo, title) => offer(t("deleted", { title }), t("undo"), () => attempt(async () => {
    await post("/api/undo", { undo });
    for (const row of (await get("/api/runs")).runs) rows.set(row.name, row);
    draw();
  }), 30);
  const remove = async (row) => {
    let undo;
    if (!(await attempt(async () => ({ undo } = await send("DELETE", runPath(row.name)))))) return;
    rows.delete(row.name);
    draw();
    search.focus(); // the button that was pressed is gone
    offerBack(undo, nameOf(row));
  };
  let asked = 0;
  search.addEventListener("input", async () => {
    const turn = ++asked;
    const value = search.value.trim();
    history.replaceState(null, "", value ? `/?q=${encodeURIComponent(value)}` : "/");
    let found = null;
    if (value && !(await attempt(async () => (found = (await get(`/api/runs?q=${encodeURIComponent(value)}`)).runs)))) return;
    if (turn !== asked) return;
    matching = found && new Set(found.map((row) => row.name));
    for (const row of found || []) rows.set(row.name, row);
    draw();
  });

  drawBar({ tools: [!mine.read_only && link("/new", t("new"), { class: "button primary" })] });
  main.replaceChildren(h("div.page", h("div.top", h("h1", t("runs.title")), search), list, empty));
  draw();
  takeWord();
  const deleted = sessionStorage.getItem("longwriter.undo"); // left by a run's own page
  sessionStorage.removeItem("longwriter.undo");
  if (deleted) offerBack(JSON.parse(deleted).undo, JSON.parse(deleted).title);
  follow("/api/events", null, {
    rows: ({ rows: changed = [], gone = [] }) => {
      for (const row of changed) rows.set(row.name, row);
      for (const name of gone) rows.delete(name);
      draw();
    },
  }, (stands) => unlinked(!stands, t("link.lost")));
}
