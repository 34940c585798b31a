/** The service's HTTP interface: JSON, one shape of error, and the key where one is asked for. */

import { serverEvents } from "./events.js";
import { sentence } from "./words.js";

/**
 * @typedef {import("./types.js").AnswerBody} Answer
 * @typedef {import("./types.js").FiltersBody} Filters
 */

const KEY = "assistant-key";

/** What went wrong, and what to do about it. */
export class ServiceError extends Error {
  /** @param {{message?: string, remedy?: string, code?: string}} stated */
  constructor({ message = "The service failed.", remedy = "Try again.", code = "unknown" }) {
    super(sentence(message));
    this.remedy = sentence(remedy);
    this.code = code;
  }
}

/** @typedef {(again: boolean) => Promise<string | null>} KeyPrompt */

/** @type {KeyPrompt} */
let promptForKey = async () => null;
/** @type {Promise<string | null> | null} */
let prompting = null;
/** @type {string | null} For where session storage is switched off. */
let keyInMemory = null;

/**
 * State how a person is asked for the key: told whether one was refused; null means that none is given.
 *
 * @param {KeyPrompt} prompt
 */
export function onKeyNeeded(prompt) {
  promptForKey = prompt;
}

/**
 * @param {string} path
 * @param {{method?: string, body?: object | FormData | string, signal?: AbortSignal}} [options] a form is sent as one, a
 *   string as the JSON that it is, all else as JSON
 * @returns {Promise<any>} the JSON, or null where the answer is empty
 * @throws {ServiceError}
 */
export async function call(path, options = {}) {
  const response = await fetched(path, options, "application/json");
  return response.status === 204 ? null : response.json();
}

/**
 * @param {string} path
 * @returns {Promise<Blob>} what is served there, as it is
 * @throws {ServiceError}
 */
export async function file(path) {
  return (await fetched(path, {}, "*/*")).blob();
}

/**
 * Ask, and hear of the answer as it is made.
 *
 * @param {{question: string, collection?: string, conversation_id?: string, filters?: Filters}} body
 * @param {AbortSignal} signal stops the answer
 * @param {{start: (event: {conversation_id: string, message_id: string, searched: string}) => void,
 *   sentence: (event: import("./types.js").CheckedSentence) => void}} heard
 * @returns {Promise<Answer>}
 * @throws {ServiceError} also if the service broke off
 * @throws {DOMException} an AbortError, if it was stopped
 */
export async function ask(body, signal, heard) {
  const response = await fetched("api/ask", { method: "POST", body: { ...body, stream: true }, signal }, "text/event-stream");
  try {
    for await (const { event, data } of serverEvents(response)) {
      if (event === "start") heard.start(data);
      if (event === "sentence") heard.sentence(data);
      if (event === "answer") return data;
      if (event === "error") throw new ServiceError(data.error ?? data);
    }
  } catch (error) {
    throw signal.aborted || error instanceof ServiceError ? error : brokenOff();
  }
  throw brokenOff();
}

/**
 * @param {string} path
 * @param {{method?: string, body?: object | FormData | string, signal?: AbortSignal}} options
 * @param {string} accept
 * @returns {Promise<Response>}
 */
async function fetched(path, { method = "GET", body, signal }, accept) {
  for (;;) {
    const key = storedKey();
    /** @type {Record<string, string>} */
    const headers = { Accept: accept };
    if (key) headers.Authorization = `Bearer ${key}`;
    const form = body instanceof FormData; // The browser states a form's type itself, with its boundary.
    if (body && !form) headers["Content-Type"] = "application/json";
    const sent = form || typeof body === "string" ? body : body && JSON.stringify(body);
    const response = await fetch(path, { method, headers, signal, body: sent }).catch((error) => {
      throw signal?.aborted ? error : unreachable();
    });
    if (response.ok) return response;
    if (response.status !== 401) throw await errorOf(response);
    if (key === storedKey() && !(await newKey(key !== null))) throw withoutKey();
  }
}

/**
 * One prompt, however many requests wait for the key.
 *
 * @param {boolean} again
 * @returns {Promise<string | null>}
 */
async function newKey(again) {
  prompting ??= promptForKey(again).finally(() => (prompting = null));
  const key = await prompting;
  if (key) storeKey(key);
  return key;
}

/** @returns {string | null} */
function storedKey() {
  try {
    return sessionStorage.getItem(KEY) ?? keyInMemory;
  } catch {
    return keyInMemory;
  }
}

/** @param {string} key */
function storeKey(key) {
  keyInMemory = key;
  try {
    sessionStorage.setItem(KEY, key);
  } catch {
    // Kept in memory until the page is left.
  }
}

/**
 * @param {Response} response
 * @returns {Promise<ServiceError>}
 */
async function errorOf(response) {
  const fallback = { message: `The service answered ${response.status}.`, code: `http_${response.status}` };
  const body = await response.json().catch(() => null);
  const stated = new ServiceError(body?.error ?? fallback);
  const wait = Number(response.headers.get("Retry-After"));
  if (wait > 0) stated.remedy += ` Wait ${wait} ${wait === 1 ? "second" : "seconds"} first.`;
  return stated;
}

function withoutKey() {
  return new ServiceError({
    code: "key_needed",
    message: "This server asks for a key.",
    remedy: "Reload the page, or ask, to give one.",
  });
}

function unreachable() {
  return new ServiceError({
    code: "unreachable",
    message: "The service cannot be reached.",
    remedy: "See whether “assistant serve” is still running and you are connected, then try again.",
  });
}

function brokenOff() {
  return new ServiceError({
    code: "broken_off",
    message: "The service broke off in the middle of the answer.",
    remedy: "What has arrived is shown; try again for the whole answer.",
  });
}
