/** The list of conversations: search, open, rename, delete. */

import { call, file } from "./api.js";
import { save } from "./copying.js";
import { byId, el, foreign, icon } from "./dom.js";
import { hush, say } from "./live.js";
import { confirmDeletion } from "./prompts.js";
import { counted, moment } from "./words.js";

/** @typedef {import("./types.js").Conversation} ConversationSummary */

/** Milliseconds without typing after which a search is sent. */
const PAUSE = 180;

/** The list beside the chat. */
export class ConversationList {
  /**
   * @param {object} heard
   * @param {(id: string) => void} heard.deleted
   * @param {() => void} heard.opened told when a link is followed
   */
  constructor({ deleted, opened }) {
    this.deleted = deleted;
    this.opened = opened;
    this.list = byId("conversation-list", HTMLElement);
    this.note = byId("conversation-note", HTMLElement);
    this.search = byId("conversation-search", HTMLInputElement);
    this.all = byId("conversations-all", HTMLElement);
    byId("export-all", HTMLElement).addEventListener("click", () => void this.#export());
    byId("delete-all", HTMLElement).addEventListener("click", () => void this.#removeAll());
    /** @type {string | null} */
    this.current = null;
    this.asked = 0;
    let timer = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.refresh(), PAUSE);
    });
  }

  /** Read the list again, unless a title of it is being written. */
  catchUp() {
    if (!this.list.querySelector(".renaming")) void this.refresh();
  }

  /** Read the list again; the newest call counts. */
  async refresh() {
    const asked = ++this.asked;
    const query = this.search.value.trim();
    try {
      const { conversations } = await call(`api/conversations${query ? `?query=${encodeURIComponent(query)}` : ""}`);
      if (asked === this.asked) this.#draw(conversations, query);
    } catch (error) {
      if (asked === this.asked) this.#fail(error);
    }
  }

  /** @param {string | null} id the conversation that the chat shows */
  mark(id) {
    this.current = id;
    for (const link of this.list.querySelectorAll("a")) {
      if (link.dataset.id === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /**
   * @param {ConversationSummary[]} conversations
   * @param {string} query
   */
  #draw(conversations, query) {
    this.list.replaceChildren(...conversations.map((conversation) => this.#row(conversation)));
    this.all.hidden = !conversations.length || query !== "";
    this.note.textContent = conversations.length ? "" : query ? "No conversation has these words." : "Your conversations will be listed here.";
    if (query) {
      hushAndSay(`${counted(conversations.length, "conversation")} found`);
    }
    this.mark(this.current);
  }

  /**
   * @param {ConversationSummary} conversation
   * @returns {HTMLElement}
   */
  #row(conversation) {
    const { id, title } = conversation;
    const facts = [el("span", {}, `${moment(conversation.updated)},`), " ", el("span", {}, counted(conversation.messages, "question"))];
    const link = el(
      "a",
      { href: `#c=${encodeURIComponent(id)}`, "data-id": id, click: () => this.opened() },
      el("span", { class: "conversation-title" }, foreign(title)),
      el("span", { class: "conversation-facts" }, ...facts, el("span", { class: "only-several" }, ", ", foreign(conversation.collection))),
    );
    const row = el("li", { class: "conversation" }, link);
    row.append(
      el("button", { type: "button", class: "tool", "aria-label": `Rename ${title}`, title: "Rename", click: () => this.#rename(row, conversation) }, icon("pencil")),
      el("button", { type: "button", class: "tool", "aria-label": `Delete ${title}`, title: "Delete", click: () => this.#remove(conversation) }, icon("bin")),
    );
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {ConversationSummary} conversation
   */
  #rename(row, { id, title }) {
    const input = el("input", { type: "text", "aria-label": "New title", maxlength: "200" });
    input.value = title;
    const before = [...row.childNodes];
    const back = () => {
      row.replaceChildren(...before);
      row.querySelector("button")?.focus();
    };
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const wanted = input.value.trim();
      if (!wanted || wanted === title) return back();
      try {
        await call(`api/conversations/${encodeURIComponent(id)}`, { method: "PATCH", body: { title: wanted } });
      } catch (error) {
        back();
        return this.#fail(error);
      }
      hushAndSay("Renamed.");
      await this.refresh();
      this.#rowOf(id)?.querySelector("button")?.focus();
    };
    const form = el("form", { class: "renaming", submit }, input, el("button", { type: "submit", class: "quiet" }, "Save"));
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      back();
    });
    row.replaceChildren(form);
    input.focus();
    input.select();
  }

  /** @param {ConversationSummary} conversation */
  async #remove({ id, title, messages }) {
    const lost = `${counted(messages, "question")} with ${messages === 1 ? "its answer" : "their answers"} and your ratings will be erased. This cannot be undone.`;
    if (!(await confirmDeletion({ heading: "Delete this conversation?", title, words: lost, yes: "Delete" }))) return;
    try {
      await call(`api/conversations/${encodeURIComponent(id)}`, { method: "DELETE" });
    } catch (error) {
      return this.#fail(error);
    }
    hushAndSay("Deleted.");
    this.search.focus();
    this.deleted(id);
    await this.refresh();
  }

  async #removeAll() {
    const words = "Every conversation with its answers and your ratings will be erased. This cannot be undone.";
    if (!(await confirmDeletion({ heading: "Delete all conversations?", title: "", words, yes: "Delete all" }))) return;
    try {
      await call("api/conversations", { method: "DELETE" });
    } catch (error) {
      return this.#fail(error);
    }
    hushAndSay("All are deleted.");
    this.search.focus();
    if (this.current) this.deleted(this.current);
    await this.refresh();
  }

  async #export() {
    try {
      save(await file("api/export"), "conversations.jsonl");
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * @param {string} id
   * @returns {Element | null | undefined}
   */
  #rowOf(id) {
    return [...this.list.querySelectorAll("a")].find((link) => link.dataset.id === id)?.parentElement;
  }

  /** @param {unknown} error */
  #fail(error) {
    const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
    this.note.textContent = `${message} ${remedy ?? ""}`;
  }
}

/** @param {string} words */
function hushAndSay(words) {
  hush();
  say(words);
}
