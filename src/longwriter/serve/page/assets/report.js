// The report: the verdict, what the checks found, style, lengths as bars, repetition; each finding leads to its paragraph.

import { attempt, fill, h, later, leaveWord, link, redraw, unlinked } from "/assets/dom.js";
import { drawBar, nameOf } from "/assets/frame.js";
import { money, number, percent, t } from "/assets/language.js";
import { Findings } from "/assets/mend.js";
import { exportLinks } from "/assets/panel.js";
import { follow, get, pagePath, runPath, spokenPath } from "/assets/wire.js";

const NS = "http://www.w3.org/2000/svg";

const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

function deviation(off) {
  if (off === null) return "–";
  const sign = Math.abs(off) < 0.005 ? "" : off > 0 ? "+" : "−";
  return `${sign}${percent(Math.abs(off))}`;
}

function lengths(rows, at) {
  const most = Math.max(1, ...rows.flatMap((row) => [row.planned || 0, row.written || 0]));
  const line = (row) => {
    const bar = h("span.length", { "aria-hidden": "true" }, h("span.got"), h("span.want"));
    bar.style.setProperty("--got", (row.written || 0) / most);
    bar.style.setProperty("--want", (row.planned || 0) / most);
    const off = row.written ? (row.written - row.planned) / row.planned : null;
    const title = h("span", h("span.no", String(row.number)), " ", h("bdi", row.title));
    return h("tr", h("th", { scope: "row" }, link(at(row.number - 1), title)),
      h("td.bars", bar), h("td", number(row.written || 0)), h("td.quiet", number(row.planned || 0)),
      h("td", { class: Math.abs(off) > 0.25 ? "off" : "quiet" }, deviation(off)));
  };
  const heads = ["section", "bar", "written", "planned", "off"].map((name) =>
    h("th", { scope: "col" }, h(name === "bar" ? "span.unseen" : "span", t(`lengths.${name}`))));
  return h("table.lengths", h("caption.unseen", t("lengths")), h("thead", h("tr", ...heads)),
    h("tbody", ...rows.map(line)));
}

/** Parts of 1 from the beginning of the text to its end, as bars. */
function along(shares, key, top) {
  const width = 600;
  const height = 90;
  const step = width / shares.length;
  const says = t(key, { values: shares.map(percent).join(", ") });
  const bars = shares.map((share, i) => {
    const tall = Math.max(1, (share / top) * height);
    return svg("rect", { x: i * step + 1, y: height - tall, width: Math.max(1, step - 2), height: tall });
  });
  const box = { viewBox: `0 0 ${width} ${height + 2}`, role: "img", "aria-label": says, preserveAspectRatio: "none" };
  return h("figure.along", svg("svg", box, ...bars), h("figcaption", h("span", t("repetition.start")),
    h("span", t("repetition.top", { value: percent(top) })), h("span", t("repetition.end"))));
}

/** How near a text in a voice keeps to it. */
function style({ own, others, along: curve }) {
  const parts = curve.map((one) => one.percentile / 100);
  return h("section", { "aria-label": t("style") }, h("h2", t("style")),
    h("p", own === null ? t("style.short") : t("style.own", { share: percent(own / 100) }),
      others !== null && ` ${t("style.others", { share: percent(others / 100) })}`),
    parts.length > 0 && along(parts, "style.along", 1), parts.length > 0 && h("p.hint", t("style.told")));
}

export default async function report(main, { me, parts: [name] }) {
  const [mine, run] = await Promise.all([me, get(runPath(name))]);
  const page = h("div.page.report");
  const exports = h("div.buttons", { role: "group", "aria-label": t("export") }, ...exportLinks(run, mine.exports || []));
  const load = async () => {
    const [found, revision] = await Promise.all([get(spokenPath(name, "report")), get(spokenPath(name, "revision"))]);
    draw(page, name, found, findings, exports);
    findings.take(found.checks || [], revision, found.checks_more);
  };
  const findings = new Findings(name, run, mine, () => attempt(load));
  await load();
  drawBar({ back: pagePath(name), title: nameOf(run) });
  main.replaceChildren(page);
  const changed = later(400, findings.again);
  follow(runPath(name, "events"), run.position ?? null, {
    state: (change) => findings.state(change),
    section: () => !findings.run.revising && changed(),
    gone: () => {
      leaveWord(t("gone", { title: nameOf(run) }));
      location.assign("/");
    },
  }, (stands) => unlinked(!stands, t("link.lost")));
}

function draw(page, name, found, findings, exports) {
  const at = (section, paragraph) => `${pagePath(name)}#s${section}${paragraph === undefined ? "" : `p${paragraph}`}`;
  const verdict = found.verdict.filter((finding) => finding.text);
  const finding = ({ kind, ok, text, at: place }) => h("li", { class: ok ? "ok" : "fault" },
    h("span.unseen", t(ok ? "finding.ok" : "finding.fault")), h("span", { dir: "auto" }, t(`finding.${kind}.${ok ? "ok" : "fault"}`, { text })),
    place && link(at(place.section, place.paragraph), t("finding.show"), { "aria-label": t("finding.show.of", { text }) }));
  const { repetition, spent } = found;
  const notes = (found.notes || []).filter((note) => !verdict.some((one) => one.text === note));
  const cost = spent?.cost ?? null;
  const shares = repetition.along || [];
  redraw(page, () => fill(page, h("h1", t("report")),
    !found.finished && h("p.quiet", t("report.unfinished")),
    verdict.length ? h("ul.verdict", ...verdict.map(finding)) : h("p.quiet", t("report.nothing")),
    notes.length > 0 && h("ul.facts", ...notes.map((note) => h("li", { dir: "auto" }, note))),
    cost !== null && h("p.facts", h("span", t("report.spent", { cost: money(cost) }))), exports,
    findings.root, findings.came, found.style && style(found.style),
    h("section", { "aria-label": t("lengths") }, h("h2", t("lengths")), lengths(found.lengths, at)),
    h("section", { "aria-label": t("repetition") }, h("h2", t("repetition")),
      h("p", t("repetition.share", { share: percent(repetition.share || 0) })),
      shares.length > 0 && along(shares, "repetition.along", Math.max(0.1, ...shares)))));
}
