/** Whether a quote stands in an article as it is now, as `assistant verify` tells it. */

import { pageOf } from "./article_pages.js";
import { length, unitOffsets } from "./codepoints.js";

/**
 * @typedef {object} Standing
 * @property {"holds" | "moved" | "changed"} standing
 * @property {number} start in UTF-16 units of the article's text; for "changed" there is no such place, and it is 0
 * @property {number} end
 * @property {string} words for a person
 */

/** For a person: the article was removed. */
export const gone = "The article is not in the collection any more. This is what it said when the question was answered:";

/**
 * @param {import("./types.js").WholeArticleBody} article as it is now
 * @param {import("./types.js").Citation} citation
 * @returns {Standing}
 */
export function standing(article, citation) {
  const { text } = article;
  const { quote } = citation;
  const [start, end] = unitOffsets(text, [citation.start, citation.end]);
  const page = pageOf(article, start);
  const place = `${page ? `page ${page}, ` : ""}characters ${citation.start} to ${citation.end}`;
  if (text.slice(start, end) === quote) {
    const same = article.sha256 === citation.sha256;
    const words = same ? `The quote stands here to the letter: ${place}.` : `The quote still stands here: ${place}. The article has changed elsewhere.`;
    return { standing: "holds", start, end, words };
  }
  const moved = nearest(text, quote, start);
  if (moved >= 0) {
    const now = length(text.slice(0, moved));
    return { standing: "moved", start: moved, end: moved + quote.length, words: `The article has changed: the quote has moved from character ${citation.start} to ${now}.` };
  }
  return { standing: "changed", start: 0, end: 0, words: "The article has changed: the quote does not stand in it any more." };
}

/**
 * @param {string} text
 * @param {string} quote
 * @param {number} start
 * @returns {number} where the quote stands closest to `start`; -1 if nowhere
 */
function nearest(text, quote, start) {
  let best = -1;
  for (let at = quote ? text.indexOf(quote) : -1; at >= 0; at = text.indexOf(quote, at + 1)) {
    if (best < 0 || Math.abs(at - start) < Math.abs(best - start)) best = at;
  }
  return best;
}
