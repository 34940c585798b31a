/** Files sent to the server as articles, as many at a time as it takes. */

import { call } from "./api.js";
import { el, foreign } from "./dom.js";
import { counted, sentence } from "./words.js";

/** @typedef {import("./types.js").FileOutcome} Outcome */

/** What index/text/formats/table.py reads; a server of another version refuses what it does not know. */
export const FORMATS = "text, Markdown, HTML, PDF, Word, e-mail, CSV or JSON Lines";
export const SUFFIXES = ".txt,.text,.md,.markdown,.html,.htm,.pdf,.docx,.eml,.csv,.jsonl";
const MOST_FILES = 20;
const MOST_BYTES = 15_000_000;
/** @type {Record<Outcome["status"], string>} */
const STATUS = { added: "Added", changed: "Replaced", unchanged: "Known already", failed: "Not added" };

/**
 * Send files, and go on with the others where some are refused.
 *
 * @param {readonly File[]} files
 * @param {string} path where they are sent to
 * @param {(words: string, done: number) => void} progress
 * @returns {Promise<Outcome[]>} what became of each
 */
export async function sendFiles(files, path, progress) {
  /** @type {Outcome[]} */
  const all = [];
  for (const batch of batches(files)) {
    const done = all.length;
    progress(files.length > batch.length ? `Reading ${done + 1} to ${done + batch.length} of ${files.length} files …` : `Reading ${counted(batch.length, "file")} …`, done);
    const form = new FormData();
    for (const file of batch) form.append("files", file);
    try {
      all.push(...(await call(path, { method: "POST", body: form })).files);
    } catch (error) {
      const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
      all.push(...batch.map((file) => ({ file: file.name, status: /** @type {const} */ ("failed"), articles: [], detail: `${message} ${remedy}` })));
    }
  }
  return all;
}

/**
 * @param {readonly Outcome[]} sent
 * @returns {HTMLElement}
 */
export function told(sent) {
  const count = (/** @type {Outcome["status"]} */ status) => sent.filter((one) => one.status === status).reduce((sum, one) => sum + Math.max(one.articles.length, 1), 0);
  const failed = count("failed");
  const counts = [
    count("added") && `${counted(count("added"), "article")} added`,
    count("changed") && `${counted(count("changed"), "article")} replaced`,
    count("unchanged") && `${counted(count("unchanged"), "article")} known already`,
    failed && failed < sent.length && `${counted(failed, "file")} not added`,
  ].filter(Boolean);
  const words = counts.length ? `${counts.join(", ")}.` : "Nothing was added.";
  const rows = sent.map(({ file, status, detail }) =>
    el("li", { class: status }, el("span", { class: "file-status" }, STATUS[status]), " ", el("span", {}, foreign(file), detail && ": ", detail && foreign(sentence(detail.replace(`${file}: `, ""))))),
  );
  return el("div", { class: "outcome" }, el("p", {}, words), el("ul", { tabindex: "0", "aria-label": "What became of each file" }, ...rows));
}

/**
 * @param {readonly File[]} files
 * @returns {File[][]}
 */
export function batches(files) {
  /** @type {File[][]} */
  const found = [];
  let bytes = 0;
  for (const file of files) {
    const last = found.at(-1);
    if (!last || last.length === MOST_FILES || bytes + file.size > MOST_BYTES) {
      found.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return found;
}
