/** The articles beside the chat: one of them with a sentence marked, or the list of all. */

import { call } from "./api.js";
import { paragraphs } from "./article_text.js";
import { unitOffsets } from "./codepoints.js";
import { byId, el, foreign, present } from "./dom.js";
import { standing } from "./receipt.js";
import { counted, day, followable, provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").Article} Article
 * @typedef {import("./types.js").ArticleSummary} ArticleSummary
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {import("./types.js").PassageReference} PassageReference
 * @typedef {import("./sheet.js").Sheet} Sheet
 */

const PAGE = 50;

/** What the panel shows. */
export class ArticlePanel {
  /** @param {Sheet} sheet where it stands */
  constructor(sheet) {
    this.sheet = sheet;
    this.head = byId("article-head", HTMLElement);
    this.body = byId("article-body", HTMLElement);
    this.tools = byId("article-tools", HTMLElement);
    this.asked = 0;
    byId("article-close", HTMLButtonElement).addEventListener("click", () => this.close());
  }

  close() {
    this.asked += 1;
    this.sheet.close();
  }

  /**
   * The article of a citation, its quote marked.
   *
   * @param {Citation} citation
   * @param {readonly Citation[]} all of the same answer, to go on to
   */
  async openCitation(citation, all) {
    this.#turnPages(citation, all);
    const article = await this.#fetch(citation.article_id);
    if (!article) return;
    const found = standing(article, citation);
    const mark = found.standing === "changed" ? null : { start: found.start, end: found.end, kind: /** @type {const} */ ("quote") };
    const receipt = el("p", { class: `receipt ${found.standing}` }, found.words);
    const quoted = found.standing === "changed" && el("blockquote", { dir: "auto" }, citation.quote);
    this.#draw(article, mark, [receipt, quoted]);
  }

  /**
   * An article, with the passage marked that came closest to a question, if there is one.
   *
   * @param {string} articleId
   * @param {PassageReference} [passage]
   */
  async openArticle(articleId, passage) {
    this.tools.replaceChildren();
    const article = await this.#fetch(articleId);
    if (!article) return;
    const [start, end] = passage ? unitOffsets(article.text, [passage.start, passage.end]) : [0, 0];
    const mark = passage ? { start, end, kind: /** @type {const} */ ("passage") } : null;
    this.#draw(article, mark, [passage && el("p", { class: "receipt" }, "The marked passage came closest to the question.")]);
  }

  /** All articles, a page at a time. */
  async openList() {
    this.tools.replaceChildren();
    const asked = this.#begin("The articles");
    const list = el("ol", { class: "article-list" });
    const more = el("button", { type: "button", class: "quiet" }, "More articles");
    /** @type {string | null} */
    let after = null;
    const load = async () => {
      const from = after ? `&after=${encodeURIComponent(after)}` : "";
      try {
        const page = await call(`api/articles?limit=${PAGE}${from}`);
        if (asked !== this.asked) return;
        after = page.next;
        list.append(...page.articles.map((/** @type {ArticleSummary} */ article) => this.#listed(article)));
        more.hidden = !after;
        this.body.replaceChildren(list, more);
      } catch (error) {
        this.#fail(asked, error, load);
      }
    };
    more.addEventListener("click", load);
    await load();
    if (asked === this.asked) this.head.querySelector("h2")?.focus();
  }

  /**
   * @param {ArticleSummary} article
   * @returns {HTMLElement}
   */
  #listed(article) {
    const click = async () => {
      await this.openArticle(article.article_id);
      this.tools.replaceChildren(el("button", { type: "button", class: "plain", click: () => this.openList() }, "All articles"));
    };
    const title = el("span", { class: "source-title" }, foreign(titleOf(article)));
    return el("li", {}, el("button", { type: "button", class: "source", click }, title, " ", el("span", { class: "source-facts" }, foreign(provenance(article)))));
  }

  /**
   * @param {string} articleId
   * @returns {Promise<Article | null>} null if something else is shown by now, or it cannot be read
   */
  async #fetch(articleId) {
    const asked = this.#begin("Article");
    try {
      const article = await call(`api/articles/${encodeURIComponent(articleId)}`);
      return asked === this.asked ? article : null;
    } catch (error) {
      this.#fail(asked, error, null);
      return null;
    }
  }

  /**
   * @param {string} title until the real one is there
   * @returns {number} the number of this showing
   */
  #begin(title) {
    this.head.replaceChildren(this.#heading(title));
    this.body.replaceChildren(el("p", { class: "waiting" }, "Loading …"));
    this.sheet.open();
    return ++this.asked;
  }

  /**
   * @param {number} asked
   * @param {unknown} error
   * @param {(() => void) | null} again
   */
  #fail(asked, error, again) {
    if (asked !== this.asked) return;
    const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
    const retry = again && el("button", { type: "button", class: "quiet", click: again }, "Try again");
    this.body.replaceChildren(
      el("div", { class: "failure", role: "alert" }, el("p", { class: "failure-message" }, message), el("p", {}, remedy ?? ""), retry),
    );
  }

  /**
   * @param {string} title
   * @returns {HTMLElement}
   */
  #heading(title) {
    return el("h2", { id: "article-title", tabindex: "-1" }, foreign(title));
  }

  /**
   * @param {Article} article
   * @param {import("./article_text.js").Mark | null} mark
   * @param {import("./dom.js").Child[]} notes
   */
  #draw(article, mark, notes) {
    const url = followable(article.url);
    const facts = [
      article.publisher && foreign(article.publisher),
      article.published && el("time", { datetime: article.published }, day(article.published)),
      url && el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, "Original page"),
      counted(article.characters, "character"),
    ].filter(Boolean);
    const text = el("div", { class: "article-text", lang: article.language }, ...paragraphs(article.text, mark));
    this.head.replaceChildren(
      this.#heading(titleOf(article)),
      el("p", { class: "article-facts" }, ...facts.flatMap((fact, place) => (place ? [" · ", fact] : [fact]))),
      ...present(notes),
    );
    this.body.replaceChildren(text);
    this.#show(text.querySelector("mark"));
  }

  /** @param {HTMLElement | null} mark */
  #show(mark) {
    const goal = mark ?? this.head.querySelector("h2");
    goal?.setAttribute("tabindex", "-1");
    /** @type {HTMLElement | null} */ (goal)?.focus({ preventScroll: true });
    if (mark) mark.scrollIntoView({ block: mark.offsetHeight > this.body.clientHeight / 2 ? "start" : "center" });
    else this.body.scrollTop = 0;
  }

  /**
   * Buttons for the source before and after.
   *
   * @param {Citation} citation
   * @param {readonly Citation[]} all
   */
  #turnPages(citation, all) {
    const place = all.indexOf(citation);
    const to = (/** @type {number} */ other, /** @type {string} */ words) =>
      all[other] ? el("button", { type: "button", class: "plain", click: () => this.openCitation(all[other], all) }, words) : null;
    const count = el("span", { class: "which" }, `Source ${place + 1} of ${all.length}`);
    this.tools.replaceChildren(...[to(place - 1, "Previous"), count, to(place + 1, "Next")].filter((part) => part !== null));
  }
}
