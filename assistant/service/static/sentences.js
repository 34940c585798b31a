/** An answer's text cut into lines, and lines into words and markers. */

import { unitOffsets } from "./codepoints.js";

/** @typedef {import("./types.js").Citation} Citation */
/** @typedef {{text: string} | {citation: Citation}} Piece */
/** @typedef {{pieces: Piece[], lead: boolean}} Line `lead`: what alone answers; the next line quotes its sentence. */

/**
 * The lines of an answer. A "[1]" within what a citation supports is part of the quote and no marker.
 *
 * @param {string} text
 * @param {readonly Citation[]} citations
 * @returns {Line[]}
 */
export function answerLines(text, citations) {
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
  const spans = supported(text, citations);
  const lines = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const begin = at;
    at += line.length + 1;
    const lead = spans.some((span) => span.start === begin && span.leads);
    lines.push({ pieces: pieces(line, (place) => spans.some((s) => s.start <= begin + place && begin + place < s.end), byNumber), lead });
  }
  return lines;
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
 * @returns {Piece[]}
 */
function pieces(line, quoted, byNumber) {
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (const marker of line.matchAll(/ ?\[(\d+)\]/g)) {
    const citation = byNumber.get(Number(marker[1]));
    const bracket = marker.index + marker[0].indexOf("[");
    if (!citation || quoted(bracket)) continue;
    if (marker.index > at) found.push({ text: line.slice(at, marker.index) });
    found.push({ citation });
    at = marker.index + marker[0].length;
  }
  if (at < line.length) found.push({ text: line.slice(at) });
  return found;
}
