// Elements, and the lines that speak. Text is always a text node; only `prose` takes HTML, which the server has rendered.

import { t } from "/assets/language.js";

/**
 * An element "tag.class.class", its properties if there are any, its children. Properties that start with "on" are
 * listeners, booleans are attributes without value, the rest attributes; children that are false, null or undefined are none.
 */
export function h(name, ...given) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  const plain = typeof given[0] === "object" && given[0]?.constructor === Object;
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(plain ? given.shift() : {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...present(given));
  return element;
}

const present = (children) => children.flat().filter((child) => child !== null && child !== undefined && child !== false);

/** Put children in the place of those that are there. */
export const fill = (element, ...children) => element.replaceChildren(...present(children));

/** A button; `says`: its name for who cannot see a sign. */
export function button(label, press, properties = {}) {
  return h("button", { type: "button", onclick: press, ...properties }, label);
}

/** A button that shows a sign alone. */
export const signed = (sign, says, press, properties = {}) =>
  button(h("span", { "aria-hidden": "true" }, sign), press, { "aria-label": says, title: says, class: "sign", ...properties });

export const link = (href, label, properties = {}) => h("a", { href, ...properties }, label);

let hints = 0;

/** A field under its name; a hint describes it and is no part of the name. */
export function field(label, input, hint) {
  const id = `hint${hints++}`;
  if (hint) input.setAttribute("aria-describedby", id);
  return h("div.field", h("label", h("span.name", label), input), hint && h("span.hint", { id }, hint));
}

/** Put rendered Markdown in: the one place where HTML comes in, and only from the server's field `html`. */
export function prose(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const block of template.content.children) block.dir = "auto";
  element.replaceChildren(template.content);
}

/** A part of 1 as a bar; words beside it say the same. */
export function bar(part, properties = {}) {
  const element = h("span.bar", { "aria-hidden": "true", ...properties });
  element.style.setProperty("--part", Math.max(0, Math.min(1, part || 0)));
  return element;
}

const line = (id, text) => {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
};

/** Spoken politely by screen readers; shown nowhere. */
export const say = (text) => line("status", text);

/** Spoken at once, and shown until the next press. */
export function alarm(text) {
  line("alarm", text);
  document.getElementById("notes").classList.toggle("shown", Boolean(text));
}

/** Do something that may be refused; its refusal is shown. True when it was done. */
export async function attempt(action) {
  alarm("");
  try {
    await action();
    return true;
  } catch (error) {
    alarm(error.message || t("failed"));
    return false;
  }
}

/** A line at the foot with one thing that can be done about it, for a while. */
export function offer(text, label, press, seconds = 12) {
  const note = h("p.offer", h("span", text), label && button(label, async () => (note.remove(), press())),
    signed("×", t("close"), () => note.remove()));
  document.getElementById("notes").append(note);
  say(text);
  setTimeout(() => note.remove(), seconds * 1000);
}

/** That the server does not answer stands at the foot until it does: a view may be scrolled far from its head. */
export function unlinked(lost, text) {
  const notes = document.getElementById("notes");
  notes.querySelector(".unlinked")?.remove();
  if (lost) notes.append(h("p.unlinked", text));
}

/** What the next view says at its foot. */
export const leaveWord = (text) => sessionStorage.setItem("longwriter.word", text);

/** Say what the view before left. */
export function takeWord() {
  const text = sessionStorage.getItem("longwriter.word");
  sessionStorage.removeItem("longwriter.word");
  if (text) offer(text);
}

/** A dialog over the page: the browser keeps the focus inside and gives it back. */
export function dialog(title, ...children) {
  const id = `d${document.querySelectorAll("dialog").length}`;
  const box = h("dialog", { "aria-labelledby": id, onclose: () => box.remove() },
    h("header", h("h2", { id }, title), signed("×", t("close"), () => box.close())), ...children);
  document.body.append(box);
  box.showModal();
  return box;
}

/** Draw something again; what had the focus in it, by its tag and name, has it again. */
export function redraw(root, draw) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const named = (one) => `${one.tagName} ${one.ariaLabel || one.textContent}`;
  draw();
  if (!held) return;
  const again = held.isConnected ? held : [...root.querySelectorAll("a, button, input")].find((one) => named(one) === named(held));
  again?.focus({ preventScroll: true });
}

/** Call at most once in so many ms, with the last arguments. */
export function later(ms, action) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), ms);
  };
}
