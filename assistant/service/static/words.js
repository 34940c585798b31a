/** Dates, counts and names as a person reads them. */

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const OLDER = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const LANGUAGE = new Intl.DisplayNames("en-GB", { type: "language" });
const NUMBER = new Intl.NumberFormat("en-GB");

/**
 * @param {string | null | undefined} iso such as 2022-03-06
 * @returns {string} 6 March 2022; what is no date, as it is
 */
export function day(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  return iso && !Number.isNaN(date.valueOf()) ? DAY.format(date) : (iso ?? "");
}

/**
 * @param {string} iso with time and zone
 * @returns {string} 6 Mar, 14:05, in the reader's zone; of another year than this, 6 Mar 2022
 */
export function moment(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.valueOf())) return "";
  return (date.getFullYear() === new Date().getFullYear() ? MOMENT : OLDER).format(date);
}

/**
 * @param {number} count
 * @param {string} noun in the singular
 * @returns {string} 1 article, 2 articles
 */
export function counted(count, noun) {
  return `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * @param {number} probability from 0 to 1
 * @returns {string} 7%, under 1%
 */
export function percent(probability) {
  return probability < 0.01 ? "under 1%" : `${Math.round(100 * probability)}%`;
}

/**
 * How sure it is that the articles answer, in words, as a person would say it.
 *
 * @param {number} probability from 0 to 1
 * @returns {string} what the articles do
 */
export function likelihood(probability) {
  const steps = /** @type {const} */ ([[0.95, "almost certainly answer"], [0.8, "very likely answer"], [0.6, "probably answer"], [0.4, "may answer"], [0.2, "probably do not answer"], [0.05, "very likely do not answer"]]);
  return steps.find(([least]) => probability >= least)?.[1] ?? "almost certainly do not answer";
}

/**
 * @param {{title?: string | null, article_id: string}} article
 * @returns {string}
 */
export function titleOf(article) {
  return article.title || article.article_id;
}

/**
 * @param {{publisher?: string | null, published?: string | null}} article
 * @returns {string} Harbour Gazette, 6 March 2022
 */
export function provenance(article) {
  return [article.publisher, day(article.published)].filter(Boolean).join(", ");
}

/**
 * @param {import("./types.js").FiltersBody} filters
 * @returns {string} empty if nothing is filtered
 */
export function filterWords(filters) {
  const { published_after: after, published_before: before, publishers, languages, articles } = filters;
  const dates = after && before ? `${day(after)} to ${day(before)}` : after ? `since ${day(after)}` : before ? `until ${day(before)}` : "";
  const tongues = languages?.map((code) => `in ${languageName(code)}`).join(", ");
  const few = articles?.length && (articles.length > 3 ? `${articles.length} of them` : articles.join(", "));
  return [dates, publishers?.join(", "), tongues, few].filter(Boolean).join("; ");
}

/**
 * @param {string} code such as "en"; whatever is no code of a language is left as it is
 * @returns {string}
 */
function languageName(code) {
  try {
    return LANGUAGE.of(code) ?? code;
  } catch {
    return code;
  }
}

/**
 * @param {string | null | undefined} url
 * @returns {string | null} the address if a browser may follow it: never one that runs a script
 */
export function followable(url) {
  return url && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : null;
}

/**
 * @param {string} words as the service states them: "there is no conversation 'x'"
 * @returns {string} as a sentence, for reading one after another
 */
export function sentence(words) {
  const [first = ""] = words;
  const whole = first.toUpperCase() + words.slice(first.length);
  return !whole || /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
