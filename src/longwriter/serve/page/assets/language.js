// The words of the page, English or Chinese, and numbers and dates as that language writes them.

const KEY = "longwriter.language";
const KNOWN = ["en", "zh"];
let words = {};
let plural = new Intl.PluralRules("en");

/** The language in force. */
export let language = "en";

const chosen = () => {
  const kept = localStorage.getItem(KEY);
  const wanted = [kept, ...navigator.languages].filter(Boolean).map((name) => name.slice(0, 2));
  return wanted.find((name) => KNOWN.includes(name)) || "en";
};

/** Load the words: those that were chosen here, else the first of the browser's languages that is known. */
export async function loadLanguage() {
  language = chosen();
  words = await (await fetch(`/assets/${language}.json`)).json();
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}

/** Change it; the page is drawn again. */
export function chooseLanguage(name) {
  localStorage.setItem(KEY, name);
  location.reload();
}

/** The text of a key, with {names} filled in; one that depends on a number `n` has its plural forms as KEY.one, KEY.other. */
export function t(key, values = {}) {
  const found = words[key] ?? words[`${key}.${plural.select(Number(values.n ?? 0))}`] ?? words[`${key}.other`] ?? key;
  return found.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? number(values[name]) : String(values[name] ?? "")));
}

export const number = (value) => new Intl.NumberFormat(language).format(value);

export const percent = (part) => new Intl.NumberFormat(language, { style: "percent" }).format(part);

/** US dollars; small sums keep two digits that say something. */
export function money(value) {
  if (value === null || value === undefined) return t("money.unknown");
  if (value === 0) return t("money.free");
  const digits = value > 0 && value < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `$${new Intl.NumberFormat(language, digits).format(value)}`;
}

/** "3 minutes ago" of a time in unix seconds. */
export function ago(at) {
  if (!at) return "";
  const seconds = at - Date.now() / 1000;
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, s]) => Math.abs(seconds) >= s) || ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** A stretch of minutes. */
export function minutes(value) {
  if (value === null || value === undefined) return "";
  if (value < 1) return t("time.short");
  return value < 90 ? t("time.minutes", { n: Math.round(value) }) : t("time.hours", { n: Math.round(value / 6) / 10 });
}
