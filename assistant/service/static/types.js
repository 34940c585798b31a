/**
 * The values that the service sends, as JSDoc types; nothing runs here.
 *
 * Offsets count Unicode characters (code points), end exclusive; `codepoints.js` makes them a string's.
 */

/**
 * @typedef {object} Citation A receipt: where a quote stands.
 * @property {number} number as in the marker "[1]"
 * @property {string} article_id
 * @property {string | null} title
 * @property {string | null} publisher
 * @property {string | null} published ISO 8601 date
 * @property {string | null} url
 * @property {string} sha256 of the article's whole text
 * @property {number} start
 * @property {number} end
 * @property {string} quote
 * @property {[number, number][]} answer_spans where in the answer's text this citation supports
 */

/**
 * @typedef {object} PassageReference
 * @property {string} article_id
 * @property {number} start
 * @property {number} end
 * @property {number} score
 * @property {number} rank
 */

/**
 * @typedef {object} Nearest An article about the subject of a refused question.
 * @property {string} article_id
 * @property {string | null} title
 * @property {string | null} published
 */

/**
 * @typedef {object} Answer
 * @property {string} id
 * @property {string} question
 * @property {"answered" | "refused"} status
 * @property {"not_found" | "insufficient" | "conflicting" | "blocked" | null} reason
 * @property {string} text
 * @property {Citation[]} citations
 * @property {PassageReference[]} passages
 * @property {Nearest[]} nearest
 * @property {string[]} unanswered
 * @property {string} searched
 * @property {string} reader
 * @property {boolean} degraded
 * @property {number} seconds
 * @property {string} [conversation_id]
 * @property {string} [message_id]
 */

/**
 * @typedef {object} ArticleSummary
 * @property {string} article_id
 * @property {string | null} title
 * @property {string | null} publisher
 * @property {string | null} published
 * @property {string | null} url
 * @property {string | null} language
 * @property {number} characters
 */

/** @typedef {ArticleSummary & {text: string, sha256: string}} Article */

/**
 * @typedef {object} Feedback
 * @property {"up" | "down" | null} rating
 * @property {string | null} [reason]
 */

/**
 * @typedef {object} Message A question of a conversation and what came of it.
 * @property {string} message_id
 * @property {string} question
 * @property {Answer | null} answer
 * @property {string} created
 * @property {Feedback | null} feedback
 * @property {{filters: Filters}} produced what led to the answer
 */

/** @typedef {{id: string, title: string, collection: string, messages: Message[]}} Conversation */

/** @typedef {{id: string, title: string, created: string, updated: string, messages: number, collection: string}} ConversationSummary */

/**
 * @typedef {object} Filters
 * @property {string} [published_after]
 * @property {string} [published_before]
 * @property {string[]} [publishers]
 * @property {string[]} [languages] codes such as "en"; only other clients set these and the next
 * @property {string[]} [articles] ids
 */

/**
 * @typedef {object} Status
 * @property {string} model what the collection is called
 * @property {string[]} collections what all are called; the first is asked where none is named
 * @property {number} articles
 * @property {string[]} publishers
 * @property {number} without_publisher articles that name none
 * @property {string | null} published_min
 * @property {string | null} published_max
 * @property {string} reader
 * @property {string} version
 * @property {string} changed when the index was changed last, ISO 8601
 * @property {boolean} uploads whether articles may be added and removed
 * @property {string[]} examples
 */

/**
 * @typedef {object} Uploaded What became of files that were sent, by article id, and why a file was not taken.
 * @property {string[]} added
 * @property {string[]} changed
 * @property {string[]} unchanged
 * @property {string[]} failed
 */

/** @typedef {{index: number, text: string, citations: Citation[]}} SentenceEvent */
/** @typedef {{conversation_id: string, message_id: string, searched: string}} StartEvent */

export {};
