/** The sources of an answer beside each other, each with all its quotes marked. */

import { call } from "./api.js";
import { byId, el, foreign, icon } from "./dom.js";
import { articleDrawn } from "./markdown.js";
import { gone, standing } from "./receipt.js";
import { provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {import("./types.js").WholeArticleBody} Article
 */

/**
 * @param {readonly Citation[]} citations
 * @param {(path: string) => string} at the same path, of the collection that is asked
 */
export async function sideBySide(citations, at) {
  const ids = [...new Set(citations.map((citation) => citation.article_id))];
  const columns = ids.map((id) => column(citations.filter((citation) => citation.article_id === id), at));
  const dialog = byId("beside", HTMLDialogElement);
  const close = el("button", { type: "button", class: "tool", "aria-label": "Close", title: "Close (Esc)", click: () => dialog.close() }, icon("close"));
  dialog.replaceChildren(el("div", { class: "beside-bar" }, el("h2", {}, "Sources side by side"), close), el("div", { class: "beside-columns" }, ...columns.map(({ element }) => element)));
  dialog.showModal();
  await Promise.all(columns.map(({ fill }) => fill()));
}

/**
 * @param {Citation[]} citations of one article
 * @param {(path: string) => string} at
 */
function column(citations, at) {
  const [first] = citations;
  const body = el("div", { class: "article-text" }, el("p", { class: "waiting" }, "Loading …"));
  const head = el("h3", {}, foreign(titleOf(first)));
  const element = el("section", { class: "beside-column", tabindex: "0", "aria-label": titleOf(first) }, head, el("p", { class: "article-facts" }, foreign(provenance(first))), body);
  const fill = async () => {
    try {
      /** @type {Article} */
      const article = await call(at(`api/articles/${encodeURIComponent(first.article_id)}`));
      body.replaceChildren(articleDrawn(article, marksOf(article, citations)));
      [...body.querySelectorAll("mark")].find((mark) => !mark.closest("[hidden]"))?.scrollIntoView({ block: "center" });
    } catch (error) {
      const { message, code } = /** @type {import("./api.js").ServiceError} */ (error);
      const quotes = citations.map((citation) => el("blockquote", { dir: "auto" }, citation.quote));
      body.replaceChildren(el("p", {}, code === "article_not_found" ? gone : message), ...quotes);
    }
  };
  return { element, fill };
}

/**
 * @param {Article} article
 * @param {Citation[]} citations
 * @returns {import("./markdown.js").Mark[]} in order and apart
 */
function marksOf(article, citations) {
  const found = citations.map((citation) => standing(article, citation)).filter((one) => one.standing !== "changed");
  let end = 0;
  return found
    .sort((a, b) => a.start - b.start)
    .flatMap((one) => {
      const start = Math.max(one.start, end);
      if (start >= one.end) return [];
      end = one.end;
      return [{ start, end, kind: /** @type {const} */ ("quote") }];
    });
}
