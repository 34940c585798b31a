/** The pages of an article's PDF as pictures, with a quote marked where it stands on them. */

import { call, file } from "./api.js";
import { length } from "./codepoints.js";
import { el } from "./dom.js";

/**
 * @typedef {import("./types.js").WholeArticleBody} Article
 * @typedef {import("./types.js").PageBody} PageBody
 * @typedef {import("./markdown.js").Mark} Mark
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The page on which a character stands.
 *
 * @param {Article} article
 * @param {number} at in UTF-16 units of its text
 * @returns {number | null} null if it has no pages
 */
export function pageOf(article, at) {
  const point = length(article.text.slice(0, at));
  const before = article.pages.filter((page) => page.start <= point);
  return (before.at(-1) ?? article.pages[0])?.number ?? null;
}

/** One page at a time, and buttons to those before and after it. */
export class ArticlePages {
  /**
   * @param {Article} article
   * @param {Mark | null} mark what is marked
   * @param {(path: string) => string} at the same path, of the collection that is asked
   */
  constructor(article, mark, at) {
    this.article = article;
    this.at = at;
    this.mark = mark;
    this.number = (mark && pageOf(article, mark.start)) ?? 1;
    this.quote = mark ? [mark.start, mark.end].map((unit) => length(article.text.slice(0, unit))) : [0, 0];
    this.asked = 0;
    this.place = el("span", { class: "which", role: "status" });
    this.previous = this.#turn(-1, "Previous page");
    this.next = this.#turn(1, "Next page");
    this.figure = el("figure", { class: "page-picture" });
    this.note = el("div", { class: "page-note" });
    this.element = el("div", { class: "article-pages" }, el("div", { class: "page-tools" }, this.previous, this.place, this.next), this.note, this.figure);
  }

  /** Draw the page that is turned to. */
  async open() {
    const asked = ++this.asked;
    const path = `api/articles/${encodeURIComponent(this.article.article_id)}/pages/${this.number}`;
    const [from, to] = this.quote;
    this.figure.setAttribute("aria-busy", "true");
    if (!this.figure.firstChild) this.note.replaceChildren(el("p", { class: "waiting" }, "Drawing the page …"));
    try {
      const [page, picture] = await Promise.all([call(this.at(`${path}?from=${from}&to=${to}`)), file(this.at(`${path}/picture`))]);
      const source = await dataUrl(picture);
      if (asked === this.asked) this.#draw(page, source);
    } catch (error) {
      if (asked === this.asked) this.#fail(/** @type {import("./api.js").ServiceError} */ (error));
    }
  }

  /**
   * @param {PageBody} page
   * @param {string} source of its picture
   */
  #draw(page, source) {
    const place = `Page ${page.number} of ${page.count}`;
    const what = this.mark?.kind === "passage" ? "passage" : "quote";
    const words = this.mark && this.article.text.slice(this.mark.start, this.mark.end);
    const marked = page.boxes.length > 0;
    const alt = marked ? `${place}, the ${what} marked: ${words}` : place;
    const image = el("img", { src: source, alt, width: String(Math.round(page.width)), height: String(Math.round(page.height)) });
    this.place.textContent = place;
    this.previous.setAttribute("aria-disabled", String(page.number <= 1));
    this.next.setAttribute("aria-disabled", String(page.number >= page.count));
    this.figure.removeAttribute("aria-busy");
    this.figure.replaceChildren(image, marks(page));
    const lost = !marked && this.mark && pageOf(this.article, this.mark.start) === page.number;
    this.note.replaceChildren(...(lost ? [el("p", { class: "receipt" }, `Where the ${what} stands on this page could not be made out; the text shows it.`)] : []));
    this.figure.querySelector("rect")?.scrollIntoView({ block: "center" });
  }

  /** @param {import("./api.js").ServiceError} error */
  #fail({ message, remedy }) {
    this.figure.removeAttribute("aria-busy");
    this.figure.replaceChildren();
    const again = el("button", { type: "button", class: "quiet", click: () => void this.open() }, "Try again");
    this.note.replaceChildren(
      el("div", { class: "failure", role: "alert" }, el("p", { class: "failure-message" }, message), el("p", {}, remedy ?? ""), again),
    );
  }

  /**
   * @param {1 | -1} step
   * @param {string} words
   * @returns {HTMLButtonElement}
   */
  #turn(step, words) {
    // Not disabled at the ends: the keyboard would lose its place.
    const go = () => {
      const button = step < 0 ? this.previous : this.next;
      if (button.getAttribute("aria-disabled") === "true") return;
      this.number += step;
      button.setAttribute("aria-disabled", "true"); // Until the page is there.
      void this.open();
    };
    return el("button", { type: "button", class: "plain", "aria-disabled": "true", click: go }, words);
  }
}

/**
 * @param {PageBody} page
 * @returns {SVGElement} lies over the picture; attributes, since the page's policy allows no styles on elements
 */
function marks({ boxes }) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const { left, top, width, height } of boxes) {
    const rectangle = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: left, y: top, width, height })) rectangle.setAttribute(name, String(value));
    svg.append(rectangle);
  }
  return svg;
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>} an address that the page's policy allows for pictures; one with a key cannot be fetched by an element
 */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
