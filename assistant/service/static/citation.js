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
  const attributes = { type: "button", class: "cite", "aria-label": label, "data-receipt": receiptOf(citation), click };
  const button = el("button", attributes, String(citation.number));
  quoteOn(button, citation);
  return button;
}

/**
 * Point out the numbers whose quote is shown beside the chat.
 *
 * @param {Citation | null} citation null for none
 */
export function pointOut(citation) {
  const shown = citation && receiptOf(citation);
  for (const button of document.querySelectorAll(".cite")) {
    if (button instanceof HTMLElement && button.dataset.receipt === shown) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/**
 * @param {Citation} citation
 * @returns {string} the same for citations of the same characters
 */
function receiptOf({ article_id: id, sha256, start, end }) {
  return `${id} ${sha256} ${start} ${end}`;
}

/**
 * The articles that an answer quotes, each once, with the numbers of what it quotes of them.
 *
 * @param {readonly Citation[]} citations
 * @param {OpenCitation} open
 * @returns {HTMLElement}
 */
export function sourceList(citations, open) {
  /** @type {Map<string, Citation[]>} */
  const byArticle = new Map();
  for (const citation of citations) byArticle.set(citation.article_id, [...(byArticle.get(citation.article_id) ?? []), citation]);
  const rows = [...byArticle.values()].map((quoted) => {
    const [first] = quoted;
    const numbers = quoted.map((citation) => citation.number).join(", ");
    const title = el("span", { class: "source-title" }, foreign(titleOf(first)));
    const facts = el("span", { class: "source-facts" }, foreign(provenance(first)));
    const row = el("button", { type: "button", class: "source", click: () => open(first, citations) }, title, " ", facts);
    return el("li", {}, el("span", { class: "source-number", "aria-hidden": "true" }, numbers), row);
  });
  return el("section", { class: "sources" }, el("h3", {}, rows.length === 1 ? "Source" : "Sources"), el("ol", {}, ...rows));
}
