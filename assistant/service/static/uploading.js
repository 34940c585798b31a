/** Files sent to the server as articles, as many at a time as it takes. */

import { call } from "./api.js";
import { el, foreign } from "./dom.js";
import { counted } from "./words.js";

/** @typedef {import("./types.js").UploadedBody} Uploaded */

const MOST_FILES = 20;
const MOST_BYTES = 15_000_000;

/**
 * Send files, and go on with the others where some are refused.
 *
 * @param {readonly File[]} files
 * @param {string} path where they are sent to
 * @param {(words: string) => void} progress
 * @returns {Promise<Uploaded>}
 */
export async function sendFiles(files, path, progress) {
  /** @type {Uploaded} */
  const all = { added: [], changed: [], unchanged: [], failed: [] };
  let done = 0;
  for (const batch of batches(files)) {
    progress(files.length > batch.length ? `Reading ${done + 1} to ${done + batch.length} of ${files.length} files …` : `Reading ${counted(batch.length, "file")} …`);
    const form = new FormData();
    for (const file of batch) form.append("files", file);
    try {
      const part = /** @type {Uploaded} */ (await call(path, { method: "POST", body: form }));
      for (const what of /** @type {const} */ (["added", "changed", "unchanged", "failed"])) all[what].push(...part[what]);
    } catch (error) {
      const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
      all.failed.push(`${message} ${remedy}${batch.length > 1 ? ` None of these ${batch.length} files was taken.` : ""}`);
    }
    done += batch.length;
  }
  return all;
}

/**
 * @param {Uploaded} sent
 * @returns {HTMLElement}
 */
export function told({ added, changed, unchanged, failed }) {
  const counts = [
    added.length && `${counted(added.length, "article")} added`,
    changed.length && `${counted(changed.length, "article")} replaced`,
    unchanged.length && `${counted(unchanged.length, "article")} known already`,
  ].filter(Boolean);
  const words = counts.length ? `${counts.join(", ")}.` : "Nothing was added.";
  const faults = failed.map((fault) => el("li", {}, foreign(fault)));
  return el("div", { class: "outcome" }, el("p", {}, words), faults.length > 0 && el("ul", { class: "small-error" }, ...faults));
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
