/**
 * Markdown drawn as elements. Every character of the source stays in them, in its place: marks such as "**" are hidden,
 * not dropped. So what is shown can be found by the characters of receipts, and copied sources stay the source.
 *
 * No HTML is ever made of text: what looks like a tag is shown as text, and only addresses of the web become links.
 */

import { el } from "./dom.js";
import { Autolink, parser, Strikethrough, Table } from "./vendor/lezer-markdown.js";
import { followable } from "./words.js";

/**
 * @typedef {{start: number, end: number, kind: "quote" | "passage" | "hit"}} Mark in UTF-16 units of the text
 * @typedef {{start: number, end: number, node: Node}} Replacement characters in whose place something else is shown
 * @typedef {{name: string, from: number, to: number, firstChild: Syntax | null, nextSibling: Syntax | null}} Syntax
 */

/** Articles are of any format: an indented paragraph is no code, a "<" opens no tag, "[1]:" defines no link. */
const MARKDOWN = parser.configure([Table, Strikethrough, Autolink, { remove: ["IndentedCode", "HTMLBlock", "HTMLTag", "LinkReference"] }]);

/** Syntax by the element that it becomes; what is not named here is text. @type {Record<string, keyof HTMLElementTagNameMap>} */
const ELEMENTS = {
  Blockquote: "blockquote",
  BulletList: "ul",
  OrderedList: "ol",
  ListItem: "li",
  Paragraph: "p",
  FencedCode: "pre",
  Emphasis: "em",
  StrongEmphasis: "strong",
  Strikethrough: "s",
  InlineCode: "code",
};
/** Elements whose own text, between their parts, is white space that nobody is to see. */
const FRAMES = new Set(["Document", "Blockquote", "BulletList", "OrderedList", "ListItem", "FencedCode"]);
/** Elements that may hold no text; what stands between their parts is put into the next part. */
const TEXTLESS = new Set(["BulletList", "OrderedList"]);
const HEADING = /^(?:ATX|Setext)Heading([1-6])$/;
const MARKS = /^(?:Header|Quote|List|Code|Emphasis|Strikethrough|Link)Mark$|^(?:CodeInfo|LinkTitle|LinkLabel)$/;
const ROW = /^[ \t]*\|.*\|[ \t]*$/;
/** Characters of a line from which on it may have been broken for want of room, as in text that is wrapped by hand. */
const FULL = 50;

/**
 * @param {string} text
 * @param {object} [shown]
 * @param {readonly Mark[]} [shown.marks] in order, none within another
 * @param {readonly Replacement[]} [shown.replaced] in order, none within another
 * @returns {HTMLDivElement} its text, the hidden with it, is `text` to the letter
 */
export function drawn(text, { marks = [], replaced = [] } = {}) {
  const root = el("div", { class: "markdown" });
  new Drawing(text, marks, replaced).draw(root);
  return root;
}

/**
 * @param {{text: string, title: string | null}} article whose title stands above it already
 * @param {readonly Mark[]} marks
 * @returns {HTMLDivElement}
 */
export function articleDrawn({ text, title }, marks) {
  const made = drawn(text, { marks });
  const first = made.querySelector("h3, h4, p");
  if (first?.matches("h3") && !first.querySelector("mark") && visible(first) === title) first.setAttribute("hidden", "");
  return made;
}

/**
 * @param {string} text
 * @returns {string} what a reader of it sees, on one line
 */
export function plain(text) {
  const lines = text.split("\n").map((line) => (isRow(line) ? line.replace(/^\s*\|\s*|\s*\|\s*$/g, "").replace(/\s*(?<!\\)\|\s*/g, " · ") : line));
  return visible(drawn(lines.join("\n")));
}

/**
 * @param {Element} element
 * @returns {string} what a reader of it sees, on one line
 */
export function visible(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const hidden of copy.querySelectorAll("[hidden]")) hidden.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/**
 * @param {string} line
 * @returns {boolean} whether it is a row of a table, as "| a | b |"
 */
export function isRow(line) {
  return ROW.test(line);
}

/**
 * Rows of tables that stand alone, as an answer quotes them; drawn as one table.
 *
 * @param {readonly {text: string, replaced: readonly Replacement[]}[]} rows
 * @returns {HTMLElement}
 */
export function rowsDrawn(rows) {
  const parts = rows.map(({ text, replaced }) => {
    const tr = el("tr");
    new Drawing(text, [], replaced).row(tr);
    return tr;
  });
  return scrolling(el("table", {}, el("tbody", {}, ...parts)));
}

/**
 * @param {HTMLElement} table
 * @returns {HTMLElement} a wide one is scrolled by itself, from the keyboard too
 */
function scrolling(table) {
  return el("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Table" }, table);
}

/** One text on its way into elements. */
class Drawing {
  /**
   * @param {string} text
   * @param {readonly Mark[]} marks
   * @param {readonly Replacement[]} replaced
   */
  constructor(text, marks, replaced) {
    this.text = text;
    this.marks = marks;
    this.replaced = replaced;
    /** Where the text begins that is in no element yet. */
    this.done = 0;
  }

  /** @param {HTMLElement} root */
  draw(root) {
    this.#fill(root, /** @type {Syntax} */ (MARKDOWN.parse(this.text).topNode), "Document");
    this.#put(root, this.text.length, true);
  }

  /**
   * A line "| a | b |", which without the row under a table's head is no table to Markdown.
   *
   * @param {HTMLElement} tr
   */
  row(tr) {
    const pipes = [...this.text.matchAll(/(?<!\\)\|/g)].map((found) => found.index);
    for (const [place, pipe] of pipes.entries()) {
      const end = pipes[place + 1];
      if (end === undefined) break;
      const cell = el("td", { dir: "auto" });
      this.#put(cell, pipe + 1, true);
      this.#inline(cell, end);
      tr.append(cell);
    }
    if (tr.lastElementChild) this.#put(/** @type {HTMLElement} */ (tr.lastElementChild), this.text.length, true);
  }

  /**
   * @param {HTMLElement} cell
   * @param {number} end
   */
  #inline(cell, end) {
    const part = this.text.slice(this.done, end);
    const from = this.done;
    const paragraph = MARKDOWN.parse(part).topNode.firstChild;
    if (paragraph?.name === "Paragraph" && !paragraph.nextSibling) {
      this.#put(cell, from + paragraph.from, true);
      this.#fill(cell, moved(paragraph, from), "Paragraph");
    }
    this.#put(cell, end, !part.trim());
  }

  /**
   * @param {HTMLElement} into
   * @param {Syntax} node
   * @param {string} name of its syntax
   */
  #fill(into, node, name) {
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (!TEXTLESS.has(name)) this.#put(into, child.from, FRAMES.has(name));
      this.#part(into, child);
    }
    if (!TEXTLESS.has(name)) this.#put(into, node.to, FRAMES.has(name));
  }

  /**
   * @param {HTMLElement} into
   * @param {Syntax} node
   */
  #part(into, node) {
    const { name, from, to } = node;
    if (name === "Table") return this.#table(into, node);
    if (name === "HorizontalRule") return this.#rule(into, to);
    if (name === "Escape") return this.#escape(into, to);
    if (name === "Link" || name === "Image") return this.#link(into, node);
    if (name === "URL" || name === "Autolink") return this.#address(into, node);
    if (MARKS.test(name)) return this.#put(into, to, true);
    const heading = name.match(HEADING);
    const broken = heading && this.text.slice(from, to).trimEnd().split("\n").length > 2; // A rule under a paragraph.
    const tag = heading ? (broken ? "p" : heading_(Number(heading[1]))) : ELEMENTS[name];
    if (!tag) return this.#fill(into, node, name === "CodeText" ? "CodeText" : "Paragraph");
    const made = el(tag, this.#attributes(node));
    this.#fill(made, node, name);
    into.append(made);
  }

  /**
   * @param {Syntax} node
   * @returns {Record<string, string | null>}
   */
  #attributes({ name, from, to, firstChild }) {
    if (name === "ListItem") {
      const number = this.text.slice(firstChild?.from, firstChild?.to).match(/^\d+/);
      return { dir: "auto", value: number ? number[0] : null };
    }
    if (name === "Paragraph") return { dir: "auto", class: isWrapped(this.text.slice(from, to)) ? "wrapped" : null };
    return name === "InlineCode" || name === "Emphasis" || name === "StrongEmphasis" ? {} : { dir: "auto" };
  }

  /**
   * @param {HTMLElement} into
   * @param {Syntax} node
   */
  #table(into, node) {
    const head = el("thead");
    const body = el("tbody");
    /** @type {HTMLElement} */
    let last = into;
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name !== "TableHeader" && child.name !== "TableRow") continue; // The row of dashes goes into the next cell.
      const tr = el("tr");
      last = this.#cells(tr, child, child.name === "TableHeader" ? "th" : "td") ?? last;
      (child.name === "TableHeader" ? head : body).append(tr);
    }
    this.#put(last, node.to, true);
    into.append(scrolling(el("table", {}, head, body)));
  }

  /**
   * The cells of a row: the parser names those that are not empty, and the bars between all.
   *
   * @param {HTMLElement} tr
   * @param {Syntax} node
   * @param {"th" | "td"} tag
   * @returns {HTMLElement | null} the last one
   */
  #cells(tr, node, tag) {
    /** @type {HTMLElement | null} */
    let open = null;
    /** @type {HTMLElement | null} */
    let last = null;
    const begin = () => {
      last = el(tag, { dir: "auto", scope: tag === "th" ? "col" : null });
      tr.append(last);
      return last;
    };
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "TableCell") {
        open = begin();
        this.#put(open, child.from, true);
        this.#fill(open, child, "TableCell");
      } else if (child.from > node.from) {
        if (!open) begin();
        open = null;
      }
    }
    return last;
  }

  /**
   * @param {HTMLElement} into
   * @param {number} to
   */
  #rule(into, to) {
    this.#put(into, to, true);
    into.append(el("hr"));
  }

  /**
   * @param {HTMLElement} into
   * @param {number} to
   */
  #escape(into, to) {
    this.#put(into, to - 1, true);
    this.#put(into, to, false);
  }

  /**
   * "[words](address)" becomes a link on the words; brackets without an address are text.
   *
   * @param {HTMLElement} into
   * @param {Syntax} node
   */
  #link(into, node) {
    const parts = [...children(node)];
    const address = parts.find((part) => part.name === "URL");
    if (!address) {
      for (const part of parts) {
        this.#put(into, part.from, false);
        if (part.name !== "LinkMark" && part.name !== "LinkLabel") this.#part(into, part);
      }
      return this.#put(into, node.to, false);
    }
    const made = this.#anchor(this.text.slice(address.from, address.to).replace(/^<|>$/g, ""));
    for (const part of parts) {
      this.#put(made, part.from, part.from > address.from);
      if (part === address || part.name === "LinkTitle") this.#put(made, part.to, true);
      else this.#part(made, part);
    }
    this.#put(made, node.to, true);
    into.append(made);
  }

  /**
   * @param {HTMLElement} into
   * @param {Syntax} node
   */
  #address(into, node) {
    const made = this.#anchor(this.text.slice(node.from, node.to).replace(/^<|>$/g, ""));
    this.#put(made, node.to, false);
    into.append(made);
  }

  /**
   * @param {string} address
   * @returns {HTMLElement}
   */
  #anchor(address) {
    const href = followable(address);
    return href ? el("a", { href, rel: "noreferrer noopener", target: "_blank" }) : el("span");
  }

  /**
   * Put the text up to a place into an element, what is marked of it as marks.
   *
   * @param {HTMLElement} into
   * @param {number} to
   * @param {boolean} hidden
   */
  #put(into, to, hidden) {
    if (to <= this.done) return;
    const pieces = [...this.#pieces(this.done, to)];
    this.done = to;
    if (!hidden) return into.append(...pieces);
    const shown = pieces.filter((piece) => this.replaced.some(({ node }) => node === piece));
    const rest = pieces.filter((piece) => !shown.includes(piece));
    if (rest.length) into.append(el("span", { class: "syntax", hidden: true }, ...rest));
    into.append(...shown);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {Generator<Node | string>}
   */
  *#pieces(from, to) {
    let at = from;
    const within = [...this.marks, ...this.replaced].filter(({ start, end }) => start < to && end > from).sort((a, b) => a.start - b.start);
    for (const one of within) {
      const start = Math.max(one.start, at);
      const end = Math.min(one.end, to);
      if (start > at) yield this.text.slice(at, start);
      if ("kind" in one) yield el("mark", { class: one.kind }, this.text.slice(start, end));
      else if (one.start >= from) yield one.node;
      at = end;
    }
    if (at < to) yield this.text.slice(at, to);
  }
}

/**
 * @param {number} level of Markdown's
 * @returns {"h3" | "h4" | "h5" | "h6"} the page has the first two for itself
 */
function heading_(level) {
  return /** @type {"h3"} */ (`h${Math.min(level + 2, 6)}`);
}

/**
 * @param {Syntax} node
 * @returns {Generator<Syntax>}
 */
function* children(node) {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

/**
 * Syntax of a part of a text, at its place in the whole.
 *
 * @param {Syntax} node
 * @param {number} by
 * @returns {Syntax}
 */
function moved(node, by) {
  const { name, from, to } = node;
  return {
    name,
    from: from + by,
    to: to + by,
    get firstChild() {
      return node.firstChild && moved(node.firstChild, by);
    },
    get nextSibling() {
      return node.nextSibling && moved(node.nextSibling, by);
    },
  };
}

/**
 * @param {string} paragraph
 * @returns {boolean} whether its lines were broken for want of room, so that they may be filled anew
 */
function isWrapped(paragraph) {
  const lines = paragraph.split("\n").slice(0, -1);
  return lines.length > 0 && lines.every((line) => line.length >= FULL && !/ {2}$|\\$/.test(line));
}
