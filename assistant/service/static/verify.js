/** The page that verifies an answer: a file or its text goes in, each sentence comes out with its standing. */

import { call, onKeyNeeded, ServiceError } from "./api.js";
import { byId, el, foreign, icon } from "./dom.js";
import { hush, say } from "./live.js";
import { promptForKey, startPrompts } from "./prompts.js";
import { startTheme } from "./theme.js";
import { sentence } from "./words.js";

/**
 * @typedef {import("./types.js").VerifiedBody} Verified
 * @typedef {"holds" | "unproven" | "fails"} Verdict
 */

/** @type {Record<Verdict, string>} */
const VERDICTS = { holds: "This answer holds", unproven: "This answer is not proven", fails: "This answer does not hold" };

/** @type {Record<import("./types.js").Signed, string>} */
const SIGNATURES = {
  trusted: "This server signed it.",
  "unknown key": "It is signed with a key that is not this server's, so that the signature proves nothing here.",
  broken: "Its signature does not fit: it was changed after it was signed.",
  unsigned: "It is not signed.",
};

/** As much as the server reads; an answer is far smaller. */
const MOST_BYTES = 1_000_000;
const TOO_LARGE = { message: "The file has more than a million bytes, more than any answer.", remedy: "Choose the file of one answer." };
const NOTHING = { message: "There is nothing to verify.", remedy: "Choose a file, or paste an answer's text." };

const result = byId("result", HTMLElement);
const pasted = byId("pasted", HTMLTextAreaElement);
const drop = byId("drop", HTMLElement);
const chosen = byId("answer-file", HTMLInputElement);
/** Number of the latest answer that was given; what comes of an earlier one is not shown any more. */
let latest = 0;

/**
 * @param {string} text an answer's JSON, which goes as it is: made anew, it might lack what is wrong with it
 * @param {{message: string, remedy: string}} [empty] told where there is no text
 */
async function verify(text, empty = NOTHING) {
  const own = ++latest;
  hush();
  show(el("p", { class: "waiting" }, "Verifying …"));
  try {
    if (!text.trim()) throw new ServiceError(empty);
    /** @type {Verified} */
    const found = await call("api/verify", { method: "POST", body: text });
    if (own === latest) draw(found);
  } catch (error) {
    const { message, remedy } = /** @type {ServiceError} */ (error);
    if (own !== latest) return;
    show(el("div", { class: "failure", role: "alert" }, el("h2", { id: "verdict", class: "failure-message" }, foreign(message)), el("p", {}, foreign(remedy ?? ""))));
  }
}

/** @param {File} file */
async function verifyFile(file) {
  // A larger one is not read, and so does not stop the browser.
  pasted.value = file.size <= MOST_BYTES ? await file.text() : "";
  await verify(pasted.value, file.size > MOST_BYTES ? TOO_LARGE : NOTHING);
}

/** @param {Verified} found */
function draw(found) {
  const verdict = /** @type {Verdict} */ (found.verdict);
  const heading = el("h2", { id: "verdict", tabindex: "-1" }, icon(verdict), VERDICTS[verdict]);
  const detail = el("p", {}, sentence(found.detail));
  const asked = el("p", { class: "question" }, foreign(found.question));
  const faults = found.faults.map((fault) => el("li", {}, foreign(sentence(fault))));
  const lines = found.sentences.map((one) => {
    const which = one.number > 0 && `[${one.number}] ${found.receipts.find((check) => check.number === one.number)?.article_id}: `;
    return el("li", {}, el("p", { class: "checked-text", dir: "auto" }, one.text), standing(one.standing, which && foreign(which), one.detail));
  });
  const near = found.nearest.map((check) => el("li", {}, standing(check.standing, foreign(`${check.article_id}: `), check.detail)));
  show(
    el("div", { class: `verdict ${verdict}` }, heading, detail, faults.length > 0 && el("ul", {}, ...faults)),
    asked,
    el("ol", { class: "checked", "aria-label": "Each sentence with its standing" }, ...lines),
    near.length > 0 && el("section", { class: "near-checked" }, el("h3", {}, "The closest passages"), el("ul", {}, ...near)),
    el("p", { class: "muted" }, SIGNATURES[found.signed], found.public_key && " Key: ", found.public_key && el("code", {}, found.public_key)),
    found.other_index && el("p", { class: "muted" }, origin(found, found.other_index)),
  );
  say(`${VERDICTS[verdict]}. ${sentence(found.detail)}`);
  heading.focus();
}

/**
 * @param {Verified} found
 * @param {[string, string]} fingerprints of the index that gave it, and of the one here
 * @returns {string}
 */
function origin({ receipts, nearest }, [there, here]) {
  const elsewhere = [...receipts, ...nearest].some((one) => one.standing === "elsewhere");
  if (elsewhere) return "Another index gave it, which this server does not have. Verify it where it was given.";
  return `Another index gave it, or another state of this one: ${there}; here it is ${here}.`;
}

/**
 * @param {import("./types.js").Standing} how
 * @param {...import("./dom.js").Child} words
 * @returns {HTMLElement}
 */
function standing(how, ...words) {
  const verdict = how === "holds" ? "holds" : how === "unchecked" ? "unproven" : "fails";
  return el("p", { class: `standing ${verdict}` }, icon(verdict), el("span", {}, ...words));
}

/** @param {...import("./dom.js").Child} parts */
function show(...parts) {
  result.hidden = false;
  result.replaceChildren(.../** @type {Node[]} */ (parts.filter(Boolean)));
}

onKeyNeeded(promptForKey);
startPrompts();
startTheme();
byId("given", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = chosen.files ?? [];
  if (file && !pasted.value.trim()) void verifyFile(file);
  else void verify(pasted.value);
});
chosen.addEventListener("change", () => {
  const [file] = chosen.files ?? [];
  if (file) void verifyFile(file);
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over-it");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over-it"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over-it");
  const [file] = event.dataTransfer?.files ?? [];
  if (file) void verifyFile(file);
});
byId("verify", HTMLButtonElement).disabled = false;
if (chosen.files?.[0]) void verifyFile(chosen.files[0]); // Chosen before this script ran.
