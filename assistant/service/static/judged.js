/** What stands under an answer about the answer: how likely it is, and how a model's sentences were judged. */

import { el, foreign } from "./dom.js";
import { plain } from "./markdown.js";
import { counted, likelihood, percent } from "./words.js";

/**
 * @typedef {import("./types.js").StoredAnswer} Answer
 * @typedef {import("./types.js").SentenceVerdict} Verdict
 */

/** @type {Record<string, string>} */
const SUPPORT = { quoted: "Quoted", paraphrased: "Paraphrased", joined: "Joined from several sentences" };
/** @type {Record<string, string>} */
const FATE = { marked: ", its source added", corrected: ", its source corrected" };

/**
 * @param {Answer} answer
 * @returns {HTMLElement | null} null where its confidence is no probability, as of an overview
 */
export function confidenceOf({ status, scope, confidence }) {
  if (scope || status === "help") return null;
  const words = `The articles ${likelihood(confidence)} this: ${percent(confidence)}.`;
  return el("p", { class: "confidence" }, el("meter", { min: "0", max: "1", value: String(confidence), "aria-hidden": "true" }), words);
}

/**
 * @param {Answer} answer
 * @returns {HTMLElement | null} null where no model wrote
 */
export function judgedOf({ writing }) {
  if (!writing?.sentences.length) return null;
  const kept = writing.sentences.filter((one) => one.fate !== "dropped").length;
  const dropped = writing.sentences.length - kept;
  const counts = [kept && `${counted(kept, "sentence")} borne out by the articles`, dropped && `${counted(dropped, "sentence")} left out`];
  const rows = writing.sentences.map((one) => el("li", { class: one.fate }, el("p", { dir: "auto" }, plain(one.text)), el("p", { class: "verdict-words" }, ...verdict(one))));
  return el(
    "details",
    { class: "judged" },
    el("summary", {}, `How the model was checked: ${counts.filter(Boolean).join(", ")}`),
    el("ol", {}, ...rows),
  );
}

/**
 * @param {Verdict} one
 * @returns {(Node | string)[]}
 */
function verdict({ fate, support, score, reason, article_id: article }) {
  const source = article ? [": ", foreign(article)] : [];
  if (fate === "dropped") return [`Left out: ${reason ?? "no passage bears it out"}`, ...source];
  return [`${SUPPORT[support ?? ""] ?? "Borne out"}${FATE[fate] ?? ""}, ${percent(score)}`, ...source];
}
