/** The numbered button that stands for a citation, and the list of sources below an answer. */

import { el, foreign } from "./dom.js";
import { quoteOn } from "./tip.js";
import { provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {(citation: Citation, all: readonly Citation[]) => void} OpenCitation
 */

/**
 * @param {Citation} citation
 * @param {readonly Citation[]} all of the same answer
 * @param {OpenCitation} open
 * @returns {HTMLButtonElement}
 */
export function citationButton(citation, all, open) {
  const facts = provenance(citation);
  const label = `Source ${citation.number}: ${titleOf(citation)}${facts ? `, ${facts}` : ""}`;
  const click = () => open(citation, all);
  const button = el("button", { type: "button", class: "cite", "aria-label": label, click }, String(citation.number));
  quoteOn(button, citation);
  return button;
}

/**
 * @param {readonly Citation[]} citations
 * @param {OpenCitation} open
 * @returns {HTMLElement}
 */
export function sourceList(citations, open) {
  const rows = citations.map((citation) =>
    el(
      "li",
      {},
      el("span", { class: "source-number", "aria-hidden": "true" }, String(citation.number)),
      el(
        "button",
        { type: "button", class: "source", click: () => open(citation, citations) },
        el("span", { class: "source-title" }, foreign(titleOf(citation))),
        " ",
        el("span", { class: "source-facts" }, foreign(provenance(citation))),
      ),
    ),
  );
  return el("section", { class: "sources" }, el("h3", {}, rows.length === 1 ? "Source" : "Sources"), el("ol", {}, ...rows));
}
