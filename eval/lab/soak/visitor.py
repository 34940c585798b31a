"""Simulate a client of the service, and check all responses."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from typing import Any

from eval.lab.load.connection import Reply
from eval.lab.soak.article import NAME
from eval.lab.soak.caller import Caller, GaveUp
from eval.lab.soak.expected import KEPT, Case, Expected, article_path, is_lasting, passages_text, search_path
from eval.lab.soak.findings import Counts, Findings
from eval.lab.soak.ledger import Ledger, Rated
from index.text.article import sha256_of

MODEL = "soaked"
"""Name of the collection as a model, which is its folder's."""
RATED_SHARE = 0.4
NEW_SHARE = 0.2
"""Share of actions over a new connection, as of a new client."""
ACTIONS = {"ask": 30, "stream": 20, "complete": 20, "converse": 12, "search": 8, "verify": 6, "read": 4}
"""Weights of a visitor's actions."""


class Visitor:
    """A client of the mixed load."""

    def __init__(
        self,
        caller: Caller,
        expected: Expected,
        cases: Sequence[Case],
        ledger: Ledger,
        *,
        counts: Counts,
        findings: Findings,
        seed: int,
    ) -> None:
        self._caller = caller
        self._expected = expected
        self._cases = cases
        self._single = [case[0] for case in cases if len(case) == 1]
        self._ledger = ledger
        self._counts = counts
        self._findings = findings
        self._random = random.Random(seed)
        self._last: dict[str, Any] | None = None
        """The last answer to a question of its own, for checking again."""

    async def run(self, until: float, pause: float) -> None:
        """Act with pauses of `pause` seconds on average, until `time.monotonic` reaches `until`."""
        acts = {
            "ask": self._ask,
            "stream": self._ask_streamed,
            "complete": self._complete,
            "converse": self._converse,
            "search": self._search,
            "verify": self._verify,
            "read": self._read,
        }
        names, weights = list(ACTIONS), list(ACTIONS.values())
        while time.monotonic() < until:
            (name,) = self._random.choices(names, weights)
            if self._random.random() < NEW_SHARE:
                self._caller.close()
            try:
                await acts[name]()
            except GaveUp:
                pass
            except (KeyError, ValueError, TypeError) as error:
                self._findings.add("an answer has not the shape that it should", f"{name}: {error!r}")
            await asyncio.sleep(self._random.uniform(0, 2 * pause))
        self._caller.close()

    async def _ask(self) -> None:
        question = self._random.choice(self._single)
        reply = await self._caller.call("ask", "POST", "/api/ask", {"question": question})
        await self._take((question,), reply.json() if self._is(reply, 200) else None)

    async def _ask_streamed(self) -> None:
        question = self._random.choice(self._single)
        reply = await self._caller.call("ask streamed", "POST", "/api/ask", {"question": question, "stream": True})
        if not self._is(reply, 200):
            return
        events = [_fields(block) for block in reply.body.decode().split("\n\n") if "data: " in block]
        names = [name for name, _ in events]
        lines = [data["text"] for name, data in events if name == "sentence"]
        if names != ["start", *["sentence"] * len(lines), "answer"]:
            self._findings.add("a stream has not the events that it should", f"{question}: {names}")
            return
        answer = events[-1][1]
        if "\n".join(lines) != answer["text"]:
            self._findings.add("a stream's sentences are not its answer", f"{lines} {answer['text']!r}")
        await self._take((question,), answer)

    async def _complete(self) -> None:
        question, stream = self._random.choice(self._single), self._random.random() < 0.5
        body = {"model": MODEL, "messages": [{"role": "user", "content": question}], "stream": stream}
        kind = "completion streamed" if stream else "completion"
        reply = await self._caller.call(kind, "POST", "/v1/chat/completions", body)
        if not self._is(reply, 200):
            return
        if stream:
            text, answer = _completion(reply.body.decode())
        else:
            text, answer = reply.json()["choices"][0]["message"]["content"], reply.json()["receipts"]
        if not text.startswith(answer["text"]):  # A note or the closest passages may follow.
            self._findings.add("a completion's text is not its receipts'", f"{question}: {text!r} {answer['text']!r}")
        await self._take((question,), answer)

    async def _take(self, case: Case, answer: dict[str, Any] | None) -> None:
        """Check an answer, and sometimes rate it."""
        if answer is None:
            return
        self._ledger.keep(answer)
        self._check(case, answer)
        self._last = answer
        if self._random.random() < RATED_SHARE:
            await self._rate(answer["message_id"])
            if self._random.random() < 0.1:
                await self._rate(answer["message_id"])  # Users may change a rating.

    def _check(self, case: Case, answer: dict[str, Any]) -> None:
        self._counts.compared += 1
        self._counts.receipts += len(answer["citations"])
        if fault := self._expected.fault_of_answer(case, answer):
            self._findings.add("a wrong answer", fault)
        for fault in self._expected.faults_of_receipts(answer):
            self._findings.add("a receipt that does not hold", fault)

    async def _rate(self, message_id: str) -> None:
        rated = Rated(rating=self._random.choice(["up", "down"]), reason=f"{self._random.getrandbits(64):x}")
        body = {"message_id": message_id, "rating": rated.rating, "reason": rated.reason}
        reply = await self._caller.call("feedback", "POST", "/api/feedback", body)
        if self._is(reply, 200):
            self._ledger.feedback[message_id] = rated

    async def _converse(self) -> None:
        """Ask a case in a new conversation, read it, rename it, and erase it half of the time."""
        case = self._random.choice(self._cases)
        answers: list[dict[str, Any]] = []
        cut = self._caller.tries_cut
        for question in case:
            body = {"question": question}
            if answers:
                body["conversation_id"] = answers[0]["conversation_id"]
            reply = await self._caller.call("conversation", "POST", "/api/ask", body)
            if not self._is(reply, 200):
                return
            answers.append(reply.json())
            self._ledger.keep(answers[-1])
            if self._caller.tries_cut > cut:
                return  # The question may be stored twice, which would affect the next one.
        self._check(case, answers[-1])
        path = f"/api/conversations/{answers[0]['conversation_id']}"
        title = f"{self._random.getrandbits(64):x}"
        self._is(await self._caller.call("conversation", "PATCH", path, {"title": title}), 200)
        there = (await self._caller.call("conversation", "GET", path)).json()
        held = [message["answer"] for message in there["messages"]]
        own, given = ([{k: v for k, v in a.items() if k not in KEPT} for a in some] for some in (held, answers))
        if (there["title"], own) != (title, given):
            self._findings.add("a conversation is not as it was held", f"{case}: {there}")
        if self._random.random() < 0.5:
            cut = self._caller.tries_cut
            reply = await self._caller.call("conversation", "DELETE", path)
            # After an interrupted attempt, the conversation may already be erased.
            self._is(reply, 204, *([404] if self._caller.tries_cut > cut else []))
            self._ledger.erase(answer["message_id"] for answer in answers)
            self._is(await self._caller.call("conversation", "GET", path), 404)

    async def _search(self) -> None:
        question = self._random.choice(self._single)
        reply = await self._caller.call("search", "GET", search_path(question))
        if self._is(reply, 200) and passages_text(reply.json()) not in self._expected.passages[question]:
            self._findings.add("passages were found that never were", f"{question}: {reply.body[:300]!r}")

    async def _verify(self) -> None:
        """Verify an earlier answer, intact or tampered with."""
        if self._last is None or not self._last["citations"]:
            return
        answer, tampered = self._last, self._random.random() < 0.3
        if tampered:
            first, *rest = answer["citations"]
            answer = {**answer, "citations": [{**first, "quote": f"{first['quote']} Indeed."}, *rest]}
        reply = await self._caller.call("verify", "POST", "/api/verify", answer)
        if not self._is(reply, 200):
            return
        told = reply.json()
        standings = [receipt["standing"] for receipt in told["receipts"]]
        if tampered and (standings[0] == "holds" or told["altered_answers"] != 1):
            self._findings.add("a forged receipt was taken for a true one", f"{told}")
        if not tampered and (told["altered_answers"] or (is_lasting(answer) and set(standings) != {"holds"})):
            self._findings.add("a true receipt was taken for a forged one", f"{told}")

    async def _read(self) -> None:
        """Read the list of articles, and one of them."""
        listed = (await self._caller.call("articles", "GET", "/api/articles?limit=500")).json()["articles"]
        known = {id_ for id_, _ in self._expected.texts}
        ids = {article["article_id"] for article in listed}
        if ids | {NAME} != known | {NAME}:
            self._findings.add("the list of articles is not right", f"{sorted(ids ^ known)}")
        chosen = self._random.choice(sorted(known))
        reply = await self._caller.call("articles", "GET", article_path(chosen))
        if chosen == NAME and reply.status == 404:
            return
        if not self._is(reply, 200):
            return
        whole = reply.json()
        text = self._expected.texts.get((chosen, whole["sha256"]))
        if text != whole["text"] or sha256_of(whole["text"]) != whole["sha256"]:
            self._findings.add("an article has a text that it never had", f"{chosen}")

    def _is(self, reply: Reply, *statuses: int) -> bool:
        """Check the status; adds a finding if it is not one of `statuses`."""
        if reply.status not in statuses:
            self._findings.add(f"status {reply.status} instead of {statuses[0]}", f"{reply.body[:300]!r}")
        return reply.status in statuses


def _fields(block: str) -> tuple[str, Any]:
    """Parse name and data of a server-sent event."""
    fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
    return fields.get("event", ""), json.loads(fields["data"])


def _completion(stream: str) -> tuple[str, dict[str, Any]]:
    """Parse text and receipts of a streamed completion.

    Raises:
        ValueError: it does not end as it should.
    """
    *chunks, done = [block.removeprefix("data: ") for block in stream.split("\n\n") if block.startswith("data: ")]
    if done != "[DONE]":
        raise ValueError(f"the stream ends with {done[:200]!r}")
    text, receipts = "", None
    for chunk in map(json.loads, chunks):
        text += chunk["choices"][0]["delta"].get("content", "") if chunk["choices"] else ""
        receipts = chunk.get("receipts", receipts)
    if receipts is None:
        raise ValueError("the stream has no receipts")
    return text, receipts
