/** The library: all articles, to sort, filter and search; where the server allows it, to add to and to remove from. */

import { call } from "./api.js";
import { collection, lastChange } from "./collection.js";
import { el, foreign, icon } from "./dom.js";
import { KINDS, LibraryForm } from "./library_form.js";
import { hush, say } from "./live.js";
import { confirmDeletion } from "./prompts.js";
import { passageRow } from "./text_search.js";
import { SUFFIXES, FORMATS, sendFiles, told } from "./uploading.js";
import { counted, provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").ArticleBody} ArticleSummary
 * @typedef {import("./article_panel.js").ArticlePanel} ArticlePanel
 * @typedef {import("./collection.js").Collection} Collection
 */

const PAGE = 50;
/** Passages that a search over the texts shows. */
const FOUND = 30;

/** The list, in the place where articles are shown. */
export class ArticleList {
  /**
   * @param {ArticlePanel} panel where it stands
   * @param {Collection} about described again after a change
   */
  constructor(panel, about) {
    this.panel = panel;
    this.about = about;
    this.form = new LibraryForm(() => void this.#load());
    this.list = el("ol", { class: "article-list" });
    this.more = el("button", { type: "button", class: "quiet", click: () => void this.#load(this.after) }, "More articles");
    this.count = el("p", { class: "list-count", role: "status" });
    this.asked = 0;
    /** @type {string | null} */
    this.after = null;
  }

  /**
   * Show it, sorted and filtered as before.
   *
   * @param {import("./dom.js").Child} [outcome] of a change, to be shown above it
   */
  async open(outcome) {
    const { panel } = this;
    panel.of(undefined).tools.replaceChildren();
    this.asked = panel.begin("The articles");
    this.#head(outcome);
    panel.head.querySelector("h2")?.focus();
    await this.#load();
  }

  /** @param {string} text to be looked for in all articles */
  async search(text) {
    this.form.searchText(text);
    await this.open();
  }

  /** @param {string | null} [after] the page to go on behind; the first one without it */
  async #load(after = null) {
    const { panel, asked } = this;
    const inText = this.form.inText;
    try {
      if (inText) {
        const { passages } = await call(this.about.at(`api/search?k=${FOUND}&q=${encodeURIComponent(inText)}`));
        if (asked !== panel.asked || inText !== this.form.inText) return;
        const hits = passages.filter((/** @type {import("./types.js").FoundPassage} */ one) => one.hits.length);
        this.count.textContent = hits.length ? `${counted(hits.length, "passage")} with these words, the best first.` : "No passage has these words.";
        this.list.replaceChildren(...hits.map((/** @type {import("./types.js").FoundPassage} */ one) => passageRow(one, () => void panel.openHits(one.article_id, inText, this.#back()))));
        this.more.hidden = true;
      } else {
        const page = await call(this.about.at(`api/articles?limit=${PAGE}${this.form.parameters()}${after ? `&after=${encodeURIComponent(after)}` : ""}`));
        if (asked !== panel.asked || this.form.inText) return;
        const rows = page.articles.map((/** @type {ArticleSummary} */ article) => this.#row(article));
        const focused = document.activeElement === this.more;
        this.after = page.next;
        this.more.hidden = !page.next;
        this.count.textContent = this.form.narrowed ? `${counted(page.total, "article")} of ${this.about.status?.articles ?? page.total}.` : "";
        if (after) this.list.append(...rows);
        else this.list.replaceChildren(...rows);
        if (focused) rows[0]?.querySelector("button")?.focus();
      }
      // The form is not put in again while it is typed into: it would lose the focus.
      if (!panel.body.contains(this.list)) panel.body.replaceChildren(this.form.element, this.count, this.list, this.more);
    } catch (error) {
      panel.fail(asked, error, () => void this.#load(after));
    }
  }

  /** @returns {HTMLElement} */
  #back() {
    return el("button", { type: "button", class: "plain", click: () => void this.open() }, "All articles");
  }

  /** @param {import("./dom.js").Child} outcome */
  #head(outcome) {
    const { status } = this.about;
    if (!status) return;
    this.form.offer(status);
    this.panel.head.append(
      el("p", { class: "article-facts" }, `${collection(status)} ${lastChange(status)}`),
      ...(status.uploads ? [this.#upload()] : []),
      ...(outcome ? [outcome] : []),
    );
  }

  /** @returns {HTMLElement} where files are chosen; they can be dropped on the whole page */
  #upload() {
    const input = el("input", { type: "file", id: "upload-files", multiple: true, accept: SUFFIXES });
    input.addEventListener("change", () => void this.send([...(input.files ?? [])]));
    return el("div", { class: "upload" }, el("label", { for: "upload-files" }, `Add articles: ${FORMATS} files, chosen here or dropped anywhere on the page`), input);
  }

  /** @param {File[]} files */
  async send(files) {
    if (!files.length) return;
    hush();
    if (!this.panel.head.querySelector(".upload")) await this.open();
    const words = el("p", { class: "waiting" });
    const bar = el("progress", { max: String(files.length), value: "0", "aria-label": "Files read" });
    this.panel.head.querySelector(".upload")?.replaceChildren(words, bar);
    const sent = await sendFiles(files, this.about.at("api/articles"), (text, done) => {
      words.textContent = text;
      bar.value = done;
      say(text);
    });
    const outcome = told(sent);
    await this.about.describe();
    say(outcome.querySelector("p")?.textContent ?? "");
    await this.open(outcome);
  }

  /**
   * @param {ArticleSummary} article
   * @returns {HTMLElement}
   */
  #row(article) {
    const title = titleOf(article);
    const click = async () => {
      await this.panel.openArticle(article.article_id);
      this.panel.tools.replaceChildren(this.#back());
    };
    const facts = [provenance(article), KINDS[article.kind] ?? article.kind.toUpperCase(), counted(article.characters, "character")].filter(Boolean).join(" · ");
    const open = el("button", { type: "button", class: "source", click }, el("span", { class: "source-title" }, foreign(title)), " ", el("span", { class: "source-facts" }, foreign(facts)));
    const tagged = el("div", { class: "tags" });
    this.#tags(tagged, article);
    const lacks = article.lacks.length > 0 && el("span", { class: "lacks" }, article.lacks.join(", "));
    const attributes = { type: "button", class: "tool", "aria-label": `Remove ${title}`, title: "Remove", click: () => this.#remove(article) };
    return el("li", {}, el("div", { class: "article-entry" }, open, lacks, tagged), this.about.status?.uploads ? el("button", attributes, icon("bin")) : null);
  }

  /**
   * The tags of an article, and the button that changes them.
   *
   * @param {HTMLElement} into
   * @param {ArticleSummary} article
   * @param {string} [fault] why the last change was not stored
   */
  #tags(into, article, fault) {
    const title = titleOf(article);
    const change = () => {
      const field = el("input", { type: "text", "aria-label": `Tags of ${title}, with commas between`, placeholder: "tag, another tag", maxlength: "600" });
      field.value = article.tags.join(", ");
      const submit = async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const tags = field.value.split(",").map((one) => one.trim()).filter(Boolean);
        try {
          const stored = await call(this.about.at(`api/articles/${encodeURIComponent(article.article_id)}`), { method: "PATCH", body: { tags } });
          article.tags = stored.tags;
          this.#tags(into, article);
          await this.about.describe();
          if (this.about.status) this.form.offer(this.about.status);
        } catch (error) {
          const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
          this.#tags(into, article, `${message} ${remedy}`);
        }
        into.querySelector("button")?.focus();
      };
      const form = el("form", { class: "renaming", submit }, field, el("button", { type: "submit", class: "quiet" }, "Save"));
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        this.#tags(into, article);
        into.querySelector("button")?.focus();
      });
      into.replaceChildren(form);
      field.focus();
    };
    const button = el("button", { type: "button", class: "plain", "aria-label": `Change the tags of ${title}`, click: change }, article.tags.length ? "Change" : "Add tags");
    into.replaceChildren(...article.tags.map((tag) => el("span", { class: "tag" }, foreign(tag))), button, ...(fault ? [el("p", { class: "small-error", role: "alert" }, fault)] : []));
  }

  /** @param {ArticleSummary} article */
  async #remove(article) {
    const title = titleOf(article);
    const words = "Nothing is answered from it any more. Answers that were given keep what they quote of it.";
    if (!(await confirmDeletion({ heading: "Remove this article?", title, words, yes: "Remove" }))) return;
    let outcome;
    try {
      await call(this.about.at(`api/articles/${encodeURIComponent(article.article_id)}`), { method: "DELETE" });
      outcome = el("p", { class: "outcome" }, "Removed: ", foreign(title));
      await this.about.describe();
    } catch (error) {
      const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
      outcome = el("p", { class: "outcome small-error", role: "alert" }, `${message} ${remedy}`);
    }
    hush();
    say(outcome.textContent ?? "");
    await this.open(outcome);
  }
}

/**
 * Take files that are dropped anywhere on the page, where the server takes articles.
 *
 * @param {ArticleList} list
 * @param {Collection} about
 */
export function takeDroppedFiles(list, about) {
  const takes = (/** @type {DragEvent} */ event) => about.status?.uploads && event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!takes(event)) return;
    event.preventDefault();
    void list.send([...(event.dataTransfer?.files ?? [])]);
  });
}
