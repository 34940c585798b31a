/** Offsets in characters (Unicode code points, as the service counts) made offsets in a JavaScript string (UTF-16). */

/**
 * Where each of some characters begins in a string.
 *
 * @param {string} text
 * @param {readonly number[]} offsets in code points, in any order; beyond the end means the end
 * @returns {number[]} in UTF-16 units, in the order of `offsets`
 */
export function unitOffsets(text, offsets) {
  const order = offsets.map((offset, place) => ({ offset, place })).sort((a, b) => a.offset - b.offset);
  const found = new Array(offsets.length).fill(text.length);
  let unit = 0;
  let point = 0;
  for (const { offset, place } of order) {
    while (point < offset && unit < text.length) {
      unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
      point += 1;
    }
    found[place] = unit;
  }
  return found;
}

/**
 * How many characters a string has.
 *
 * @param {string} text
 * @returns {number} in code points
 */
export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * A string's first characters, with an ellipsis if there are more.
 *
 * @param {string} text
 * @param {number} most in code points
 * @returns {string}
 */
export function shortened(text, most) {
  const [end] = unitOffsets(text, [most]);
  return end < text.length ? `${text.slice(0, end).trimEnd()} …` : text;
}
