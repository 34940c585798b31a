/** A quoted list, which stands on one line of an answer's text, cut into its items again. */

import { plain } from "./markdown.js";

/** @typedef {import("./sentences.js").Line} Line */

/** Between the items of a list, or between paragraphs: the mark of an item belongs to what follows. */
const BETWEEN = /\n\s*\n|\n(?=\s*(?:[-*+•·‣▪]|\d{1,9}[.)])\s)/;
const NUMBER = /^\s*\d{1,9}[.)](?=\s)/;

/**
 * A line for each item of the list that a line quotes, each with the markers of the line.
 *
 * @param {Line} line
 * @returns {Line[]} the line itself where it does not quote a list to the letter
 */
export function itemByItem(line) {
  const [marker] = line.markers;
  const pieces = marker && !line.lead ? marker.citation.quote.split(BETWEEN).filter((piece) => piece.trim()) : [];
  if (pieces.length < 2) return [line];
  const said = line.text.slice(0, marker.start);
  const tail = line.text.slice(marker.start);
  const cuts = cutsOf(said, pieces.map(letters));
  if (!cuts) return [line];
  return [...cuts, said.length].map((end, place) => {
    const text = said.slice(cuts[place - 1] ?? 0, end).trim();
    const by = text.length - marker.start;
    const markers = line.markers.map((one) => ({ ...one, start: one.start + by, end: one.end + by }));
    return { text: text + tail, markers, lead: false };
  });
}

/**
 * @param {string} piece of an article
 * @returns {string} its letters and digits as they are read, a number before it with them
 */
function letters(piece) {
  const number = piece.match(NUMBER)?.[0] ?? "";
  return lettersOf(number + plain(piece.slice(number.length)));
}

/**
 * @param {string} text
 * @returns {string}
 */
function lettersOf(text) {
  return text.replace(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * Where in a text, at white space, one piece ends and the next begins.
 *
 * @param {string} said the pieces; the first may stand behind the date of its article
 * @param {readonly string[]} pieces their letters
 * @returns {number[] | null} null if the text is not these pieces
 */
function cutsOf(said, pieces) {
  const before = lettersOf(said).length - pieces.join("").length;
  if (!lettersOf(said).endsWith(pieces.join("")) || pieces.includes("")) return null;
  let due = before;
  const dues = [before, ...pieces.map((piece) => (due += piece.length))].slice(before ? 0 : 1, -1);
  /** @type {number[]} */
  const cuts = [];
  let read = 0;
  for (const { 0: letter, index } of said.matchAll(/[\p{L}\p{N}]/gu)) {
    read += letter.length;
    if (read !== dues[cuts.length]) continue;
    const space = said.slice(index).search(/\s/);
    if (space < 0) return null;
    cuts.push(index + space);
  }
  return cuts.length === dues.length ? cuts : null;
}
