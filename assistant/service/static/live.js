/** What a screen reader is told beside what the focus shows: sentences as they arrive, and what was done. */

import { byId, el } from "./dom.js";

/**
 * Say something when the reader has time for it. What was said before stays until `hush`.
 *
 * @param {string} words
 */
export function say(words) {
  byId("live", HTMLElement).append(el("p", {}, words));
}

/** Take back what was said before, so that nothing old is read again. */
export function hush() {
  byId("live", HTMLElement).replaceChildren();
}
