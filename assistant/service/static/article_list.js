/** All articles, to browse; and where the server allows it, to add to and to remove from. */

import { call } from "./api.js";
import { collection, lastChange } from "./collection.js";
import { el, foreign, icon } from "./dom.js";
import { hush, say } from "./live.js";
import { confirmDeletion } from "./prompts.js";
import { sendFiles, told } from "./uploading.js";
import { provenance, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").ArticleBody} ArticleSummary
 * @typedef {import("./article_panel.js").ArticlePanel} ArticlePanel
 * @typedef {import("./collection.js").Collection} Collection
 */

const PAGE = 50;

/** What index/text/formats/table.py reads; a server of another version refuses what it does not know. */
const KINDS = "text, Markdown, HTML, PDF, Word, e-mail, CSV or JSON Lines";
const SUFFIXES = ".txt,.text,.md,.markdown,.html,.htm,.pdf,.docx,.eml,.csv,.jsonl";

/** The list, in the place where articles are shown. */
export class ArticleList {
  /**
   * @param {ArticlePanel} panel where it stands
   * @param {Collection} about described again after a change
   */
  constructor(panel, about) {
    this.panel = panel;
    this.about = about;
  }

  /**
   * Show the first page of it.
   *
   * @param {import("./dom.js").Child} [outcome] of a change, to be shown above it
   */
  async open(outcome) {
    const { panel } = this;
    panel.tools.replaceChildren();
    const asked = panel.begin("The articles");
    const list = el("ol", { class: "article-list" });
    const more = el("button", { type: "button", class: "quiet" }, "More articles");
    /** @type {string | null} */
    let after = null;
    const load = async () => {
      const from = after ? `&after=${encodeURIComponent(after)}` : "";
      try {
        const page = await call(this.about.at(`api/articles?limit=${PAGE}${from}`));
        if (asked !== panel.asked) return;
        after = page.next;
        const come = page.articles.map((/** @type {ArticleSummary} */ article) => this.#row(article));
        const focused = document.activeElement === more;
        list.append(...come);
        more.hidden = !after;
        panel.body.replaceChildren(list, more);
        if (focused) come[0]?.querySelector("button")?.focus();
      } catch (error) {
        panel.fail(asked, error, load);
      }
    };
    more.addEventListener("click", load);
    this.#head(outcome);
    await load();
    if (asked === panel.asked) panel.head.querySelector("h2")?.focus();
  }

  /** @param {import("./dom.js").Child} outcome */
  #head(outcome) {
    const { status } = this.about;
    if (!status) return;
    this.panel.head.append(
      el("p", { class: "article-facts" }, `${collection(status)} ${lastChange(status)}`),
      ...(status.uploads ? [this.#form()] : []),
      ...(outcome ? [outcome] : []),
    );
  }

  /** @returns {HTMLElement} where files are chosen or dropped */
  #form() {
    const input = el("input", { type: "file", id: "upload-files", multiple: true, accept: SUFFIXES });
    const change = () => void this.#send([...(input.files ?? [])]);
    input.addEventListener("change", change);
    const form = el(
      "div",
      { class: "upload" },
      el("label", { for: "upload-files" }, `Add articles: ${KINDS} files, chosen here or dropped on this frame`),
      input,
    );
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("over-it");
    });
    form.addEventListener("dragleave", () => form.classList.remove("over-it"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over-it");
      void this.#send([...(event.dataTransfer?.files ?? [])]);
    });
    return form;
  }

  /** @param {File[]} files */
  async #send(files) {
    if (!files.length) return;
    hush();
    const words = el("p", { class: "waiting" });
    this.panel.head.querySelector(".upload")?.replaceChildren(words);
    const sent = await sendFiles(files, this.about.at("api/articles"), (text) => {
      words.textContent = text;
      say(text);
    });
    const outcome = told(sent);
    await this.about.describe();
    say(outcome.textContent ?? "");
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
      this.panel.tools.replaceChildren(el("button", { type: "button", class: "plain", click: () => this.open() }, "All articles"));
    };
    const facts = el("span", { class: "source-facts" }, foreign(provenance(article)));
    const open = el("button", { type: "button", class: "source", click }, el("span", { class: "source-title" }, foreign(title)), " ", facts);
    const attributes = { type: "button", class: "tool", "aria-label": `Remove ${title}`, title: "Remove", click: () => this.#remove(article) };
    return el("li", {}, open, this.about.status?.uploads ? el("button", attributes, icon("bin")) : null);
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
