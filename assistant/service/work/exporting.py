"""Conversations as documents: Markdown, and a web page without scripts; each quote with its receipt."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from assistant.language.markdown import plain
from assistant.service.store.records import Message

STYLE = (
    ":root{color-scheme:light dark}body{max-width:44rem;margin:3rem auto;padding:0 1.25rem;font:1.1rem/1.6 serif}"
    "h1{font-size:1.6rem}h2{margin-top:2.5rem;font-size:1.2rem}ol{padding-left:1.5rem}li{margin:.8rem 0}"
    "blockquote{margin:.3rem 0;padding-left:1rem;border-left:3px solid #8888}small,footer{font:.82rem/1.5 sans-serif;"
    "opacity:.85;overflow-wrap:anywhere}p{white-space:pre-wrap}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""For the policy of a page that has this style and nothing else."""
PROOF = "Each quote stands in its article to the letter; the JSON of an answer is verified with: assistant verify FILE"
CLOSE = "close, and no answer"
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def markdown(title: str, messages: Sequence[Message]) -> str:
    """A conversation in Markdown."""
    return "\n".join([f"# {_marked(title)}", "", *(line for one in messages for line in _markdown(one)), PROOF, ""])


def _markdown(message: Message) -> Iterator[str]:
    answer = message.answer
    yield from (f"## {_marked(message.question)}", "")
    # Quotes of tables and lists stay what they are in the article: the text is Markdown already.
    yield from (answer["text"].replace("\n", "\n\n"), "")
    for citation in answer["citations"]:
        yield f"[{citation['number']}] {_marked(_named(citation))}  "
        yield from (f"> {line}" for line in citation["quote"].strip().split("\n"))
        yield from (f"> `{_receipt(citation)}`", "")
    for near in answer.get("nearest", []):
        yield f"- {_marked(near['title'] or near['article_id'])}: {_marked(plain(near['quote']))}"
    yield from ("", f"*{_facts(message)}*", "")


def page(title: str, messages: Sequence[Message]) -> str:
    """A conversation as one file of HTML, without scripts and without anything to load."""
    body = "\n".join(part for one in messages for part in _html(one))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n<h1>{escape(title)}</h1>\n{body}\n"
        f"</main><footer>{escape(PROOF)}</footer></body></html>\n"
    )


def _html(message: Message) -> Iterator[str]:
    answer = message.answer
    yield f'<article><h2 dir="auto">{escape(message.question)}</h2>'
    yield from (f'<p dir="auto">{escape(plain(line))}</p>' for line in answer["text"].split("\n") if line.strip())
    shown = [(_named(one), one["quote"], _receipt(one)) for one in answer["citations"]]
    shown += [(one["title"] or one["article_id"], one["quote"], CLOSE) for one in answer.get("nearest", [])]
    if shown:
        yield "<ol>"
        for named, quote, receipt in shown:
            quoted = f'<blockquote dir="auto">{escape(quote.strip())}</blockquote>'
            yield f"<li>{escape(named)}{quoted}<small>{escape(receipt)}</small></li>"
        yield "</ol>"
    yield f"<small>{escape(_facts(message))}</small></article>"


def _named(citation: dict[str, Any]) -> str:
    facts = [citation[key] for key in ("publisher", "published", "url") if citation.get(key)]
    return str(citation["title"] or citation["article_id"]) + (f" ({', '.join(facts)})" if facts else "")


def _receipt(citation: dict[str, Any]) -> str:
    place = f"characters {citation['start']} to {citation['end']}"
    return f"{citation['article_id']}, {place}, sha256 {citation['sha256']}"


def _facts(message: Message) -> str:
    answer = message.answer
    chance = f"{answer['confidence']:.0%} likely that the articles answer"
    return f"{message.created}; {answer['status']}; {chance}; reader {answer['reader']}; answer {answer['id']}"


def _marked(text: str) -> str:
    """A text of one line, its characters that mean something in Markdown escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
