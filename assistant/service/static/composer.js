/** Where a question is written: Enter sends, Shift+Enter begins a line. */

import { byId } from "./dom.js";

const HINT = "Enter sends, Shift+Enter begins a line";

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
    const submit = () => {
      const question = this.field.value.trim();
      if (!question || this.busy) return this.field.focus();
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
  }

  /** @param {boolean} busy whether an answer is on its way: the button then stops it */
  setBusy(busy) {
    const focused = document.activeElement === this.send || document.activeElement === this.halt;
    this.busy = busy;
    this.send.hidden = busy;
    this.halt.hidden = !busy;
    this.hint.textContent = busy ? "Esc stops the answer" : HINT;
    if (focused) (busy ? this.halt : this.field).focus();
  }

  /** @param {boolean} begun whether the conversation has a question already */
  setFollowing(begun) {
    this.field.placeholder = begun ? "Ask a follow-up" : "Ask the articles a question";
  }

  focus() {
    this.field.focus();
  }

  /** As tall as its text; the style sheet sets the limit. */
  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }
}
