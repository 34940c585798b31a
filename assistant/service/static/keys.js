/** The page's keys: "/" to the question, Ctrl-K for everything by name, "?" for help, arrows through sources. */

import { byId, el } from "./dom.js";

/** What the help lists. */
const KEYS = [
  ["/", "Write a question"],
  ["Enter", "Ask; Shift+Enter begins a line"],
  ["Ctrl K", "Find a conversation, an article or a command"],
  ["← →", "Source, or marked word, before and after, while an article is open"],
  ["W", "Read the article wide, or beside the chat"],
  ["Esc", "Close what is open; stop an answer"],
  ["?", "Show this help"],
];

/**
 * @param {object} heard
 * @param {() => void} heard.ask
 * @param {() => void} heard.palette
 * @param {(step: 1 | -1) => boolean} heard.turn whether there was a source to turn to
 * @param {() => boolean} heard.widen whether an article is open
 */
export function startKeys({ ask, palette, turn, widen }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      return palette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const over = document.querySelector("dialog[open]");
    if (over && over.id !== "article-dialog") return;
    const done =
      event.key === "ArrowLeft" ? turn(-1)
      : event.key === "ArrowRight" ? turn(1)
      : event.key.toLowerCase() === "w" ? widen()
      : over ? false
      : event.key === "/" ? (ask(), true)
      : event.key === "?" ? (showKeys(), true)
      : false;
    if (done) event.preventDefault();
  });
}

/** Show the help, with the list of keys. */
export function showKeys() {
  const rows = KEYS.flatMap(([key, words]) => [el("dt", {}, ...key.split(" ").map((one) => el("kbd", {}, one))), el("dd", {}, words)]);
  byId("keys-list", HTMLElement).replaceChildren(...rows);
  byId("keys", HTMLDialogElement).showModal();
}

/**
 * @param {EventTarget | null} where
 * @returns {boolean} whether keys there write, choose or scroll
 */
function typing(where) {
  return where instanceof HTMLElement && where.matches("input, textarea, select, summary, [contenteditable], .table, .beside-column");
}
