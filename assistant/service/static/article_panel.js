/** An article beside the chat, a sentence of it marked; the list of all stands in the same place. */

import { call } from "./api.js";
import { ArticlePages, pageOf } from "./article_pages.js";
import { pointOut } from "./citation.js";
import { unitOffsets } from "./codepoints.js";
import { byId, el, foreign, present } from "./dom.js";
import { articleDrawn } from "./markdown.js";
import { gone, standing } from "./receipt.js";
import { sideBySide } from "./side_by_side.js";
import { counted, day, followable, provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").WholeArticleBody} Article
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {import("./types.js").PassageReference} PassageReference
 * @typedef {import("./sheet.js").Sheet} Sheet
 */

/** What the panel shows. */
export class ArticlePanel {
  /**
   * @param {Sheet} sheet where it stands
   * @param {(path: string, name?: string) => string} at the same path, of the collection that is asked or of another
   */
  constructor(sheet, at) {
    this.sheet = sheet;
    this.inCollection = at;
    /** @type {string | undefined} The collection of what is shown, if it is another than the one that is asked. */
    this.collection = undefined;
    this.at = (/** @type {string} */ path) => this.inCollection(path, this.collection);
    this.head = byId("article-head", HTMLElement);
    this.body = byId("article-body", HTMLElement);
    this.tools = byId("article-tools", HTMLElement);
    this.asked = 0;
    /** @type {((step: 1 | -1) => void) | null} Goes to the source, or the hit, before or after the one that is shown. */
    this.turn = null;
    /** @type {"text" | "pages"} How an article that has both is shown: as the last one was. */
    this.view = "text";
    byId("article-close", HTMLButtonElement).addEventListener("click", () => this.close());
    this.wide = byId("article-wide", HTMLButtonElement);
    this.wide.addEventListener("click", () => this.widen(!this.reading));
  }

  /** Whether it has the room of the chat too. */
  get reading() {
    return document.body.classList.contains("reading");
  }

  /** @param {boolean} wide whether it takes the room of the chat */
  widen(wide) {
    document.body.classList.toggle("reading", wide);
    this.wide.setAttribute("aria-pressed", String(wide));
    if (this.shown) [...this.body.querySelectorAll("mark")].find((mark) => !mark.closest("[hidden]"))?.scrollIntoView({ block: "center" });
  }

  /**
   * @param {string | undefined} collection whose articles are opened next; the one that is asked if there is none
   * @returns {this}
   */
  of(collection) {
    this.collection = collection;
    return this;
  }

  close() {
    this.asked += 1;
    this.turn = null;
    pointOut(null);
    this.widen(false);
    this.sheet.close();
  }

  /** Whether it is open. */
  get shown() {
    return this.sheet.opened;
  }

  /**
   * The article of a citation, its quote marked.
   *
   * @param {Citation} citation
   * @param {readonly Citation[]} all of the same answer, to go on to
   */
  async openCitation(citation, all) {
    this.#turnPages(citation, all);
    const fetching = this.#fetch(citation.article_id, () => this.#drawGone(citation));
    this.turn = (step) => {
      const other = all[all.indexOf(citation) + step];
      if (other) void this.openCitation(other, all);
    };
    const article = await fetching;
    pointOut(citation);
    if (!article) return;
    const found = standing(article, citation);
    const mark = found.standing === "changed" ? null : { start: found.start, end: found.end, kind: /** @type {const} */ ("quote") };
    const receipt = el("p", { class: `receipt ${found.standing}` }, found.words);
    const quoted = found.standing === "changed" && el("blockquote", { dir: "auto" }, citation.quote);
    this.#draw(article, mark ? [mark] : [], [receipt, quoted]);
  }

  /**
   * An article with every word of a search marked, and buttons from one to the next.
   *
   * @param {string} articleId
   * @param {string} query
   * @param {import("./dom.js").Child} back to where it was found
   */
  async openHits(articleId, query, back) {
    this.tools.replaceChildren();
    const article = await this.#fetch(articleId, undefined, query);
    if (!article) return;
    const units = unitOffsets(article.text, article.hits.flat());
    const marks = article.hits.map((_, place) => ({ start: units[2 * place], end: units[2 * place + 1], kind: /** @type {const} */ ("hit") }));
    this.#draw(article, marks, []);
    this.#turnHits(present([back]));
  }

  /** @param {(Node | string)[]} back */
  #turnHits(back) {
    const all = [...this.body.querySelectorAll("mark")].filter((mark) => !mark.closest("[hidden]"));
    let at = 0;
    const count = el("span", { class: "which", role: "status" });
    const go = (/** @type {number} */ step) => {
      at = (at + step + all.length) % all.length;
      for (const mark of all) mark.classList.toggle("now", mark === all[at]);
      all[at].scrollIntoView({ block: "center" });
      count.textContent = `${at + 1} of ${all.length}`;
    };
    this.turn = all.length ? go : null;
    const button = (/** @type {number} */ step, /** @type {string} */ words) => el("button", { type: "button", class: "plain", click: () => go(step) }, words);
    this.tools.replaceChildren(...back, ...(all.length ? [button(-1, "Previous"), count, button(1, "Next")] : []));
    if (all.length) go(0);
  }

  /**
   * An article, with a passage of it marked, if there is one.
   *
   * @param {string} articleId
   * @param {Pick<PassageReference, "start" | "end">} [passage]
   * @param {string} [why] it is marked
   */
  async openArticle(articleId, passage, why = "The marked passage came closest to the question.") {
    this.tools.replaceChildren();
    const article = await this.#fetch(articleId);
    if (!article) return;
    const [start, end] = passage ? unitOffsets(article.text, [passage.start, passage.end]) : [0, 0];
    const mark = passage ? { start, end, kind: /** @type {const} */ ("passage") } : null;
    this.#draw(article, mark ? [mark] : [], [passage && el("p", { class: "receipt" }, why)]);
  }

  /**
   * @param {string} articleId
   * @param {() => void} [missing] told where there is no such article any more
   * @param {string} [query] words whose places are asked for
   * @returns {Promise<Article | null>} null if something else is shown by now, or it cannot be read
   */
  async #fetch(articleId, missing, query) {
    const asked = this.begin("Article");
    try {
      const hits = query ? `?query=${encodeURIComponent(query)}` : "";
      const article = await call(this.at(`api/articles/${encodeURIComponent(articleId)}${hits}`));
      return asked === this.asked ? article : null;
    } catch (error) {
      const lost = /** @type {import("./api.js").ServiceError} */ (error).code === "article_not_found";
      if (lost && missing && asked === this.asked) missing();
      else this.fail(asked, error, null);
      return null;
    }
  }

  /**
   * Show that something is on its way.
   *
   * @param {string} title until the real one is there
   * @returns {number} the number of this showing; it is over when `asked` is another
   */
  begin(title) {
    pointOut(null);
    this.turn = null;
    this.head.replaceChildren(this.#heading(title));
    this.body.replaceChildren(el("p", { class: "waiting" }, "Loading …"));
    this.sheet.open();
    return ++this.asked;
  }

  /**
   * @param {number} asked by `begin`
   * @param {unknown} error
   * @param {(() => void) | null} again tries once more
   */
  fail(asked, error, again) {
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
   * @param {import("./markdown.js").Mark[]} marks
   * @param {import("./dom.js").Child[]} notes
   */
  #draw(article, marks, notes) {
    const [mark = null] = marks;
    const url = followable(article.url);
    const facts = [
      article.publisher && foreign(article.publisher),
      article.published && el("time", { datetime: article.published }, day(article.published)),
      url && el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, "Original page"),
      counted(article.characters, "character"),
    ].filter(Boolean);
    const text = el("div", { class: "article-text", lang: article.language }, articleDrawn(article, marks));
    const pages = article.pictures ? new ArticlePages(article, mark, this.at) : null;
    this.head.replaceChildren(
      this.#heading(titleOf(article)),
      el("p", { class: "article-facts" }, ...facts.flatMap((fact, place) => (place ? [" · ", fact] : [fact]))),
      ...present([...notes, pages && this.#views(text, pages, mark && pageOf(article, mark.start))]),
    );
    this.#view(text, pages);
  }

  /**
   * Buttons for the text and for the pages of an article that has both.
   *
   * @param {HTMLElement} text
   * @param {ArticlePages} pages
   * @param {number | null} number of the page with the mark
   */
  #views(text, pages, number) {
    const group = el("div", { class: "article-views", role: "group", "aria-label": "How the article is shown" });
    const button = (/** @type {"text" | "pages"} */ view, /** @type {string} */ words) => {
      const pressed = () => String(this.view === view);
      const choose = () => {
        this.view = view;
        for (const one of group.children) one.setAttribute("aria-pressed", String(one === made));
        this.#view(text, pages);
        made.focus({ preventScroll: true });
      };
      const made = el("button", { type: "button", class: "view", "aria-pressed": pressed(), click: choose }, words);
      return made;
    };
    group.append(button("text", "Text"), button("pages", number ? `Page ${number}` : "Pages"));
    return group;
  }

  /**
   * @param {HTMLElement} text
   * @param {ArticlePages | null} pages
   */
  #view(text, pages) {
    if (pages && this.view === "pages") {
      this.body.replaceChildren(pages.element);
      this.#show(null);
      void pages.open();
    } else {
      this.body.replaceChildren(text);
      this.#show([...text.querySelectorAll("mark")].find((mark) => !mark.closest("[hidden]")) ?? null);
    }
  }

  /**
   * An article that was removed: what its citation remembers of it.
   *
   * @param {Citation} citation
   */
  #drawGone(citation) {
    const facts = el("p", { class: "article-facts" }, foreign(provenance(citation)));
    const quoted = el("blockquote", { dir: "auto" }, citation.quote);
    this.head.replaceChildren(this.#heading(titleOf(citation)), facts, el("p", { class: "receipt gone" }, gone), quoted);
    this.body.replaceChildren();
    this.#show(null);
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
    const several = new Set(all.map((one) => one.article_id)).size > 1;
    const beside = several && el("button", { type: "button", class: "plain", click: () => void sideBySide(all, this.at) }, "Side by side");
    const count = el("span", { class: "which" }, `Quote ${place + 1} of ${all.length}`);
    this.tools.replaceChildren(...present([to(place - 1, "Previous"), count, to(place + 1, "Next"), beside]));
  }
}
