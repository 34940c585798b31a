/** Everything by name: commands, conversations and articles, in one list that typing narrows. */

import { call } from "./api.js";
import { byId, el, foreign } from "./dom.js";
import { titleOf } from "./words.js";

/** @typedef {{words: string, kind: string, run: () => void}} Entry */

/** Of conversations and of articles that are shown. */
const MOST = 8;
/** Milliseconds without typing after which articles are looked for. */
const PAUSE = 120;

/** The dialog and what it lists. */
export class Palette {
  /**
   * @param {object} offered
   * @param {() => Entry[]} offered.commands
   * @param {(path: string) => string} offered.at the same path, of the collection that is asked
   * @param {(id: string) => void} offered.article
   * @param {(words: string) => void} offered.search looks for words in all texts
   */
  constructor({ commands, at, article, search }) {
    this.commands = commands;
    this.at = at;
    this.article = article;
    this.search = search;
    this.dialog = byId("palette", HTMLDialogElement);
    this.field = byId("palette-field", HTMLInputElement);
    this.list = byId("palette-list", HTMLElement);
    /** @type {Entry[]} */
    this.entries = [];
    this.chosen = 0;
    this.asked = 0;
    let timer = 0;
    this.field.addEventListener("input", () => {
      this.#draw([...this.#commands(), ...this.#inText()]);
      clearTimeout(timer);
      timer = window.setTimeout(() => void this.#find(), PAUSE);
    });
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  /** Open it, with nothing typed. */
  open() {
    if (this.dialog.open) return this.dialog.close();
    this.field.value = "";
    this.#draw(this.#commands());
    this.dialog.showModal();
    void this.#find();
  }

  /** @returns {Entry[]} */
  #commands() {
    const words = this.field.value.toLowerCase().split(/\s+/);
    return this.commands().filter((entry) => words.every((word) => entry.words.toLowerCase().includes(word)));
  }

  /** @returns {Entry[]} to look for what is typed in all texts */
  #inText() {
    const typed = this.field.value.trim();
    return typed ? [{ words: `Search all texts for “${typed}”`, kind: "Articles", run: () => this.search(typed) }] : [];
  }

  async #find() {
    const asked = ++this.asked;
    const typed = this.field.value.trim();
    const query = encodeURIComponent(typed);
    const [kept, found] = await Promise.all([
      call(`api/conversations${typed ? `?query=${query}` : ""}`).catch(() => ({ conversations: [] })),
      call(this.at(`api/articles?limit=${MOST}&query=${query}`)).catch(() => ({ articles: [] })),
    ]);
    if (asked !== this.asked || !this.dialog.open) return;
    /** @type {Entry[]} */
    const conversations = kept.conversations.slice(0, MOST).map((/** @type {import("./types.js").Conversation} */ one) => ({
      words: one.title,
      kind: "Conversation",
      run: () => (location.hash = `c=${encodeURIComponent(one.id)}`),
    }));
    /** @type {Entry[]} */
    const articles = found.articles.map((/** @type {import("./types.js").ArticleBody} */ one) => ({ words: titleOf(one), kind: "Article", run: () => this.article(one.article_id) }));
    this.#draw([...this.#commands(), ...articles, ...conversations, ...this.#inText()]);
  }

  /** @param {Entry[]} entries */
  #draw(entries) {
    this.entries = entries;
    this.list.replaceChildren(
      ...entries.map(({ words, kind }, place) =>
        el("li", { role: "option", id: `palette-${place}`, class: "palette-entry", click: () => this.#run(place) }, el("span", { class: "palette-words" }, foreign(words)), el("span", { class: "palette-kind" }, kind)),
      ),
    );
    byId("palette-none", HTMLElement).hidden = entries.length > 0;
    this.#choose(0);
  }

  /** @param {number} place */
  #choose(place) {
    const rows = [...this.list.children];
    this.chosen = rows.length ? (place + rows.length) % rows.length : 0;
    for (const [at, row] of rows.entries()) row.setAttribute("aria-selected", String(at === this.chosen));
    if (rows.length) this.field.setAttribute("aria-activedescendant", rows[this.chosen].id);
    else this.field.removeAttribute("aria-activedescendant");
    rows[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) this.#choose(this.chosen + step);
    else if (event.key === "Enter" && !event.isComposing) this.#run(this.chosen);
    else return;
    event.preventDefault();
  }

  /** @param {number} place */
  #run(place) {
    const entry = this.entries[place];
    if (!entry) return;
    this.dialog.close();
    entry.run();
  }
}
