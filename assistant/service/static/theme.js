/** Light or dark: as the system says, until a person chooses. */

import { byId, icon } from "./dom.js";

const KEY = "assistant-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** @returns {boolean} */
function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

function label() {
  const button = byId("theme", HTMLButtonElement);
  const words = dark() ? "Light page" : "Dark page";
  button.setAttribute("aria-label", words);
  button.title = words;
  button.replaceChildren(icon(dark() ? "sun" : "moon"));
}

/** Make the button work. A choice that equals the system's is no choice: the page follows the system again. */
export function startTheme() {
  byId("theme", HTMLButtonElement).addEventListener("click", () => {
    const wanted = dark() ? "light" : "dark";
    const same = (wanted === "dark") === system.matches;
    if (same) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = wanted;
    try {
      if (same) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, wanted);
    } catch {
      // The choice lasts until the page is left.
    }
    label();
  });
  system.addEventListener("change", label);
  label();
}
