// The report: the verdict, lengths as bars, repetition along the text; each finding leads to its paragraph.

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

function lengths(rows, at) {
  const most = Math.max(1, ...rows.flatMap((row) => [row.planned || 0, row.written || 0]));
  const line = (row) => {
    const bar = h("span", { class: "length", "aria-hidden": "true" }, h("span", { class: "got" }), h("span", { class: "want" }));
    bar.style.setProperty("--got", (row.written || 0) / most);
    bar.style.setProperty("--want", (row.planned || 0) / most);
    const off = row.written ? (row.written - row.planned) / row.planned : null;
    return h("tr", {}, h("th", { scope: "row" }, link(at(row.number - 1), h("span", {}, h("span", { class: "no" }, String(row.number)), " ", h("bdi", {}, row.title)))),
      h("td", { class: "bars" }, bar), h("td", {}, number(row.written || 0)), h("td", { class: "quiet" }, number(row.planned || 0)),
      h("td", { class: off !== null && Math.abs(off) > 0.25 ? "off" : "quiet" }, off === null ? "–" : off === 0 || Math.abs(off) < 0.005 ? percent(0) : `${off > 0 ? "+" : "−"}${percent(Math.abs(off))}`));
  };
  return h("table", { class: "lengths" }, h("caption", { class: "unseen" }, t("lengths")),
    h("thead", {}, h("tr", {}, ...["section", "bar", "written", "planned", "off"].map((name) => h("th", { scope: "col" }, name === "bar" ? h("span", { class: "unseen" }, t("lengths.bar")) : t(`lengths.${name}`))))),
    h("tbody", {}, ...rows.map(line)));
}

/** Shares of repeated text, from the beginning of the text to its end. */
function along(shares) {
  const width = 600;
  const height = 90;
  const top = Math.max(0.1, ...shares);
  const step = width / shares.length;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height + 2}`, role: "img", "aria-label": t("repetition.along", { values: shares.map(percent).join(", ") }), preserveAspectRatio: "none" });
  shares.forEach((share, i) => picture.append(svg("rect", { x: i * step + 1, y: height - Math.max(1, (share / top) * height), width: Math.max(1, step - 2), height: Math.max(1, (share / top) * height) })));
  return h("figure", { class: "along" }, picture, h("figcaption", {}, h("span", {}, t("repetition.start")), h("span", {}, t("repetition.top", { value: percent(top) })), h("span", {}, t("repetition.end"))));
}

export default async function report(main, { me, parts: [name] }) {
  const [mine, run, found] = await Promise.all([me, get(runPath(name)), get(runPath(name, "report"))]);
  const at = (section, paragraph) => `${pagePath(name)}#s${section}${paragraph === undefined || paragraph === null ? "" : `p${paragraph}`}`;
  const verdict = found.verdict.filter((finding) => finding.text);
  const finding = ({ ok, text, at: place }) => h("li", { class: ok ? "ok" : "fault" }, h("span", { class: "unseen" }, t(ok ? "finding.ok" : "finding.fault")),
    h("span", { dir: "auto" }, text), place ? link(at(place.section, place.paragraph), t("finding.show"), { "aria-label": t("finding.show.of", { text }) }) : null);
  const { repetition, spent } = found;
  const passages = repetition.passages || [];
  const cost = typeof spent === "number" ? spent : spent?.cost;
  drawBar({ back: pagePath(name), title: nameOf(run), tools: exportLinks(name, mine.exports || []) });
  main.replaceChildren(h("div", { class: "page report" }, h("h1", {}, t("report")),
    found.finished ? null : h("p", { class: "quiet" }, t("report.unfinished")),
    verdict.length ? h("ul", { class: "verdict" }, ...verdict.map(finding)) : h("p", { class: "quiet" }, t("report.nothing")),
    found.notes?.length ? h("ul", { class: "facts notes" }, ...found.notes.filter((note) => !verdict.some((one) => one.text === note)).map((note) => h("li", { dir: "auto" }, note))) : null,
    cost === null || cost === undefined ? null : h("p", { class: "facts" }, h("span", {}, t("report.spent", { cost: money(cost) }))),
    h("section", { "aria-label": t("lengths") }, h("h2", {}, t("lengths")), lengths(found.lengths, at)),
    h("section", { "aria-label": t("repetition") }, h("h2", {}, t("repetition")),
      h("p", {}, t("repetition.share", { share: percent(repetition.share || 0) })),
      repetition.along?.length ? along(repetition.along) : null,
      passages.length ? h("ol", { class: "passages" }, ...passages.map((one) => h("li", {}, h("q", { dir: "auto" }, one.text), " ", link(at(one.section, one.paragraph), t("finding.section", { n: one.section + 1 })),
        one.earlier ? link(at(one.earlier.section, one.earlier.paragraph), t("finding.earlier", { n: one.earlier.section + 1 })) : null))) : null)));
}
