/** The page: one conversation at a time, its articles beside it, all conversations in a list. */

import { ask, call, onKeyNeeded } from "./api.js";
import { ArticleList, takeDroppedFiles } from "./article_list.js";
import { ArticlePanel } from "./article_panel.js";
import { Collection } from "./collection.js";
import { Composer } from "./composer.js";
import { ConversationList } from "./conversations.js";
import { byId, el } from "./dom.js";
import { Filtering } from "./filtering.js";
import { showKeys, startKeys } from "./keys.js";
import { Palette } from "./palette.js";
import { promptForKey, startPrompts } from "./prompts.js";
import { Sheet } from "./sheet.js";
import { startTheme } from "./theme.js";
import { hideTip, startTip } from "./tip.js";
import { Turn } from "./turn.js";
import { counted } from "./words.js";

/**
 * @typedef {import("./types.js").WholeConversationBody} Conversation
 */

const thread = byId("turns", HTMLElement);
const scroller = byId("thread", HTMLElement);
const empty = byId("empty", HTMLElement);

const articles = new ArticlePanel(
  new Sheet({
    region: byId("article", HTMLElement),
    column: byId("article-column", HTMLElement),
    dialog: byId("article-dialog", HTMLDialogElement),
    room: "(min-width: 900px)",
  }),
  (path, name) => collection.at(path, name),
);
const drawer = new Sheet({
  region: byId("conversations", HTMLElement),
  column: byId("conversations-column", HTMLElement),
  dialog: byId("conversations-dialog", HTMLDialogElement),
  room: "(min-width: 1100px)",
  pinned: true,
});
const conversations = new ConversationList({
  opened: () => drawer.close(),
  deleted: (id) => {
    if (id === current) begin();
  },
});
const filtering = new Filtering();
const collection = new Collection({
  ask: (question) => void begun(question),
  known: (status) => {
    filtering.offer(status);
    byId("articles-words", HTMLElement).textContent = counted(status.articles, "article");
  },
  chosen: (name) => {
    turnTo(name);
    begin();
  },
});
const list = new ArticleList(articles, collection);
const composer = new Composer({
  ask: (question) => void begun(question),
  stop: () => running?.abort(),
});

/** @type {import("./turn.js").Doors} */
const doors = {
  citation: (citation, all, turn) => void articles.of(turn.collection).openCitation(citation, all),
  article: (id, passage, turn) => void articles.of(turn.collection).openArticle(id, passage),
  retry: (turn) => {
    if (running) return;
    const again = new Turn(turn.question, turn.filters, doors, turn.collection);
    turn.element.remove();
    void answer(again);
  },
  widen: (turn) => {
    if (!running) void answer(new Turn(turn.question, {}, doors, turn.collection));
  },
  again: (turn) => {
    if (!running) void answer(new Turn(turn.question, turn.filters, doors, turn.collection));
  },
  shares: () => Boolean(collection.status?.shares),
  edit: (turn) => composer.write(turn.question),
};

const everywhere = byId("everywhere", HTMLInputElement);

const palette = new Palette({
  commands: () => [
    { words: "New question", kind: "Command", run: fresh },
    { words: "All articles", kind: "Command", run: () => void list.open() },
    { words: "Filter the articles that may be used", kind: "Command", run: () => byId("filters-button", HTMLElement).click() },
    { words: "Light or dark page", kind: "Command", run: () => byId("theme", HTMLElement).click() },
    { words: "Verify an answer", kind: "Command", run: () => location.assign("verify") },
    { words: "Help and keys", kind: "Command", run: showKeys },
    ...(collection.status?.collections ?? []).filter((name) => name !== collection.status?.model).map((name) => ({
      words: `Ask the collection ${name}`,
      kind: "Command",
      run: () => {
        turnTo(name);
        begin();
      },
    })),
  ],
  at: (path) => collection.at(path),
  article: (id) => void articles.of(undefined).openArticle(id),
  search: (words) => void list.search(words),
});

const NAME = document.title;

/** @type {string | null} The conversation that is shown; null until its first answer begins. */
let current = null;
/** @type {AbortController | null} Of the answer that is on its way. */
let running = null;

/**
 * Ask what was written: the collection that is chosen, or all of them, one below the other.
 *
 * @param {string} question
 */
async function begun(question) {
  const asked = collection.status;
  await answer(new Turn(question, filtering.value(), doors));
  if (!everywhere.checked || !asked) return;
  for (const name of asked.collections.filter((one) => one !== asked.model)) {
    if (running || collection.status?.model !== asked.model) return;
    await answer(new Turn(question, filtering.value(), doors, name));
  }
}

/**
 * Ask a turn's question and draw what comes. One of another collection is kept as a conversation of its own.
 *
 * @param {Turn} turn
 */
async function answer(turn) {
  const own = new AbortController();
  running = own;
  composer.setBusy(true);
  // What was pressed, an example or "Try again", goes away; the keyboard goes on from the question.
  const lost = document.activeElement === document.body || empty.contains(document.activeElement);
  filtering.fold();
  add(turn);
  if (lost) turn.focus();
  turn.wait();
  turn.element.scrollIntoView({ block: "start" });
  const chosen = current ? { conversation_id: current } : collection.name !== null && { collection: collection.name };
  const where = turn.collection ? { collection: turn.collection } : chosen;
  const body = { question: turn.question, ...where, filters: turn.filters };
  try {
    const whole = await ask(body, own.signal, {
      start: (event) => turn.understood(event.searched),
      sentence: (event) => keepingPlace(turn, () => turn.addSentence(event)),
    });
    keepingPlace(turn, () => turn.finish(whole, whole.message_id ?? "", null, whole.conversation_id));
    if (running === own && !turn.collection) show(whole.conversation_id ?? null); // Not earlier: a stopped answer is not kept.
    void conversations.refresh();
    if (!collection.status) void collection.describe(); // The key was given only now.
  } catch (error) {
    keepingPlace(turn, () => {
      if (own.signal.aborted) turn.stopped();
      else turn.failed(/** @type {import("./api.js").ServiceError} */ (error));
    });
  } finally {
    if (running === own) {
      running = null;
      composer.setBusy(false);
    }
  }
}

/**
 * Draw, and stay at the end of the thread if the reader was there and the question stays in sight.
 *
 * @param {Turn} turn
 * @param {() => void} draw
 */
function keepingPlace(turn, draw) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  draw();
  if (!atEnd || !turn.element.isConnected) return;
  const question = turn.element.offsetTop - scroller.offsetTop;
  scroller.scrollTop = Math.min(scroller.scrollHeight, question - 16);
}

/** @param {Turn} turn */
function add(turn) {
  empty.hidden = true;
  thread.append(turn.element);
  if (turn.element === thread.firstElementChild) document.title = `${turn.question} – ${NAME}`;
  composer.setFollowing(true);
}

/**
 * Ask another collection from now on, all of it.
 *
 * @param {string | null} name null for the first
 * @returns {boolean} false if it is asked already
 */
function turnTo(name) {
  const turned = collection.choose(name);
  if (turned) filtering.clear();
  return turned;
}

/** Show the empty page, for a new conversation. */
function begin() {
  clear();
  empty.hidden = false;
  composer.setFollowing(false);
  show(null);
}

/** Begin a new conversation, ready to be typed into. */
function fresh() {
  drawer.close();
  begin();
  composer.focus();
}

function clear() {
  document.title = NAME;
  running?.abort();
  running = null;
  composer.setBusy(false);
  thread.replaceChildren();
  hideTip();
  articles.close();
}

/**
 * State in the address and the list which conversation is shown.
 *
 * @param {string | null} id
 */
function show(id) {
  current = id;
  const { name } = collection;
  const empty = name === null ? location.pathname + location.search : `#in=${encodeURIComponent(name)}`;
  const there = linked("c") === id && (id !== null || linked("in") === name);
  if (!there) history.pushState(null, "", id ? `#c=${encodeURIComponent(id)}` : empty);
  conversations.mark(id);
}

/**
 * @param {"c" | "in" | "a" | "from" | "to"} what
 * @returns {string | null} the conversation that the address names, the collection of a new one, or an article and
 *   which characters of it are quoted
 */
function linked(what) {
  return new URLSearchParams(location.hash.slice(1)).get(what);
}

/**
 * Show what a citation in another program's chat leads to.
 *
 * @param {string} article
 * @param {{start: number, end: number}} quoted its characters; none, if there are none between them
 */
function openLinked(article, quoted) {
  const quotes = quoted.start >= 0 && quoted.end > quoted.start;
  const why = `The quoted characters are marked: ${quoted.start} to ${quoted.end}.`;
  void articles.of(undefined).openArticle(article, quotes ? quoted : undefined, why);
}

/** Show what the address names. */
async function follow() {
  const id = linked("c");
  if (!id) {
    const turned = turnTo(linked("in"));
    if (turned || current) begin();
    const article = linked("a");
    if (article) openLinked(article, { start: Number(linked("from")), end: Number(linked("to")) });
    return;
  }
  if (id === current) return;
  clear();
  current = id;
  conversations.mark(id);
  empty.hidden = true;
  composer.setFollowing(true);
  if (!/^[0-9a-f]{24}$/.test(id)) {
    thread.replaceChildren(failure({ message: "There is no such conversation.", remedy: "Its address is not whole." }));
    return;
  }
  try {
    /** @type {Conversation} */
    const { messages, collection: about } = await call(`api/conversations/${encodeURIComponent(id)}`);
    if (current !== id) return;
    turnTo(about);
    for (const message of messages) draw(message);
    scroller.scrollTop = scroller.scrollHeight;
  } catch (error) {
    if (current === id) thread.replaceChildren(failure(/** @type {import("./api.js").ServiceError} */ (error)));
  }
}

/** @param {import("./types.js").MessageBody} message */
function draw({ question, answer: whole, message_id: messageId, feedback, produced }) {
  const turn = new Turn(question, produced.filters, doors);
  add(turn);
  if (whole) turn.finish(whole, messageId, feedback, current ?? undefined);
  else turn.failed({ message: "This question was not answered to the end.", remedy: "Ask it again." });
}

/** @param {{message: string, remedy?: string}} error */
function failure({ message, remedy }) {
  const again = el("button", { type: "button", class: "quiet", click: begin }, "New question");
  return el("div", { class: "failure", role: "alert" }, el("p", { class: "failure-message" }, message), el("p", {}, remedy ?? ""), again);
}

onKeyNeeded(promptForKey);
startPrompts();
startTheme();
startTip();
addEventListener("hashchange", () => void follow());
addEventListener("popstate", () => void follow());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  // What other tabs did meanwhile, and what became of the collection.
  conversations.catchUp();
  void collection.describe();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (hideTip() || document.querySelector("dialog[open]")) return;
  if (articles.reading) articles.widen(false);
  else if (articles.shown) articles.close();
  else running?.abort();
});
for (const id of ["new", "new-narrow"]) byId(id, HTMLButtonElement).addEventListener("click", fresh);
byId("palette-button", HTMLButtonElement).addEventListener("click", () => palette.open());
byId("help-button", HTMLButtonElement).addEventListener("click", showKeys);
startKeys({
  ask: () => composer.focus(),
  palette: () => palette.open(),
  turn: (step) => {
    if (!articles.shown || !articles.turn) return false;
    articles.turn(step);
    return true;
  },
  widen: () => {
    if (articles.shown) articles.widen(!articles.reading);
    return articles.shown;
  },
});
takeDroppedFiles(list, collection);
byId("open-conversations", HTMLButtonElement).addEventListener("click", () => drawer.open());
byId("conversations-close", HTMLButtonElement).addEventListener("click", () => drawer.close());
for (const id of ["browse", "articles-button"]) {
  byId(id, HTMLButtonElement).addEventListener("click", () => void list.open());
}
byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  composer.focus();
});
composer.setFollowing(false);
// Whoever comes to ask can type at once; on a touch screen that would open the keyboard over the page.
if (!linked("c") && matchMedia("(hover: hover) and (pointer: fine)").matches) composer.focus();
if (!linked("in")) void collection.describe();
void conversations.refresh();
void follow();
