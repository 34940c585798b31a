/** Which articles may be used: by date and by publisher. */

import { byId, el, foreign } from "./dom.js";
import { filterWords } from "./words.js";

/** @typedef {import("./types.js").FiltersBody} Filters */

/** Publishers that are taken in at a glance; more of them can be searched. */
const AT_A_GLANCE = 12;

/** The form of filters and the button that unfolds it. */
export class Filtering {
  constructor() {
    this.form = byId("filters", HTMLElement);
    this.button = byId("filters-button", HTMLButtonElement);
    this.after = byId("filter-after", HTMLInputElement);
    this.before = byId("filter-before", HTMLInputElement);
    this.publishers = byId("filter-publishers", HTMLElement);
    this.search = byId("filter-publishers-search", HTMLInputElement);
    this.search.addEventListener("input", () => this.#sift());
    this.button.addEventListener("click", () => {
      this.#unfold(this.form.hidden);
      if (!this.form.hidden) this.after.focus({ preventScroll: true }); // The form stands before its button.
    });
    this.form.addEventListener("input", () => this.#draw());
    for (const element of [this.form, this.button]) {
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || this.form.hidden) return;
        event.stopPropagation();
        this.#unfold(false);
        this.button.focus();
      });
    }
    byId("filters-clear", HTMLButtonElement).addEventListener("click", () => this.clear());
  }

  /** Use all articles again. */
  clear() {
    this.after.value = this.before.value = "";
    for (const box of this.#boxes()) box.checked = false;
    this.#draw();
  }

  /**
   * Offer what the collection has.
   *
   * @param {import("./types.js").StatusBody} status
   */
  offer({ publishers, published_min: first, published_max: last }) {
    const chosen = new Set(this.value().publishers);
    for (const input of [this.after, this.before]) {
      input.min = first ?? "";
      input.max = last ?? "";
    }
    const boxes = publishers.map((name) => {
      const box = el("input", { type: "checkbox", value: name });
      box.checked = chosen.has(name);
      return el("label", { class: "choice" }, box, foreign(name));
    });
    this.publishers.replaceChildren(...boxes);
    byId("filter-publishers-group", HTMLElement).hidden = !publishers.length;
    this.search.hidden = publishers.length <= AT_A_GLANCE;
    this.#sift();
    this.#draw();
  }

  /** @returns {Filters} without the keys that filter nothing */
  value() {
    const publishers = this.#boxes().filter((box) => box.checked).map((box) => box.value);
    return {
      ...(this.after.value && { published_after: this.after.value }),
      ...(this.before.value && { published_before: this.before.value }),
      ...(publishers.length && { publishers }),
    };
  }

  /** Fold the form, once a question was asked with what is chosen in it. */
  fold() {
    this.#unfold(false);
  }

  /** @param {boolean} open */
  #unfold(open) {
    this.form.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  /** Show the publishers whose name has the words of the search, and those that are chosen. */
  #sift() {
    const wanted = this.search.hidden ? "" : this.search.value.trim().toLowerCase();
    for (const box of this.#boxes()) {
      const row = box.closest("label");
      if (row) row.hidden = !box.checked && !box.value.toLowerCase().includes(wanted);
    }
  }

  #draw() {
    const words = filterWords(this.value());
    byId("filters-words", HTMLElement).textContent = words || "All articles";
    this.button.classList.toggle("active", Boolean(words));
    byId("filters-clear", HTMLButtonElement).disabled = !words;
  }

  /** @returns {HTMLInputElement[]} */
  #boxes() {
    return [...this.publishers.querySelectorAll("input")];
  }
}
