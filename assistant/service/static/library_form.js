/** What is asked of the library: words of titles or of texts, a publisher, a kind, dates, and the order. */

import { el } from "./dom.js";

/** Milliseconds without typing after which a search is sent. */
const PAUSE = 200;
/** @type {Record<string, string>} Kinds by suffix, as a person calls them. */
export const KINDS = { md: "Markdown", markdown: "Markdown", txt: "Text", text: "Text", html: "HTML", htm: "HTML", pdf: "PDF", docx: "Word", eml: "E-mail", csv: "CSV", jsonl: "JSON Lines", "": "Other" };
const SORTS = { name: "File name", title: "Title", newest: "Newest first", oldest: "Oldest first", publisher: "Publisher" };

/** The form above the list; what is chosen in it stays while the page does. */
export class LibraryForm {
  /** @param {() => void} changed */
  constructor(changed) {
    this.words = el("input", { type: "search", id: "library-search", autocomplete: "off", placeholder: "Search articles", "aria-label": "Search the articles" });
    this.where = select("library-where", "in", { titles: "titles", text: "all of the text" });
    this.sort = select("library-sort", "Sort by", SORTS);
    this.publisher = select("library-publisher", "Publisher", { "": "All" });
    this.kind = select("library-kind", "Kind", { "": "All" });
    this.tag = select("library-tag", "Tag", { "": "All" });
    this.after = el("input", { type: "date", id: "library-after" });
    this.before = el("input", { type: "date", id: "library-before" });
    this.narrowing = el(
      "div",
      { class: "library-row" },
      ...[this.sort, this.publisher, this.kind, this.tag].map((one) => one.field),
      el("label", { class: "field" }, "Published from ", this.after),
      el("label", { class: "field" }, "until ", this.before),
    );
    this.element = el("form", { class: "library", role: "search" }, el("div", { class: "library-row first" }, this.words, this.where.field), this.narrowing);
    this.element.addEventListener("submit", (event) => event.preventDefault());
    let timer = 0;
    this.element.addEventListener("input", () => {
      this.narrowing.hidden = this.where.select.value === "text";
      clearTimeout(timer);
      timer = window.setTimeout(changed, PAUSE);
    });
  }

  /** @param {string} text to be looked for in all texts */
  searchText(text) {
    this.words.value = text;
    this.where.select.value = "text";
    this.narrowing.hidden = true;
  }

  /** @returns {string} what is looked for in the texts; empty if titles are listed */
  get inText() {
    return this.where.select.value === "text" ? this.words.value.trim() : "";
  }

  /** Whether not all articles are listed. */
  get narrowed() {
    return [this.words, this.publisher.select, this.kind.select, this.tag.select, this.after, this.before].some((one) => one.value.trim());
  }

  /** @returns {string} for the address of the list */
  parameters() {
    const asked = { query: this.words.value.trim(), publisher: this.publisher.select.value, kind: this.kind.select.value, tag: this.tag.select.value, published_after: this.after.value, published_before: this.before.value, sort: this.sort.select.value };
    return Object.entries(asked).map(([name, value]) => (value ? `&${name}=${encodeURIComponent(value)}` : "")).join("");
  }

  /** @param {import("./types.js").StatusBody} status */
  offer({ publishers, kinds, tags }) {
    fill(this.tag.select, { "": "All", ...Object.fromEntries(tags.map((name) => [name, name])) });
    this.tag.field.hidden = !tags.length;
    fill(this.publisher.select, { "": "All", ...Object.fromEntries(publishers.map((name) => [name, name])) });
    fill(this.kind.select, { "": "All", ...Object.fromEntries(kinds.filter(Boolean).map((kind) => [kind, KINDS[kind] ?? kind.toUpperCase()])) });
    this.publisher.field.hidden = !publishers.length;
    this.kind.field.hidden = kinds.length < 2;
  }
}

/**
 * @param {string} id
 * @param {string} words
 * @param {Record<string, string>} options
 */
function select(id, words, options) {
  const made = el("select", { id });
  fill(made, options);
  return { select: made, field: el("label", { class: "field" }, `${words} `, made) };
}

/**
 * @param {HTMLSelectElement} into keeps what is chosen, if it is still offered
 * @param {Record<string, string>} options
 */
function fill(into, options) {
  const chosen = into.value;
  into.replaceChildren(...Object.entries(options).map(([value, words]) => el("option", { value }, words)));
  if (chosen in options) into.value = chosen;
}
