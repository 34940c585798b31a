/** Two small dialogs: for the server's key, and before something is deleted. */

import { byId } from "./dom.js";

/**
 * @param {boolean} again whether a key was refused
 * @returns {Promise<string | null>} null if none is given
 */
export function promptForKey(again) {
  const dialog = byId("key", HTMLDialogElement);
  const input = byId("key-input", HTMLInputElement);
  byId("key-why", HTMLElement).hidden = !again;
  input.value = "";
  return answered(dialog).then((saved) => (saved && input.value.trim()) || null);
}

/**
 * @param {object} told
 * @param {string} told.heading the question
 * @param {string} told.title of what would go
 * @param {string} told.words what is lost
 * @param {string} told.yes what the button that does it says
 * @returns {Promise<boolean>}
 */
export function confirmDeletion({ heading, title, words, yes }) {
  byId("confirm-heading", HTMLElement).textContent = heading;
  byId("confirm-title", HTMLElement).textContent = title;
  byId("confirm-words", HTMLElement).textContent = words;
  byId("confirm-yes", HTMLElement).textContent = yes;
  return answered(byId("confirm", HTMLDialogElement));
}

/**
 * @param {HTMLDialogElement} dialog with a form of method "dialog"
 * @returns {Promise<boolean>} whether it was closed with its button of value "yes"
 */
function answered(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Make the buttons that only close a dialog do so. */
export function startPrompts() {
  for (const button of document.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}
