/** Passages that a search over all texts found, with the words that were looked for marked. */

import { unitOffsets } from "./codepoints.js";
import { el, foreign } from "./dom.js";
import { drawn } from "./markdown.js";
import { provenance, titleOf } from "./words.js";

/** Characters of a passage that are shown, and of these how many before the first hit. */
const SHOWN = 260;
const BEFORE = 70;
const BLOCKS = "p, h3, h4, h5, h6, ul, ol, li, blockquote, pre, div, table, thead, tbody, tr, th, td";

/**
 * @param {import("./types.js").FoundPassage} passage
 * @param {() => void} click
 * @returns {HTMLElement}
 */
export function passageRow(passage, click) {
  const title = el("span", { class: "source-title" }, foreign(titleOf(passage)));
  const facts = el("span", { class: "source-facts" }, foreign(provenance(passage)));
  return el("li", { class: "passage" }, el("button", { type: "button", class: "source", click }, title, " ", facts), excerpt(passage));
}

/**
 * @param {import("./types.js").FoundPassage} passage
 * @returns {HTMLElement}
 */
function excerpt({ text, start, hits }) {
  const units = unitOffsets(text, hits.flat().map((offset) => offset - start));
  const from = units[0] > BEFORE ? text.lastIndexOf(" ", units[0] - BEFORE) + 1 : 0;
  const cut = text.lastIndexOf(" ", from + SHOWN);
  const to = from + SHOWN < text.length && cut > units[1] ? cut : text.length;
  const marks = hits
    .map((_, place) => ({ start: units[2 * place] - from, end: units[2 * place + 1] - from, kind: /** @type {const} */ ("hit") }))
    .filter((mark) => mark.end <= to - from);
  const made = drawn(text.slice(from, to), { marks });
  made.classList.add("excerpt");
  if (from > 0) outermost(made, "firstElementChild").prepend("… ");
  if (to < text.length) outermost(made, "lastElementChild").append(" …");
  return made;
}

/**
 * The block at one end of some text in which its words stand, as an item within a list.
 *
 * @param {Element} made
 * @param {"firstElementChild" | "lastElementChild"} side
 * @returns {Element}
 */
function outermost(made, side) {
  const next = made[side];
  return next?.matches(BLOCKS) ? outermost(next, side) : made;
}
