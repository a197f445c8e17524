// Which view a path is, and the way in where the server asks for a token.

import { alarm, attempt, field, h, link } from "/assets/dom.js";
import { drawBar } from "/assets/frame.js";
import { loadLanguage, t } from "/assets/language.js";
import { get, post } from "/assets/wire.js";

const VIEWS = [
  [/^\/$/, "runs.js"],
  [/^\/new$/, "new.js"],
  [/^\/runs\/([^/]+)$/, "run.js"],
  [/^\/runs\/([^/]+)\/outline$/, "outline.js"],
  [/^\/runs\/([^/]+)\/sections\/(\d+)$/, "section.js"],
  [/^\/runs\/([^/]+)\/report$/, "report.js"],
];

function askForToken(main) {
  const token = h("input", { type: "password", autocomplete: "current-password", required: true });
  const enter = async (event) => {
    event.preventDefault();
    if (await attempt(() => post("/api/login", { token: token.value }))) location.reload();
  };
  drawBar({ title: t("login.title") });
  main.replaceChildren(h("form.page.narrow", { onsubmit: enter }, h("h1", t("login.title")),
    field(t("login.token"), token, t("login.hint")), h("button.primary", t("login.enter"))));
}

async function start() {
  await loadLanguage();
  document.getElementById("skip").textContent = t("skip");
  const main = document.getElementById("main");
  let path = "";
  try {
    path = decodeURI(location.pathname).replace(/(.)\/$/, "$1");
  } catch { /* no address of ours is written so */ }
  const [pattern, file] = VIEWS.find(([shape]) => shape.test(path)) || [];
  if (!file) {
    drawBar();
    main.replaceChildren(h("div.page.narrow", h("h1", t("nowhere")), link("/", t("home"))));
    return;
  }
  const view = import(`/assets/${file}`);
  try {
    const me = get("/api/me");
    await (await view).default(main, { me, parts: location.pathname.match(pattern)?.slice(1).map(decodeURIComponent) ?? [] });
  } catch (error) {
    if (error.status === 401) return askForToken(main);
    if (error.status === undefined) throw error;
    drawBar();
    const title = t(error.status === 404 ? "nowhere" : "failed");
    main.replaceChildren(h("div.page.narrow", h("h1", title), h("p", error.message), link("/", t("home"))));
    alarm(error.message);
  }
}

start();
