/** An answer as text to paste elsewhere, with its sources; files to save. */

import { el } from "./dom.js";
import { provenance, titleOf } from "./words.js";

/**
 * @param {import("./types.js").StoredAnswer} answer
 * @returns {string}
 */
export function withCitations(answer) {
  const open = answer.unanswered.map((part) => `The articles do not answer: ${part}`);
  const sources = answer.citations.map((citation) => {
    const facts = [provenance(citation), citation.url].filter(Boolean).join(", ");
    return `[${citation.number}] ${titleOf(citation)}${facts ? ` (${facts})` : ""}\n    “${citation.quote.trim()}”`;
  });
  return [answer.question, answer.note, answer.text, ...open, sources.join("\n")].filter(Boolean).join("\n\n");
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text); // Browsers offer the clipboard only over HTTPS and on this machine.
  }
}

/**
 * Have the browser save a file.
 *
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * @param {string} text
 * @returns {boolean}
 */
function copiedTheOldWay(text) {
  const before = document.activeElement;
  const area = el("textarea", { class: "sr-only", "aria-hidden": "true", tabindex: "-1" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
