"""Reads e-mail messages: the lines of their head, their text, and what they quote."""

import re
from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime

from index.errors import ArticleUnreadable
from index.text.formats.characters import clean
from index.text.formats.decoding import decoded
from index.text.formats.extracted import Extracted
from index.text.formats.html import read_page
from index.text.formats.text import visible_markdown
from index.text.metadata import Metadata

SHOWN = ("From", "To", "Cc", "Date", "Subject")
MAX_PARTS = 1_000
MAX_HEAD_CHARACTERS = 2_000
SIGNATURE = re.compile(r"^-- $", re.MULTILINE)
"""As mail programs divide the signature from the text; what follows says nothing about the subject."""


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a message: of alternatives the plain text rather than HTML; attachments are named as a problem, not read.

    Raises:
        ArticleUnreadable: it has no head, or no text.
    """
    message = message_from_bytes(data, policy=default)
    head = {name: _header(message, name) for name in SHOWN}
    lines = _head(message)
    if not lines:
        raise ArticleUnreadable(f"{source}: not a message, as it has no From, Date or Subject", "leave it out")
    body, attachments = _parts(message, source)
    if not body.strip() and not head["Subject"]:
        raise ArticleUnreadable(f"{source}: no text in it", "leave it out or write the article")
    names = ", ".join(attachments[:5]) + (f" and {len(attachments) - 5} more" if len(attachments) > 5 else "")
    problems = (f"{len(attachments)} attached and not read: {names}",) if attachments else ()
    senders = [name or address for name, address in getaddresses([head["From"]])]
    return [
        Extracted(
            text="\n".join(lines) + "\n\n" + body.strip("\n") + "\n",
            metadata=Metadata(
                title=head["Subject"] or None, published=_date(head["Date"]), authors=tuple(filter(None, senders))
            ),
            problems=problems,
        )
    ]


def _head(message: EmailMessage) -> list[str]:
    """The lines of a message's head that are shown; of one that was forwarded they stand above its text."""
    return [f"{name}: {value}" for name in SHOWN if (value := _header(message, name))]


def _header(message: EmailMessage, name: str) -> str:
    """A header on one line; one that is malformed as far as it can be read."""
    try:
        value = str(message.get(name, ""))
    except (MessageError, ValueError, IndexError, TypeError, AttributeError):  # Of the parser, on malformed headers.
        value = next((str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(clean(value).split())[:MAX_HEAD_CHARACTERS]


def _date(value: str) -> date | None:
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parts(message: EmailMessage, source: str) -> tuple[str, list[str]]:
    """The text of a message, and the names of what is attached to it."""
    texts: list[tuple[str, str]] = []
    attachments: list[str] = []
    in_plain_too: set[int] = set()  # Parts that are, or are within, another form of a plain text.
    for number, part in enumerate(message.walk()):
        if number > MAX_PARTS:
            raise ArticleUnreadable(f"{source}: more than {MAX_PARTS:,} parts", "leave it out")
        kind = part.get_content_type()
        if number and kind == "message/rfc822":
            texts += [(kind, "\n".join(_head(one))) for one in part.iter_parts() if isinstance(one, EmailMessage)]
        if part.is_multipart():
            own = list(part.iter_parts())
            if id(part) in in_plain_too or (kind == "multipart/alternative" and any(map(_is_plain, own))):
                in_plain_too.update(map(id, own))
            continue
        name = part.get_filename()
        if name or part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            attachments.append(" ".join(clean(str(name or kind)).split())[:100])
        elif kind == "text/plain" or id(part) not in in_plain_too:
            texts.append((kind, _content(part)))
    shown = [_shown(kind, text, source) for kind, text in texts]
    return "\n\n".join(text.strip("\n") for text in shown if text.strip()), attachments


def _is_plain(part: MIMEPart) -> bool:
    return part.get_content_type() == "text/plain" and bool(_content(part).strip())


def _shown(kind: str, text: str, source: str) -> str:
    """What a reader sees of a part of a message, without the signature of its sender."""
    if kind == "text/html":
        return read_page(text, source).text if text.strip() else ""
    return SIGNATURE.split(visible_markdown(clean(text)), maxsplit=1)[0]


def _content(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    return decoded(payload, part.get_content_charset() or "")[0] if isinstance(payload, bytes) else ""
