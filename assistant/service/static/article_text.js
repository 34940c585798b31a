/** An article's text as paragraphs, to the letter, with some of its characters marked. */

import { el } from "./dom.js";

/** @typedef {{start: number, end: number, kind: "quote" | "passage"}} Mark in UTF-16 units of the text */

/**
 * The text in paragraphs; read one after another they are the text, without the empty lines between them.
 *
 * @param {string} text
 * @param {Mark | null} mark
 * @returns {HTMLElement[]}
 */
export function paragraphs(text, mark) {
  const found = [];
  for (const block of text.matchAll(/\S(?:[^\n]|\n(?![^\S\n]*\n))*/g)) {
    const start = block.index;
    // A Markdown heading keeps its marks, so that the text stays the text; they only step back.
    const sign = block[0].match(/^#{1,6}\s+(?=[^\n]+$)/)?.[0] ?? "";
    const front = sign && el("span", { class: "syntax" }, ...marked(sign, start, mark));
    const rest = marked(block[0].slice(sign.length), start + sign.length, mark);
    found.push(el("p", { dir: "auto", class: sign ? "subhead" : null }, front, ...rest));
  }
  return found;
}

/**
 * @param {string} block
 * @param {number} at where it begins in the text
 * @param {Mark | null} mark
 * @returns {(string | HTMLElement)[]}
 */
function marked(block, at, mark) {
  const start = mark ? Math.max(mark.start - at, 0) : 0;
  const end = mark ? Math.min(mark.end - at, block.length) : 0;
  if (!mark || start >= end) return [block];
  const within = el("mark", { class: mark.kind }, block.slice(start, end));
  return [block.slice(0, start), within, block.slice(end)];
}
