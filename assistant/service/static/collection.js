/** What the collection is: how many articles, whose and of when, and questions that it answers. */

import { call } from "./api.js";
import { byId, el } from "./dom.js";
import { counted, day, moment } from "./words.js";

/** @typedef {import("./types.js").Status} Status */

/** Milliseconds after which a server that is only starting is asked again. */
const AGAIN = 1_000;

/** What is known of the collection, on the empty page and above the list of articles. */
export class Collection {
  /**
   * @param {object} heard
   * @param {(question: string) => void} heard.ask told which example was chosen
   * @param {(status: Status) => void} heard.known told of each description
   */
  constructor({ ask, known }) {
    this.ask = ask;
    this.known = known;
    /** @type {Status | null} */
    this.status = null;
  }

  /** Read the description again, and draw it. */
  async describe() {
    const words = byId("status", HTMLElement);
    try {
      this.status = /** @type {Status} */ (await call("api/status"));
    } catch (error) {
      const { message, remedy, code } = /** @type {import("./api.js").ServiceError} */ (error);
      if (code === "starting") setTimeout(() => void this.describe(), AGAIN);
      words.textContent = `${message} ${remedy ?? ""}`;
      return;
    }
    words.textContent = collection(this.status);
    byId("reader", HTMLElement).textContent =
      this.status.reader === "extractive" ? "Answers quote them word for word." : `Answers are written by ${this.status.reader} and checked against them.`;
    this.#offer(this.status);
    this.known(this.status);
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
