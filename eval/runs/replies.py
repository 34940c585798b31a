"""Reads what another system replies: its text, whether it refuses, and the sources that it cites."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from assistant.checking.declining import declines
from index.errors import AssistantError

MARKER = re.compile(r"\s*\[(\d+)\]")
_QUOTES = ("quote", "cited_text", "content", "text", "snippet", "chunk")
"""Fields in which systems give the cited words."""
_NAMES = (
    "article",
    "article_id",
    "filename",
    "file_name",
    "filepath",
    "document",
    "source",
    "title",
    "url",
    "uri",
    "id",
)
"""Fields in which they say whose words these are."""
_LISTS = ("citations", "sources", "search_results", "source_documents", "references", "contexts")
"""Fields of a reply with its sources, in the order of its markers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source that a reply cites."""

    names: tuple[str, ...]
    """What the article may be known by: id, title, file name, address."""
    quote: str | None = None
    """The cited words; None if only the article is named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply of another system."""

    text: str
    refused: bool
    sources: tuple[Source, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ReplyUnreadable(AssistantError):
    """A system's reply has no answer in a form that is read."""


def read_completion(data: object) -> Reply:
    """Read a chat completion of OpenAI's shape.

    Sources are the message's annotations; else the lists that some servers add, of which only those count that a
    marker "[n]" in the text names, if it has any.

    Raises:
        ReplyUnreadable: it has no message with text.
    """
    choices = data.get("choices") if isinstance(data, Mapping) else None
    message = choices[0].get("message") if isinstance(choices, list) and choices else None
    if not isinstance(data, Mapping) or not isinstance(message, Mapping):
        raise ReplyUnreadable("the reply has no choices[0].message", "name a server with /chat/completions")
    content = message.get("content")
    text = content if isinstance(content, str) else str(message.get("refusal") or "")
    annotations = message.get("annotations")
    sources = [_source(one) for one in annotations] if isinstance(annotations, list) else []
    if not sources:
        context = message.get("context")
        places = [data, message, context if isinstance(context, Mapping) else {}]
        sources = _listed(places, text)
    usage = data.get("usage")
    counted = usage if isinstance(usage, Mapping) else {}
    return Reply(
        text=text,
        refused=bool(message.get("refusal")) or refuses(text),
        sources=tuple(dict.fromkeys(sources)),
        prompt_tokens=_count(counted.get("prompt_tokens")),
        completion_tokens=_count(counted.get("completion_tokens")),
    )


def read_value(value: object) -> Reply:
    """Read what a Python function returns: a text, or a mapping with `text` (or `answer`).

    The mapping may have `citations` (ids, or mappings with `article` and `quote`) and `refused`.

    Raises:
        ReplyUnreadable: it is neither.
    """
    if isinstance(value, str):
        return Reply(text=value, refused=refuses(value))
    text = value.get("text", value.get("answer")) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(text, str):
        raise ReplyUnreadable(
            f"the system returned {type(value).__name__} without a text",
            'return a text, or {"text": …, "citations": …}',
        )
    refused = value.get("refused")
    return Reply(
        text=text,
        refused=refused if isinstance(refused, bool) else refuses(text),
        sources=tuple(dict.fromkeys(_listed([value], text))),
    )


def refuses(text: str) -> bool:
    """Whether a text answers nothing: it is empty, or its first sentence says that there is no answer."""
    first = re.split(r"(?<=[.!?。])\s|\n", MARKER.sub("", text).strip(), maxsplit=1)[0]
    return not first or declines(first)


def _listed(places: Sequence[Mapping[str, object]], text: str) -> list[Source]:
    found = next((one[name] for one in places for name in _LISTS if isinstance(one.get(name), (list, tuple))), ())
    assert isinstance(found, (list, tuple))
    sources = [_source(one) for one in found]
    named = {int(number) for number in MARKER.findall(text)}
    return [one for number, one in enumerate(sources, 1) if number in named] if named else sources


def _source(value: object) -> Source:
    """Read a source: a name, or a mapping, perhaps within another under its type, as `url_citation`."""
    if not isinstance(value, Mapping):
        return Source(names=_names(str(value)), quote=_fragment(str(value)))
    kind = value.get("type")
    inner = value.get(kind) if isinstance(kind, str) else None
    fields = {**value, **inner} if isinstance(inner, Mapping) else dict(value)
    nested = fields.get("metadata")
    if isinstance(nested, Mapping):
        fields = {**nested, **fields}
    named = [str(fields[name]) for name in _NAMES if isinstance(fields.get(name), str)]
    quote = next((fields[name] for name in _QUOTES if isinstance(fields.get(name), str) and fields[name]), None)
    quote = quote if isinstance(quote, str) else next(filter(None, map(_fragment, named)), None)
    return Source(names=tuple(dict.fromkeys(name for one in named for name in _names(one))), quote=quote)


def _names(text: str) -> tuple[str, ...]:
    """What a name may be known by: itself, the last part of its path, that without its suffix, and an `a` in a link."""
    parts = urlsplit(text)
    last = unquote(re.split(r"[\\/]", parts.path.rstrip("/"))[-1])
    linked = parse_qs(parts.fragment).get("a", [])
    return tuple(dict.fromkeys(one for one in (text, *linked, last, re.sub(r"\.\w{1,5}$", "", last)) if one))


def _fragment(text: str) -> str | None:
    """The words of a text fragment, to which a browser scrolls by "#:~:text=" in an address."""
    match = re.search(r"#:~:text=([^&,]+)$", text)
    return unquote(match[1]) if match else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
