/** Where a question is written: Enter sends, Shift+Enter begins a line. */

import { length } from "./codepoints.js";
import { byId } from "./dom.js";
import { hush, say } from "./live.js";

const BLANK = "Write a question first";
const HINT = "Enter sends, Shift+Enter begins a line";
const NUMBER = new Intl.NumberFormat("en");

/** As the service counts; it answers no longer ones. */
const MOST_CHARACTERS = 2_000;

/** The form at the foot of the chat. */
export class Composer {
  /**
   * @param {object} heard
   * @param {(question: string) => void} heard.ask
   * @param {() => void} heard.stop
   */
  constructor({ ask, stop }) {
    this.field = byId("question", HTMLTextAreaElement);
    this.send = byId("send", HTMLButtonElement);
    this.halt = byId("stop", HTMLButtonElement);
    this.hint = byId("hint", HTMLElement);
    this.busy = false;
    /** Whether nothing was written when it was to be asked. */
    this.blank = false;
    const submit = () => {
      const question = this.field.value.trim();
      if (this.busy) return this.field.focus();
      if (!question) {
        this.blank = true;
        this.#draw();
        hush();
        say(`${BLANK}.`);
        return this.field.focus();
      }
      if (length(question) > MOST_CHARACTERS) {
        say(this.hint.textContent ?? "");
        return this.field.focus();
      }
      this.field.value = "";
      this.#fit();
      ask(question);
    };
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.field.addEventListener("keydown", (event) => {
      // While an input method composes, Enter takes its suggestion.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    this.field.addEventListener("input", () => this.#fit());
    this.halt.addEventListener("click", stop);
    this.send.disabled = false;
    if (this.field.value) this.#fit(); // Typed before this script ran, or kept by the browser.
  }

  /** @param {boolean} busy whether an answer is on its way: the button then stops it */
  setBusy(busy) {
    const focused = document.activeElement === this.send || document.activeElement === this.halt;
    this.busy = busy;
    this.send.hidden = busy;
    this.halt.hidden = !busy;
    this.#draw();
    if (focused) (busy ? this.halt : this.field).focus();
  }

  /** @param {boolean} begun whether the conversation has a question already */
  setFollowing(begun) {
    this.field.placeholder = begun ? "Ask a follow-up" : "Ask the articles a question";
  }

  focus() {
    this.field.focus();
  }

  /** @param {string} question to be changed before it is asked */
  write(question) {
    this.field.value = question;
    this.#fit();
    this.field.focus();
    this.field.setSelectionRange(question.length, question.length);
  }

  /** As tall as its text; the style sheet sets the limit. */
  #fit() {
    this.blank = false;
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    this.#draw();
  }

  #draw() {
    const long = length(this.field.value.trim());
    const over = long > MOST_CHARACTERS;
    const words = `${NUMBER.format(long)} characters; at most ${NUMBER.format(MOST_CHARACTERS)} can be asked`;
    this.hint.textContent = over ? words : this.busy ? "Esc stops the answer" : this.blank ? BLANK : HINT;
    this.hint.classList.toggle("wrong", over || (this.blank && !this.busy));
    this.field.setAttribute("aria-invalid", String(over));
  }
}
