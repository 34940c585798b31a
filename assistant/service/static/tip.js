/** The quote behind a citation, shown while the pointer or the keyboard is on its number. */

import { shortened } from "./codepoints.js";
import { byId, el, foreign } from "./dom.js";
import { plain } from "./markdown.js";
import { provenance, titleOf } from "./words.js";

/** @typedef {import("./types.js").Citation} Citation */

const MOST_CHARACTERS = 420;
const EDGE = 8;
/** Milliseconds in which the pointer can move from the number onto the quote. */
const GRACE = 160;

let leaving = 0;
/** @type {HTMLElement | null} */
let shownFor = null;
/** Whether the last thing that was pressed was Tab: the focus also comes back by itself, when what was opened closes. */
let tabbed = false;
/** Where the pointer was when it last moved: what stands under it changes without it, too. */
let at = { x: -1, y: -1 };

/**
 * Show a citation's quote on hover and on focus.
 *
 * @param {HTMLElement} button
 * @param {Citation} citation
 */
export function quoteOn(button, citation) {
  button.addEventListener("pointerenter", ({ pointerType, clientX, clientY }) => {
    if (pointerType !== "touch" && (clientX !== at.x || clientY !== at.y)) show(button, citation);
  });
  button.addEventListener("pointerleave", hideSoon);
  button.addEventListener("focus", () => {
    if (tabbed) show(button, citation);
  });
  button.addEventListener("blur", hideTip);
  button.addEventListener("click", hideTip);
}

/** @returns {boolean} whether there was a quote to hide */
export function hideTip() {
  clearTimeout(leaving);
  const tip = byId("tip", HTMLElement);
  const was = !tip.hidden;
  tip.hidden = true;
  shownFor?.removeAttribute("aria-describedby");
  shownFor = null;
  return was;
}

/** Let the quote stay while the pointer is over it, and go when something is pressed or the page moves under it. */
export function startTip() {
  const tip = byId("tip", HTMLElement);
  let over = false;
  // The quote itself takes no part in what the pointer does: a click goes to what it lies on.
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    at = { x: clientX, y: clientY };
    if (!shownFor) return;
    const { left, right, top, bottom } = tip.getBoundingClientRect();
    const was = over;
    over = left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
    if (over) clearTimeout(leaving);
    else if (was) hideSoon();
  });
  document.addEventListener("pointerdown", () => {
    tabbed = false;
    hideTip();
  }, { capture: true });
  document.addEventListener("keydown", (event) => (tabbed = event.key === "Tab"), { capture: true });
  document.addEventListener("scroll", hideTip, { capture: true, passive: true });
}

function hideSoon() {
  clearTimeout(leaving);
  leaving = window.setTimeout(hideTip, GRACE);
}

/**
 * @param {HTMLElement} button
 * @param {Citation} citation
 */
function show(button, citation) {
  hideTip();
  const tip = byId("tip", HTMLElement);
  tip.replaceChildren(
    el("p", { class: "tip-quote", dir: "auto" }, `“${shortened(plain(citation.quote), MOST_CHARACTERS)}”`),
    el("p", { class: "tip-title" }, foreign(titleOf(citation))),
    el("p", { class: "tip-facts" }, foreign(provenance(citation))),
  );
  tip.hidden = false;
  button.setAttribute("aria-describedby", tip.id);
  shownFor = button;
  place(tip, button.getBoundingClientRect(), button.closest(".thread")?.getBoundingClientRect().top ?? 0);
}

/**
 * Above the number, or below where there is no room above; never over what stands above the chat.
 *
 * @param {HTMLElement} tip
 * @param {DOMRect} at
 * @param {number} highest
 */
function place(tip, at, highest) {
  const { width, height } = tip.getBoundingClientRect();
  const above = at.top - height - EDGE;
  const left = Math.min(at.left + at.width / 2 - width / 2, document.documentElement.clientWidth - width - EDGE);
  tip.style.left = `${Math.max(EDGE, left)}px`;
  tip.style.top = `${above >= highest + EDGE ? above : at.bottom + EDGE}px`;
}
