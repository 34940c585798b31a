"""How a chat completion of /v1 tells an answer, and whether what stands around a given answer says the same as it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assistant.answer.answer import Answer, Citation, Status
from assistant.language.markdown import plain
from index.counts import shortened
from index.errors import UsageError

Test = Callable[[Any], bool]

UNREAD_KINDS = frozenset(
    "image_url input_image input_audio audio file input_file video_url input_video refusal".split()
)
"""Types of a message's parts that are told by name; any other might be a claim in the service's mouth."""
OTHER_KIND = "parts of another kind"
_NOT_READ = "\n\n(Only text is read; not read: {}.)"
_PAGE = re.compile(r"https?://[^\s/?#@\\]+/([^\s?#]*/)?")
"""Address of a server's web page: only the server knows under which it was asked."""


def behind(answer: Answer, unread: Sequence[str] = ()) -> str:
    """What follows the text, so that citations keep their places: the note, or a refusal's closest passages.

    `unread` are the types of the question's parts that are no text.
    """
    rest = ""
    if answer.note:
        rest = f"\n\n({answer.note})"
    elif answer.status is Status.REFUSED and answer.nearest:
        lines = [f"- {near.title or near.article_id} ({near.percent}): {plain(near.quote)}" for near in answer.nearest]
        rest = "\n".join(["", "", answer.nearest_heading, *lines])
    kinds = [kind if kind in UNREAD_KINDS else OTHER_KIND for kind in unread]
    return rest + (_not_read(kinds) if kinds else "")


def annotations(answer: Answer, address: Callable[[Citation], str]) -> list[dict[str, Any]]:
    """One for each span of the message, in the order of the text; positions count its characters.

    `address` is that of an article which has none of its own.
    """
    found = [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": end,
                "url": citation.url or address(citation),
                "title": citation.title or citation.article_id,
            },
        }
        for citation in answer.citations
        for start, end in citation.answer_spans
    ]
    return sorted(found, key=lambda one: one["url_citation"]["start_index"])


def place_of(citation: Citation) -> str:
    """The fragment by which the web page shows the article with the quote marked."""
    return f"a={quote(citation.article_id, safe='')}&from={citation.start}&to={citation.end}"


def check_completion(data: Mapping[str, Any], answer: Answer, *, message_id: str, collection: str) -> None:
    """Demand that a chat completion says what the answer in it says, and nothing else.

    Raises:
        UsageError: it says something else.
    """
    choices = data.get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        raise _other("a completion has a list of one choice")
    choice = _mapping(choices[0], "its choice")
    message = _mapping(choice.get("message"), "its message")
    _check(
        "the completion",
        data,
        choices=_any,
        receipts=_any,
        id=_is(f"chatcmpl-{message_id}"),
        object=_is("chat.completion"),
        model=_is(collection),
        created=_number,
        usage=lambda usage: isinstance(usage, Mapping) and _is_usage(usage),
    )
    _check("its choice", choice, message=_any, index=_is(0), finish_reason=_is("stop"))
    if "content" not in message:
        raise _other("its message has no content")
    _check(
        "its message",
        message,
        content=lambda said: isinstance(said, str) and _is_content(said, answer),
        role=_is("assistant"),
        annotations=lambda given: isinstance(given, list) and _are_annotations(given, answer, collection),
    )


def check_message(data: Mapping[str, Any], answer: Answer, *, message_id: str) -> None:
    """Demand that an exported message says what the answer in it says; what people said of it may stand there.

    Raises:
        UsageError: it says something else.
    """
    _check(
        "the message",
        data,
        answer=_any,
        question=_is(answer.question),
        message_id=_is(message_id) if message_id else _id,
        conversation_id=_id,
        collection=_text,
        created=_text,
        produced=_any,
        feedback=_any,
    )


def _check(where: str, data: Mapping[str, Any], **known: Test) -> None:
    """Each key is known and its value passes; OpenAI's clients add further ones, empty."""
    for key, value in data.items():
        if key not in known:
            if value is not None:
                raise _other(f"{where} has {shortened(key, 60)!r}, which no reply has")
        elif not known[key](value):
            raise _other(f"{shortened(key, 60)!r} of {where} is not the answer's: {shortened(str(value), 60)!r}")


def _other(what: str) -> UsageError:
    return UsageError(
        f"the reply around the answer says something else than the answer: {what}",
        "give the reply as /v1 or an export gave it, or the answer in it alone",
    )


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _other(f"{what} is none")
    return value


def _is(wanted: object) -> Test:
    return lambda value: type(value) is type(wanted) and value == wanted


def _any(_: object) -> bool:
    return True


def _number(value: object) -> bool:
    return type(value) is int


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 200 and "\n" not in value


def _id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{0,64}", value) is not None


def _is_usage(usage: Mapping[str, Any]) -> bool:
    counts = {"prompt_tokens", "completion_tokens", "total_tokens"}
    return all(value is None or (key in counts and _number(value)) for key, value in usage.items())


def _is_content(said: str, answer: Answer) -> bool:
    """Whether a message is the answer's, which may tell that parts of the question were not read."""
    whole = answer.text + behind(answer)
    before, after = _NOT_READ.split("{}")
    kinds = said[len(whole) + len(before) : -len(after)].split(", ")
    return said == whole or ({*kinds} <= {*UNREAD_KINDS, OTHER_KIND} and said == whole + _not_read(kinds))


def _not_read(kinds: Iterable[str]) -> str:
    return _NOT_READ.format(", ".join(dict.fromkeys(kinds)))


def _are_annotations(given: Sequence[Any], answer: Answer, collection: str) -> bool:
    """Whether annotations are those of the answer, all links to the web page leading to one server's."""
    pages = annotations(answer, lambda citation: f"#{place_of(citation)}")
    first = next((place for place, one in enumerate(pages) if one["url_citation"]["url"].startswith("#")), None)
    if first is None or len(given) != len(pages):
        return given == pages
    try:
        page = given[first]["url_citation"]["url"].partition("#")[0]
    except (TypeError, KeyError, AttributeError):
        return False
    return _PAGE.fullmatch(page) is not None and any(
        given == annotations(answer, lambda citation, end=end: f"{page}#{place_of(citation)}{end}")  # type: ignore[misc]
        for end in ("", f"&in={quote(collection, safe='')}")
    )
