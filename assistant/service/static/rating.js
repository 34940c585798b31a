/** Thumbs up and down under an answer, and the reason for either. */

import { call } from "./api.js";
import { el, foreign, icon } from "./dom.js";
import { say } from "./live.js";
import { plain } from "./markdown.js";

/** @typedef {{rating: "up" | "down" | null, reason?: string | null, evidence?: string | null}} Feedback */

const DOES_ANSWER = "The articles do answer this";
const FAULTS = ["It is wrong", "It misses something", "It answers another question", "The source does not say this"];

/** The buttons of one answer, its form for a reason, and what is stored. */
export class Rating {
  /**
   * @param {string} messageId
   * @param {Feedback | null} feedback as stored
   */
  constructor(messageId, feedback) {
    this.messageId = messageId;
    /** @type {Feedback} */
    this.feedback = feedback ?? { rating: null };
    this.up = this.#thumb("up", "Good answer");
    this.down = this.#thumb("down", "Bad answer");
    this.noted = el("div", { class: "noted" });
    this.#draw();
  }

  /**
   * @param {"up" | "down"} rating
   * @param {string} label
   * @returns {HTMLButtonElement}
   */
  #thumb(rating, label) {
    const click = async () => {
      const wanted = this.feedback.rating === rating ? null : rating;
      if (!(await this.#store({ rating: wanted }))) return;
      if (wanted) this.#ask(wanted);
      say(wanted ? `Rated: ${label}. You can say why below.` : "Rating taken back.");
    };
    return el("button", { type: "button", class: "tool", "aria-label": label, title: label, click }, icon(`thumb-${rating}`));
  }

  /**
   * @param {Feedback} feedback
   * @returns {Promise<boolean>} whether it is stored
   */
  async #store(feedback) {
    try {
      await call("api/feedback", { method: "POST", body: { message_id: this.messageId, ...feedback } });
    } catch (error) {
      const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
      this.noted.replaceChildren(el("p", { class: "small-error", role: "alert" }, `The rating is not stored. ${message} ${remedy}`));
      return false;
    }
    this.feedback = feedback;
    this.#draw();
    return true;
  }

  #draw() {
    this.up.setAttribute("aria-pressed", String(this.feedback.rating === "up"));
    this.down.setAttribute("aria-pressed", String(this.feedback.rating === "down"));
    const { rating, reason, evidence } = this.feedback;
    if (evidence) return this.noted.replaceChildren(this.#contradicted(evidence));
    if (!rating || !reason) return this.noted.replaceChildren();
    const change = el("button", { type: "button", class: "plain", click: () => this.#ask(rating) }, "Change");
    this.noted.replaceChildren(el("p", {}, "Your reason: ", el("bdi", { class: "reason" }, reason), " ", change));
  }

  /**
   * What the articles say that a refusal overlooked, and how it becomes a test.
   *
   * @param {string} evidence
   * @returns {HTMLElement}
   */
  #contradicted(evidence) {
    const how = "Whoever runs the server makes a test of it with: ";
    return el(
      "div",
      {},
      el("p", {}, `${DOES_ANSWER}: `, el("bdi", { class: "reason" }, `“${plain(evidence)}”`)),
      el("p", { class: "muted" }, how, el("code", {}, `assistant feedback promote ${this.messageId}`)),
    );
  }

  /**
   * Ask which words of the articles answer a question that was refused.
   *
   * @param {readonly string[]} passages that came closest
   */
  contradict(passages) {
    const name = `evidence-${this.messageId}`;
    const choices = passages.map((passage) => el("label", { class: "choice" }, el("input", { type: "radio", name, value: passage }), el("span", {}, foreign(plain(passage)))));
    const words = el("input", { type: "text", maxlength: "4000", autocomplete: "off" });
    const missing = el("p", { class: "small-error", role: "alert" });
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const evidence = words.value.trim() || String(new FormData(form).get(name) ?? "");
      if (!evidence) {
        missing.textContent = "Choose a sentence, or copy one from an article.";
        return;
      }
      if (await this.#store({ rating: "down", reason: DOES_ANSWER, evidence })) this.#finish(DOES_ANSWER);
    };
    const form = el(
      "form",
      { class: "reasons", submit },
      choices.length > 0 && el("fieldset", {}, el("legend", {}, "Which sentence answers it?"), ...choices),
      el("label", { class: "field" }, choices.length ? "Or another sentence, copied from an article" : "Which sentence answers it? Copy it from an article", words),
      missing,
      el("div", { class: "row" }, el("button", { type: "submit", class: "quiet" }, "Save"), el("button", { type: "button", class: "plain", click: () => this.#finish("") }, "Cancel")),
    );
    this.#open(form);
    form.querySelector("input")?.focus();
  }

  /** @param {"up" | "down"} rating */
  #ask(rating) {
    const name = `fault-${this.messageId}`;
    const faults = rating === "down" ? FAULTS : [];
    const choices = faults.map((fault) => el("label", { class: "choice" }, el("input", { type: "radio", name, value: fault }), fault));
    const words = el("input", { type: "text", maxlength: "500", autocomplete: "off" });
    const label = rating === "down" ? "In your words (optional)" : "What was good about it? (optional)";
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const fault = String(new FormData(form).get(name) ?? "");
      const reason = [fault, words.value.trim()].filter(Boolean).join(": ");
      if (await this.#store(reason ? { rating, reason } : { rating })) this.#finish(reason);
    };
    const skip = el("button", { type: "button", class: "plain", click: () => this.#finish("") }, "Skip");
    const form = el(
      "form",
      { class: "reasons", submit },
      faults.length > 0 && el("fieldset", {}, el("legend", {}, "What was wrong?"), ...choices),
      el("label", { class: "field" }, label, words),
      el("div", { class: "row" }, el("button", { type: "submit", class: "quiet" }, "Save the reason"), skip),
    );
    this.#open(form);
  }

  /** @param {HTMLFormElement} form */
  #open(form) {
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#finish("");
    });
    this.noted.replaceChildren(form);
    form.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} reason */
  #finish(reason) {
    if (reason) say("The reason is stored.");
    this.#draw();
    (this.feedback.rating === "up" ? this.up : this.down).focus({ preventScroll: true });
  }
}
