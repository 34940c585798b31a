/** Two small dialogs: for the server's key, and before something is deleted. */

import { byId } from "./dom.js";

/**
 * @param {import("./api.js").ServiceError} error why a key is needed
 * @param {boolean} again whether a key was refused
 * @returns {Promise<string | null>} null if none is given
 */
export function promptForKey(error, again) {
  const dialog = byId("key", HTMLDialogElement);
  const input = byId("key-input", HTMLInputElement);
  byId("key-why", HTMLElement).textContent = again ? `That key was not accepted. ${error.message}` : error.message;
  byId("key-remedy", HTMLElement).textContent = error.remedy;
  input.value = "";
  return answered(dialog).then((saved) => (saved && input.value.trim()) || null);
}

/**
 * @param {string} title of the conversation
 * @param {string} words what is lost
 * @returns {Promise<boolean>}
 */
export function confirmDeletion(title, words) {
  byId("confirm-title", HTMLElement).textContent = title;
  byId("confirm-words", HTMLElement).textContent = words;
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
