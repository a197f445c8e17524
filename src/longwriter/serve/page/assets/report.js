// The report: the verdict, what the checks found, lengths as bars, repetition; each finding leads to its paragraph.

import { h, link } from "/assets/dom.js";
import { drawBar, nameOf } from "/assets/frame.js";
import { money, number, percent, t } from "/assets/language.js";
import { exportLinks } from "/assets/panel.js";
import { get, pagePath, runPath } from "/assets/wire.js";

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

/** Shares of repeated text, from the beginning of the text to its end. */
function along(shares) {
  const width = 600;
  const height = 90;
  const top = Math.max(0.1, ...shares);
  const step = width / shares.length;
  const says = t("repetition.along", { values: shares.map(percent).join(", ") });
  const bars = shares.map((share, i) => {
    const tall = Math.max(1, (share / top) * height);
    return svg("rect", { x: i * step + 1, y: height - tall, width: Math.max(1, step - 2), height: tall });
  });
  const box = { viewBox: `0 0 ${width} ${height + 2}`, role: "img", "aria-label": says, preserveAspectRatio: "none" };
  return h("figure.along", svg("svg", box, ...bars), h("figcaption", h("span", t("repetition.start")),
    h("span", t("repetition.top", { value: percent(top) })), h("span", t("repetition.end"))));
}

export default async function report(main, { me, parts: [name] }) {
  const [mine, run, found] = await Promise.all([me, get(runPath(name)), get(runPath(name, "report"))]);
  const at = (section, paragraph) => `${pagePath(name)}#s${section}${paragraph === undefined ? "" : `p${paragraph}`}`;
  const verdict = found.verdict.filter((finding) => finding.text);
  const finding = ({ kind, ok, text, at: place }) => h("li", { class: ok ? "ok" : "fault" },
    h("span.unseen", t(ok ? "finding.ok" : "finding.fault")), h("span", { dir: "auto" }, t(`finding.${kind}.${ok ? "ok" : "fault"}`, { text })),
    place && link(at(place.section, place.paragraph), t("finding.show"), { "aria-label": t("finding.show.of", { text }) }));
  const passage = ({ section, paragraph, text, earlier }) => h("li", h("q", { dir: "auto" }, text), " ",
    link(at(section, paragraph), t("finding.section", { n: section + 1 })),
    earlier && link(at(earlier.section, earlier.paragraph), t("finding.earlier", { n: earlier.section + 1 })));
  const spot = ({ section, paragraph, text }) => h("span", h("q", { dir: "auto" }, text), " ",
    link(at(section, paragraph), t("finding.section", { n: section + 1 })));
  const check = ({ message, places }) => h("li", h("p", { dir: "auto" }, message), ...places.map(spot));
  const { repetition, spent, checks = [] } = found;
  const notes = (found.notes || []).filter((note) => !verdict.some((one) => one.text === note));
  const passages = repetition.passages || [];
  const cost = spent?.cost ?? null;
  drawBar({ back: pagePath(name), title: nameOf(run), tools: exportLinks(name, mine.exports || []) });
  main.replaceChildren(h("div.page.report", h("h1", t("report")),
    !found.finished && h("p.quiet", t("report.unfinished")),
    verdict.length ? h("ul.verdict", ...verdict.map(finding)) : h("p.quiet", t("report.nothing")),
    notes.length > 0 && h("ul.facts", ...notes.map((note) => h("li", { dir: "auto" }, note))),
    cost !== null && h("p.facts", h("span", t("report.spent", { cost: money(cost) }))),
    checks.length > 0 && h("section", { "aria-label": t("checks") }, h("h2", t("checks")), h("p.quiet", t("checks.told")),
      h("ol.passages.checks", ...checks.map(check))),
    h("section", { "aria-label": t("lengths") }, h("h2", t("lengths")), lengths(found.lengths, at)),
    h("section", { "aria-label": t("repetition") }, h("h2", t("repetition")),
      h("p", t("repetition.share", { share: percent(repetition.share || 0) })),
      repetition.along?.length > 0 && along(repetition.along),
      passages.length > 0 && h("ol.passages", ...passages.map(passage)))));
}
