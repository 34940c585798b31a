/** An answer's text cut into lines, and which characters of each are markers of citations. */

import { unitOffsets } from "./codepoints.js";

/** @typedef {import("./types.js").Citation} Citation */
/** @typedef {{start: number, end: number, citation: Citation}} Marker in UTF-16 units of its line */
/** @typedef {{text: string, markers: Marker[], lead: boolean}} Line `lead`: what alone answers; the next line quotes its sentence. */

/**
 * The lines of an answer. What a citation supports is one line, though it be several in its article; and a "[1]" within
 * it is part of the quote and no marker.
 *
 * @param {string} text
 * @param {readonly Citation[]} citations
 * @returns {Line[]}
 */
export function answerLines(text, citations) {
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
  const spans = supported(text, citations);
  const quoted = (/** @type {number} */ place) => spans.some(({ start, end }) => start <= place && place < end);
  const ends = [...text.matchAll(/\n/g)].map((found) => found.index).filter((place) => !quoted(place));
  let begin = 0;
  return [...ends, text.length].map((end) => {
    const start = begin;
    begin = end + 1;
    const line = text.slice(start, end);
    return { text: line, markers: markers(line, (place) => quoted(start + place), byNumber), lead: spans.some((span) => span.start === start && span.leads) };
  });
}

/**
 * @param {string} text
 * @param {readonly Citation[]} citations
 * @returns {{start: number, end: number, leads: boolean}[]} in UTF-16 units
 */
function supported(text, citations) {
  const spans = citations.flatMap((citation) =>
    (citation.answer_spans ?? []).map(([start, end], place, all) => ({ start, end, leads: place === 0 && all.length > 1 })),
  );
  const units = unitOffsets(text, spans.flatMap(({ start, end }) => [start, end]));
  return spans.map(({ leads }, place) => ({ start: units[2 * place], end: units[2 * place + 1], leads }));
}

/**
 * @param {string} line
 * @param {(place: number) => boolean} quoted whether the character there belongs to what a citation supports
 * @param {Map<number, Citation>} byNumber
 * @returns {Marker[]} each with the space before it
 */
function markers(line, quoted, byNumber) {
  return [...line.matchAll(/ ?\[(\d+)\]/g)].flatMap((found) => {
    const citation = byNumber.get(Number(found[1]));
    const bracket = found.index + found[0].indexOf("[");
    return citation && !quoted(bracket) ? [{ start: found.index, end: found.index + found[0].length, citation }] : [];
  });
}
