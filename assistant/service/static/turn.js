/** A question and what comes of it: sentences as they arrive, the answer, a refusal, or what went wrong. */

import { citationButton, sourceList } from "./citation.js";
import { copied, save, withCitations } from "./copying.js";
import { el, foreign, icon, present } from "./dom.js";
import { confidenceOf, judgedOf } from "./judged.js";
import { exportMenu } from "./exporting.js";
import { hush, say } from "./live.js";
import { Rating } from "./rating.js";
import { answerDrawn } from "./answer_text.js";
import { plain } from "./markdown.js";
import { answerLines } from "./sentences.js";
import { day, filterWords, percent, titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").StoredAnswer} Answer
 * @typedef {import("./types.js").Citation} Citation
 * @typedef {import("./types.js").Feedback} Feedback
 * @typedef {import("./types.js").FiltersBody} Filters
 * @typedef {import("./types.js").Nearest} Nearest
 */

/**
 * @typedef {object} Doors What a turn can open or begin.
 * @property {(citation: Citation, all: readonly Citation[], turn: Turn) => void} citation
 * @property {(articleId: string, passage: Pick<import("./types.js").PassageReference, "start" | "end"> | undefined, turn: Turn) => void} article
 * @property {(turn: Turn) => void} retry
 * @property {(turn: Turn) => void} widen asks it of all articles
 * @property {(turn: Turn) => void} again asks it once more, below
 * @property {() => boolean} shares whether conversations can be shared
 * @property {(turn: Turn) => void} edit puts it where questions are written
 */

let turns = 0;

/** One exchange of a conversation. */
export class Turn {
  /**
   * @param {string} question
   * @param {Filters} filters with which it was asked
   * @param {Doors} doors
   * @param {string} [collection] asked beside the one of the conversation
   */
  constructor(question, filters, doors, collection) {
    this.collection = collection;
    /** @type {import("./citation.js").OpenCitation} */
    this.openCitation = (citation, all) => this.doors.citation(citation, all, this);
    this.question = question;
    this.filters = filters;
    this.doors = doors;
    /** @type {string} What has arrived, a sentence a line. */
    this.text = "";
    /** @type {Citation[]} */
    this.citations = [];
    const id = `question-${++turns}`;
    const scope = filterWords(filters);
    this.searched = el("p", { class: "searched", hidden: true });
    this.body = el("div", { class: "answer" });
    this.heading = el("h2", { class: "question", id, dir: "auto", tabindex: "-1" }, question);
    this.element = el(
      "article",
      { class: "turn", "aria-labelledby": id },
      this.heading,
      collection ? el("p", { class: "scope" }, "Of the collection ", foreign(collection), ", kept as a conversation of its own") : null,
      scope ? el("p", { class: "scope" }, "Only articles: ", foreign(scope)) : null,
      this.searched,
      this.body,
    );
  }

  /** Take the focus, at the question. */
  focus() {
    this.heading.focus({ preventScroll: true });
  }

  /** Show that an answer is being looked for. */
  wait() {
    hush();
    say("Searching the articles.");
    this.body.setAttribute("aria-busy", "true");
    this.body.replaceChildren(el("p", { class: "waiting" }, "Searching the articles …"));
  }

  /** @param {string} searched the question as it was searched */
  understood(searched) {
    const words = (/** @type {string} */ text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const asked = new Set(words(this.question));
    this.searched.hidden = words(searched).every((word) => asked.has(word)); // A question cut into its parts adds none.
    this.searched.replaceChildren("Understood as: ", foreign(searched));
  }

  /** @param {import("./types.js").CheckedSentence} event */
  addSentence({ text, citations }) {
    this.text += (this.text ? "\n" : "") + text;
    this.citations.push(...citations);
    this.body.replaceChildren(this.#lines(this.text, this.citations, false), el("p", { class: "waiting" }, "…"));
    say(plain(text.replace(/ ?\[\d+\]/g, "")));
  }

  /**
   * The whole answer, instead of what was drawn of it.
   *
   * @param {Answer} answer
   * @param {string} messageId
   * @param {Feedback | null} feedback as stored
   * @param {string} [conversationId] where it is kept
   */
  finish(answer, messageId, feedback, conversationId) {
    this.body.removeAttribute("aria-busy");
    this.understood(answer.searched);
    const refused = answer.status === "refused";
    const help = answer.status === "help";
    const rating = new Rating(messageId, feedback);
    this.body.replaceChildren(...(refused ? this.#refusal(answer, rating) : help ? this.#help(answer) : this.#answer(answer)));
    const menu = conversationId ? exportMenu({ conversation: conversationId, message: messageId }, this.doors.shares()) : null;
    this.#tools(answer, rating, menu);
  }

  /** A stopped answer: what arrived stays, marked as not whole. */
  stopped() {
    this.#broken(el("p", { class: "failure-message" }, this.text ? "You stopped the answer; what had arrived is above." : "You stopped the answer."), "stopped");
    say("Stopped.");
  }

  /** @param {{message: string, remedy?: string}} error */
  failed({ message, remedy }) {
    this.#broken(el("div", { role: "alert" }, el("p", { class: "failure-message" }, message), el("p", {}, remedy ?? "")), "failure");
  }

  /**
   * @param {HTMLElement} words
   * @param {string} kind
   */
  #broken(words, kind) {
    this.body.removeAttribute("aria-busy");
    const retry = el("button", { type: "button", class: "quiet", click: () => this.doors.retry(this) }, "Try again");
    const arrived = this.text ? [this.#lines(this.text, this.citations, false)] : [];
    this.body.replaceChildren(...arrived, el("div", { class: kind }, words, retry));
  }

  /**
   * @param {Answer} answer
   * @returns {Node[]}
   */
  #answer(answer) {
    const sources = new Set(answer.citations.map((citation) => citation.article_id)).size;
    say(`End of the answer, ${sources === 1 ? "one source" : `${sources} sources`}.`);
    const found = answer.note ? [el("p", { class: "overview-note" }, foreign(answer.note))] : [];
    // What is quoted comes part by part; a model may mix them.
    found.push(this.#lines(answer.text, answer.citations, answer.reader === "extractive"));
    if (answer.unanswered.length) {
      const parts = answer.unanswered.map((part) => el("li", {}, foreign(part)));
      found.push(el("div", { class: "gap" }, label("The articles do not answer"), el("ul", {}, ...parts)));
    }
    if (answer.degraded) {
      found.push(el("p", { class: "degraded" }, "The language model could not be used; the articles are quoted instead."));
    }
    found.push(sourceList(answer.citations, this.openCitation), ...present([confidenceOf(answer), judgedOf(answer)]));
    return found;
  }

  /**
   * @param {Answer} answer
   * @param {Rating} rating
   * @returns {Node[]}
   */
  #refusal(answer, rating) {
    say(`No answer. ${answer.text}`);
    const rows = answer.nearest.map((near) => el("li", {}, this.#near(near, answer)));
    const heading = answer.reason === "insufficient" ? "The nearest articles" : "The least distant articles";
    const near = rows.length > 0 && el("section", { class: "sources" }, el("h3", {}, heading), el("ul", {}, ...rows));
    const text = el("p", { class: "refusal-text", dir: "auto" }, answer.text);
    const limited = filterWords(this.filters) !== "";
    const widen = limited && el("button", { type: "button", class: "quiet", click: () => this.doors.widen(this) }, "Ask all articles");
    const quotes = answer.nearest.flatMap((one) => (one.quote === undefined ? [] : [one.quote.trim()]));
    const wrong = el("button", { type: "button", class: "plain", click: () => rating.contradict(quotes) }, "The articles do answer this");
    const row = el("div", { class: "row" }, widen, wrong);
    return [el("div", { class: "refusal" }, label("No answer"), text, confidenceOf(answer), near, row), ...present([judgedOf(answer)])];
  }

  /**
   * What the assistant says of itself, or its list of articles; nothing of it is quoted.
   *
   * @param {Answer} answer
   * @returns {Node[]}
   */
  #help(answer) {
    say("About this assistant.");
    return [el("div", { class: "help" }, el("p", { class: "label" }, "About this assistant, not quoted"), this.#lines(answer.text, [], false))];
  }

  /**
   * @param {Nearest} near
   * @param {Answer} answer
   * @returns {HTMLElement}
   */
  #near(near, answer) {
    const quoted = near.quote !== undefined; // Refusals stored by older versions quote nothing.
    const passage = quoted ? near : answer.passages.find((one) => one.article_id === near.article_id);
    const click = () => this.doors.article(near.article_id, passage, this);
    const title = el("span", { class: "source-title" }, foreign(titleOf(near)));
    const facts = el("span", { class: "source-facts" }, day(near.published));
    const quote = quoted && el("span", { class: "source-quote" }, `${percent(near.probability)}: `, foreign(plain(near.quote)));
    return el("button", { type: "button", class: "source", click }, title, " ", facts, " ", quote);
  }

  /**
   * @param {string} text
   * @param {readonly Citation[]} citations
   * @param {boolean} headed whether the parts of the question stand above what answers them
   * @returns {HTMLElement}
   */
  #lines(text, citations, headed) {
    const button = (/** @type {Citation} */ citation) => citationButton(citation, citations, this.openCitation);
    return el("div", { class: "lines" }, ...answerDrawn(answerLines(text, citations), button, headed));
  }

  /**
   * @param {Answer} answer
   * @param {Rating} rating
   * @param {HTMLElement | null} menu
   */
  #tools(answer, rating, menu) {
    const words = el("span", {}, "Copy");
    const click = async () => {
      const done = await copied(withCitations(answer));
      words.textContent = done ? "Copied" : "Not copied: the browser does not allow it";
      say(done ? "Copied with its sources." : words.textContent);
      setTimeout(() => (words.textContent = "Copy"), 3000);
    };
    const copy = el("button", { type: "button", class: "tool copy", title: "Copy with its sources", click }, icon("copy"), words);
    const made = answer.reader === "extractive" ? "Quoted from the articles" : `Written by ${answer.reader}, checked against the articles`;
    const how = answer.status === "answered" ? el("span", { class: "how" }, made) : null;
    const name = `answer-${answer.id}.json`;
    const keep = () => save(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }), name);
    const saving = el("button", { type: "button", class: "tool", title: "Save with its receipts and signature", click: keep }, icon("save"), "Save");
    const again = tool("again", "Ask again", () => this.doors.again(this));
    const edit = tool("pencil", "Edit the question", () => this.doors.edit(this));
    this.body.append(el("div", { class: "tools" }, copy, saving, ...present([menu]), again, edit, rating.up, rating.down, ...present([how])), rating.noted);
  }
}

/**
 * @param {string} drawing
 * @param {string} words
 * @param {() => void} click
 * @returns {HTMLButtonElement}
 */
function tool(drawing, words, click) {
  return el("button", { type: "button", class: "tool", "aria-label": words, title: words, click }, icon(drawing));
}

/**
 * What a frame means, in words and a drawing: never by its colour alone.
 *
 * @param {string} words
 * @returns {HTMLElement}
 */
function label(words) {
  return el("p", { class: "label" }, icon("gap"), words);
}
