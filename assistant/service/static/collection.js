/** What the collection is: how many articles, whose and of when, and questions that it answers. */

import { call } from "./api.js";
import { byId, el, foreign } from "./dom.js";
import { hush, say } from "./live.js";
import { counted, day, moment } from "./words.js";

/** @typedef {import("./types.js").StatusBody} Status */

/** Milliseconds after which a server that is only starting is asked again. */
const AGAIN = 1_000;

/** What is known of the collection that is asked, on the empty page and above the list of articles; and the choice of it. */
export class Collection {
  /**
   * @param {object} heard
   * @param {(question: string) => void} heard.ask told which example was chosen
   * @param {(status: Status) => void} heard.known told of each description
   * @param {(name: string) => void} heard.chosen told which collection a person wants
   */
  constructor({ ask, known, chosen }) {
    this.ask = ask;
    this.known = known;
    /** @type {Status | null} */
    this.status = null;
    /** @type {string | null} Which one is asked; null for the first that the server has. */
    this.name = null;
    this.telling = false;
    this.choice = byId("collection-choice", HTMLSelectElement);
    this.choice.addEventListener("change", () => chosen(this.choice.value));
  }

  /**
   * Turn to another one.
   *
   * @param {string | null} name null for the first
   * @returns {boolean} false if it is asked already
   */
  choose(name) {
    const wanted = name === this.status?.collections[0] ? null : name;
    if (wanted === this.name) return false;
    this.name = wanted;
    this.status = null;
    this.telling = true;
    void this.describe();
    return true;
  }

  /**
   * @param {string} path
   * @param {string | null} [name] of another collection than this one
   * @returns {string} the same, of the collection
   */
  at(path, name = this.name) {
    if (name === null) return path;
    return `${path}${path.includes("?") ? "&" : "?"}collection=${encodeURIComponent(name)}`;
  }

  /** Read the description again, and draw it. */
  async describe() {
    const words = byId("status", HTMLElement);
    const { name } = this;
    try {
      const status = /** @type {Status} */ (await call(this.at("api/status")));
      if (name !== this.name) return; // Another was chosen meanwhile.
      this.status = status;
    } catch (error) {
      if (name !== this.name) return;
      const { message, remedy, code } = /** @type {import("./api.js").ServiceError} */ (error);
      if (code === "collection_not_found") {
        this.name = null; // An old address, or a conversation about one that is not served any more.
        return this.describe();
      }
      if (code === "starting") setTimeout(() => void this.describe(), AGAIN);
      words.textContent = `${message} ${remedy ?? ""}`;
      return;
    }
    words.textContent = collection(this.status);
    byId("reader", HTMLElement).textContent =
      this.status.reader === "extractive" ? "Answers quote them word for word." : `Answers are written by ${this.status.reader} and checked against them.`;
    this.#offer(this.status);
    this.#list(this.status);
    this.known(this.status);
  }

  /** @param {Status} status */
  #list({ collections, model }) {
    if (this.name === collections[0]) this.name = null;
    const several = collections.length > 1;
    document.body.classList.toggle("several", several);
    byId("collection-field", HTMLElement).hidden = !several;
    const listed = [...this.choice.options].map((option) => option.value);
    // Not drawn again for nothing: it may be open.
    if (listed.join("\n") !== collections.join("\n")) {
      this.choice.replaceChildren(...collections.map((one) => el("option", { value: one }, one)));
    }
    this.choice.value = model;
    byId("collection-heading", HTMLElement).replaceChildren("The collection", ...(several ? [" ", foreign(model)] : []));
    if (this.telling && several) {
      hush();
      say(`${model}: ${byId("status", HTMLElement).textContent}`);
    }
    this.telling = false;
  }

  /** @param {Status} status */
  #offer({ examples, articles, uploads }) {
    const rows = examples.map((question) =>
      el("li", {}, el("button", { type: "button", class: "example", click: () => this.ask(question) }, question)),
    );
    byId("examples", HTMLElement).replaceChildren(...rows);
    byId("examples-group", HTMLElement).hidden = !rows.length;
    const browse = byId("browse", HTMLElement);
    browse.hidden = !articles && !uploads;
    browse.textContent = articles ? "Browse the articles" : "Add articles";
  }
}

/**
 * @param {Status} status
 * @returns {string} 19 articles from 2 publishers, 26 March 2020 to 28 October 2022.
 */
export function collection({ articles: count, publishers, without_publisher: nameless, published_min: first, published_max: last, uploads }) {
  if (!count) return uploads ? "There are no articles yet." : "There are no articles yet. Add some with: assistant index add FOLDER";
  const named = publishers.length === 1 ? publishers[0] : counted(publishers.length, "publisher");
  const from = !publishers.length ? "" : nameless ? `, ${count - nameless} of them from ${named}` : ` from ${named}`;
  const dates = first && last ? `, ${first === last ? day(first) : `${day(first)} to ${day(last)}`}` : "";
  return `${counted(count, "article")}${from}${dates}.`;
}

/**
 * @param {Status} status
 * @returns {string} Last changed 6 Mar, 14:05.
 */
export function lastChange({ changed }) {
  const when = moment(changed);
  return when ? `Last changed ${when}.` : "";
}
