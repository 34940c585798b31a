/** The menu under an answer: the answer or its conversation as a document, and a link for others. */

import { call, file } from "./api.js";
import { copied, save } from "./copying.js";
import { el } from "./dom.js";
import { say } from "./live.js";

/** @type {readonly ["markdown" | "html" | "json", string, string][]} */
const FORMS = [
  ["markdown", "Markdown", "md"],
  ["html", "Web page", "html"],
  ["json", "JSON, with signatures", "json"],
];

/**
 * @param {{conversation: string, message: string}} ids
 * @param {boolean} shares whether the server lets conversations be shared
 * @returns {HTMLElement}
 */
export function exportMenu({ conversation, message }, shares) {
  const path = `api/conversations/${encodeURIComponent(conversation)}`;
  const said = el("p", { class: "menu-said", role: "status" });
  const saving = (/** @type {string} */ form, /** @type {string} */ name, /** @type {string} */ only) => () =>
    attempt(said, async () => save(await file(`${path}/export?form=${form}${only}`), name));
  const rows = (/** @type {string} */ words, /** @type {string} */ name, /** @type {string} */ only) => [
    el("p", { class: "menu-head" }, words),
    ...FORMS.map(([form, label, suffix]) => el("button", { type: "button", class: "plain", click: saving(form, `${name}.${suffix}`, only) }, label)),
  ];
  const share = async () => {
    const { path: shared } = await call(`${path}/share`, { method: "POST" });
    const link = new URL(shared, document.baseURI).href;
    said.replaceChildren((await copied(link)) ? "Copied; anyone who has it can read the conversation: " : "Anyone who has it can read the conversation: ", el("a", { href: link }, link));
  };
  const revoke = async () => {
    await call(`${path}/share`, { method: "DELETE" });
    said.textContent = "The link leads nowhere any more.";
  };
  return el(
    "details",
    { class: "menu" },
    el("summary", {}, "Export"),
    el(
      "div",
      { class: "menu-in" },
      ...rows("This answer", `answer-${message}`, `&message=${encodeURIComponent(message)}`),
      ...rows("The whole conversation", `conversation-${conversation}`, ""),
      shares && el("p", { class: "menu-head" }, "Share it, to be read"),
      shares && el("button", { type: "button", class: "plain", click: () => attempt(said, share) }, "Make a link"),
      shares && el("button", { type: "button", class: "plain", click: () => attempt(said, revoke) }, "Revoke the link"),
      said,
    ),
  );
}

/**
 * @param {HTMLElement} said
 * @param {() => Promise<void>} act
 */
async function attempt(said, act) {
  said.textContent = "";
  try {
    await act();
    say(said.textContent || "Saved.");
  } catch (error) {
    const { message, remedy } = /** @type {import("./api.js").ServiceError} */ (error);
    said.textContent = `${message} ${remedy ?? ""}`;
  }
}
