"""Record the right answers: those of an idle server, in each state of the index."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from eval.lab.load.connection import Connection
from eval.lab.soak.article import FARE_QUESTIONS, NAME, STATES, ChangingArticle
from index.errors import UserError
from index.text.article import sha256_of

Case = tuple[str, ...]
"""Questions of a conversation; the last answer is compared."""
KEPT = frozenset({"conversation_id", "message_id", "collection", "signature"})
"""Keys of an answer that a server adds; the signature is over the others."""
BESIDE = KEPT | {"id", "seconds", "index"}
"""Keys in which two right answers may differ; the index's fingerprint selects the right answer."""


@dataclass(kw_only=True, slots=True)
class Expected:
    """Answers, passages and texts recorded before the load."""

    answers: dict[tuple[str, Case], str] = field(default_factory=dict)
    """Content of answers by the index's fingerprint and the questions."""
    passages: dict[str, set[str]] = field(default_factory=dict)
    """Passages of all states of the index, by question."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Texts by article id and hash."""

    def fault_of_answer(self, case: Case, answer: Mapping[str, Any]) -> str | None:
        """Describe how an answer differs from the recorded one for the same articles; None if it does not."""
        fingerprint = answer["index"]["fingerprint"]
        wanted = self.answers.get((fingerprint, case))
        if wanted is None:
            return f"{case} was answered from articles that never were, fingerprint {fingerprint}"
        if wanted != (given := content(answer)):
            return f"{case}: {_first_difference(wanted, given)}"
        return None

    def faults_of_receipts(self, answer: Mapping[str, Any]) -> list[str]:
        """List the receipts that do not hold in any version of their article."""
        faults = []
        for one in answer["citations"]:
            text = self.texts.get((one["article_id"], one["sha256"]))
            if text is None:
                faults.append(f"{one['article_id']} never had the hash {one['sha256']}")
            elif text[one["start"] : one["end"]] != one["quote"] or not one["quote"].strip():
                faults.append(f"{one['article_id']} does not say {one['quote']!r} at {one['start']}")
        return faults


def content(answer: Mapping[str, Any]) -> str:
    """Serialise the parts of an answer that depend only on question and articles."""
    return json.dumps({k: v for k, v in answer.items() if k not in BESIDE}, ensure_ascii=False, sort_keys=True)


def _first_difference(wanted: str, given: str) -> str:
    before, after = json.loads(wanted), json.loads(given)
    name = next((name for name in before if before[name] != after.get(name)), "other fields")
    return f"{name} was {before.get(name)!r} and is {after.get(name)!r}"


async def record(connection: Connection, article: ChangingArticle, cases: Sequence[Case]) -> Expected:
    """Ask every case once in each state of the index.

    Args:
        connection: to an idle server.
        article: brought into each of its states, and back to the first.
        cases: including those about the article.

    Raises:
        UserError: the article cannot be changed, or the server does not answer from it.
    """
    expected = Expected()
    for fare in (*STATES, STATES[0]):
        if failed := await article.bring(fare):
            raise UserError(f"the changing article cannot be brought into the index: {failed}")
        if fare is STATES[0] and expected.answers:
            break
        await _record_texts(connection, expected)
        for case in cases:
            answer = await _answer(connection, case)
            expected.answers[answer["index"]["fingerprint"], case] = content(answer)
            if case[-1] in FARE_QUESTIONS and (fare is not None) != (f"{fare} crowns" in answer["text"]):
                raise UserError(f"with a fare of {fare} crowns, {case[-1]!r} is answered {answer['text']!r}")
        for question in {case[0] for case in cases}:
            found = (await connection.request("GET", search_path(question))).json()
            expected.passages.setdefault(question, set()).add(passages_text(found))
    return expected


async def _answer(connection: Connection, case: Case) -> dict[str, Any]:
    conversation: dict[str, str] = {}
    for question in case:
        reply = await connection.request("POST", "/api/ask", {"question": question, **conversation})
        if reply.status != 200:
            raise UserError(f"{question!r} got status {reply.status} of a quiet server: {reply.body[:200]!r}")
        answer: dict[str, Any] = reply.json()
        conversation = {"conversation_id": answer["conversation_id"]}
    return answer


async def _record_texts(connection: Connection, expected: Expected) -> None:
    listed = (await connection.request("GET", "/api/articles?limit=500")).json()["articles"]
    for one in listed:
        whole = (await connection.request("GET", article_path(one["article_id"]))).json()
        if sha256_of(whole["text"]) != whole["sha256"]:
            raise UserError(f"the hash of {one['article_id']} is not that of its text")
        expected.texts[whole["article_id"], whole["sha256"]] = whole["text"]


def article_path(article_id: str) -> str:
    """Path to read an article."""
    return f"/api/articles/{quote(article_id, safe='')}"


def search_path(question: str) -> str:
    """Path to search for passages."""
    return f"/api/search?k=5&q={quote(question, safe='')}"


def passages_text(found: Mapping[str, Any]) -> str:
    """Serialise retrieved passages."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def is_lasting(answer: Mapping[str, Any]) -> bool:
    """Whether all receipts are of articles that do not change."""
    return all(one["article_id"] != NAME for one in answer["citations"])
