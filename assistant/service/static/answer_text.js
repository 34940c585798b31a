/** An answer's lines as elements: Markdown drawn, items of a list apart, and rows of one table put into one. */

import { el } from "./dom.js";
import { itemByItem } from "./items.js";
import { drawn, isRow, rowsDrawn } from "./markdown.js";

/**
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {import("./sentences.js").Line} Line
 */

/**
 * @param {readonly Line[]} lines
 * @param {(citation: Citation) => HTMLElement} button that stands for a citation
 * @param {boolean} [headed] whether the parts of the question stand above what answers them
 * @returns {HTMLElement[]} one for each line, or for rows of a table that follow each other
 */
export function answerDrawn(lines, button, headed = false) {
  /** @type {HTMLElement[]} */
  const found = [];
  /** @type {Line[]} */
  let rows = [];
  const flush = () => {
    if (rows.length) found.push(rowsDrawn(ordered(rows).map((row) => withButtons(row, button))));
    rows = [];
  };
  let above = "";
  for (const line of lines.flatMap(itemByItem)) {
    const part = headed ? partOf(line) : "";
    if (part !== above) {
      flush();
      above = part;
      if (part) found.push(el("h3", { class: "part", dir: "auto" }, part));
    }
    if (rows.length && (!isRow(content(line)) || bars(line) !== bars(rows[0]))) flush();
    if (isRow(content(line))) rows.push(line);
    else found.push(lineDrawn(line, button));
  }
  flush();
  return found;
}

/**
 * @param {Line} line
 * @param {(citation: Citation) => HTMLElement} button
 * @returns {HTMLElement}
 */
function lineDrawn(line, button) {
  const { text, replaced } = withButtons(line, button);
  const made = drawn(text, { replaced });
  made.classList.add("line");
  made.classList.toggle("lead", line.lead);
  return made;
}

/**
 * @param {Line} line
 * @returns {string} the part of the question that it answers, or the parts; "" if the question has one
 */
function partOf({ markers: [marker] }) {
  const named = (marker?.citation.parts ?? []).map((part) => part.question).join(" · ");
  return named.charAt(0).toUpperCase() + named.slice(1);
}

/**
 * Rows as their article has them, the head of the table first.
 *
 * @param {readonly Line[]} rows
 * @returns {readonly Line[]}
 */
function ordered(rows) {
  const cited = rows.map((row) => row.markers[0]?.citation);
  const one = cited.every((citation) => citation && citation.article_id === cited[0]?.article_id);
  return one ? [...rows].sort((a, b) => a.markers[0].citation.start - b.markers[0].citation.start) : rows;
}

/**
 * @param {Line} line
 * @param {(citation: Citation) => HTMLElement} button
 */
function withButtons({ text, markers }, button) {
  return { text, replaced: markers.map(({ start, end, citation }) => ({ start, end, node: button(citation) })) };
}

/**
 * @param {Line} line
 * @returns {string} without the markers at its end
 */
function content({ text, markers }) {
  return text.slice(0, markers[0]?.start ?? text.length);
}

/**
 * @param {Line} line
 * @returns {number}
 */
function bars(line) {
  return content(line).split("|").length;
}
