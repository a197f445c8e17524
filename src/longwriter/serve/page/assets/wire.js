// The server: JSON in both directions, and events that go on where they stopped.

import { language, t } from "/assets/language.js";

/** What the server, or the way to it, said no to. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body?.error?.message || t(status ? "refused" : "unreachable", { status }));
    this.status = status;
    this.body = body;
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refusal(0, null);
  }
  if (answer.status === 204) return {};
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, body);
  return body;
}

export const get = (path) => ask(path, {});

export const send = (method, path, body = {}) =>
  ask(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json", "x-longwriter": "1" } });

export const post = (path, body) => send("POST", path, body);

/** Send a file as it is; what is said of it stands in the address. */
export const sendFile = (path, file, told) =>
  ask(`${path}?${new URLSearchParams(told)}`,
    { method: "POST", body: file, headers: { "content-type": "application/octet-stream", "x-longwriter": "1" } });

export const runPath = (name, ...rest) => ["/api/runs", encodeURIComponent(name), ...rest].join("/");
/** The same, for what says sentences in the language of the page. */
export const spokenPath = (...names) => `${runPath(...names)}?language=${language}`;
export const pagePath = (name, ...rest) => ["/runs", encodeURIComponent(name), ...rest].join("/");

const ASLEEP_MS = 20_000;
const RETRY_MS = 1_500;

/**
 * Follow a stream of events. The browser asks again by itself after a cut, with the last id it saw; here are the cases in
 * which it does not: an answer that is no stream (a proxy's 502 while the server starts again), and a page that was hidden.
 * A hidden page lets go of its connection, because a browser has six for a host over HTTP/1.1, and goes on from its position.
 * `on`: handlers by event name; `linked(bool)`: whether the stream stands; returns a function that ends it.
 */
export function follow(path, since, on, linked = () => {}) {
  let position = since;
  let source = null;
  let timer = 0;
  const open = () => {
    clearTimeout(timer);
    source = new EventSource(position === null ? path : `${path}?since=${position}`);
    source.onopen = () => linked(true);
    source.onerror = () => {
      linked(false);
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
    for (const [name, handle] of Object.entries(on)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) position = event.lastEventId;
        handle(JSON.parse(event.data));
      });
    }
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const seen = () => {
    if (!document.hidden) {
      clearTimeout(timer);
      if (!source || source.readyState === EventSource.CLOSED) open();
    } else if (source) timer = setTimeout(close, ASLEEP_MS);
  };
  document.addEventListener("visibilitychange", seen);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && !source && open());
  open();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    close();
  };
}
