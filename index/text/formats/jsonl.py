"""Reads JSON Lines: an article a line, each an object with a text and what is stated about it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import TypeGuard

from index.counts import shortened
from index.errors import ArticleUnreadable
from index.text.formats.characters import clean
from index.text.formats.decoding import read_text
from index.text.formats.extracted import Extracted
from index.text.formats.html import read_page
from index.text.formats.text import visible_markdown
from index.text.metadata import metadata_of

TEXTS = ("text", "body", "content", "article", "abstract")
IDS = ("id", "_id", "article_id", "uid", "guid")
_KINDS: dict[type, str] = {list: "a list", dict: "an object", bool: "true or false"}
MAX_TOLD = 20
"""Lines that could not be read and are told one by one."""


class _Number(str):
    """A number as it is written, so that an id keeps its digits; it is no text."""

    __slots__ = ()


def read(data: bytes, source: str) -> list[Extracted]:
    """Read articles; the fragment of each is its id, or else the number of its line.

    Raises:
        ArticleUnreadable: not text, or no line of it holds an article.
    """
    found: list[Extracted] = []
    faults: list[str] = []
    taken: set[str] = set()
    for number, line in enumerate(read_text(data, source).split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
        except (ValueError, RecursionError):
            faults.append(f"line {number} is not JSON")
            continue
        article = article_of(value, number, taken, source) if isinstance(value, dict) else None
        if article is None:
            faults.append(_fault(value, number))
        else:
            found.append(article)
    if not found:
        raise ArticleUnreadable(
            f"{source}: no article in it ({faults[0] if faults else 'it is empty'})", f"give each line a {TEXTS[0]!r}"
        )
    return with_faults(found, faults, "lines")


def _fault(value: object, number: int) -> str:
    """Why a line of JSON holds no article."""
    if not isinstance(value, dict):
        return f"line {number} is JSON, but no object"
    name = next((one for one in TEXTS if value.get(one) is not None and not _is_text(value[one])), None)
    if name is None:
        return f"line {number} has no text under {', '.join(TEXTS)}"
    kind = f"the number {shortened(value[name], 20)}" if isinstance(value[name], _Number) else _KINDS[type(value[name])]
    return f"line {number} has {kind} under {name!r}, and no text"


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and not isinstance(value, _Number)


def with_faults(found: list[Extracted], faults: Sequence[str], unit: str) -> list[Extracted]:
    """The articles of a file, the first with what is to be told of lines or rows that hold none."""
    if faults:
        more = [f"{len(faults) - MAX_TOLD} more {unit} hold no article"] if len(faults) > MAX_TOLD else []
        found[0] = replace(found[0], problems=(*found[0].problems, *faults[:MAX_TOLD], *more))
    return found


def article_of(value: Mapping[str, object], number: int, taken: set[str], source: str) -> Extracted | None:
    """The article that named values hold; None if they hold no text.

    Args:
        value: what is stated, by name.
        number: its place in the file, of which its fragment is made where it states no id that is free.
        taken: fragments of the file so far; its own is added.
        source: the file's name, for messages.
    """
    stated_text = next((text for name in TEXTS if _is_text(text := value.get(name)) and text.strip()), None)
    if stated_text is None:
        return None
    text = clean(stated_text)
    is_page = text.lstrip().startswith("<") and re.search(r"</(?:p|div|body|article|h\d)>", text[:100_000]) is not None
    stated = next((str(value[name]) for name in IDS if isinstance(value.get(name), str) and value[name]), "")
    fragment = re.sub(r"[\s/#]+", "-", clean(stated)).strip("-")[:100]
    fields = {str(name).strip().lower(): one for name, one in value.items()}
    free = (one for one in chain((fragment, str(number)), (f"{number}-{n}" for n in count(2))) if one not in taken)
    fragment = next(filter(None, free))
    taken.add(fragment)
    return Extracted(
        text=read_page(text, source).text if is_page else visible_markdown(text),
        metadata=metadata_of(fields),
        fragment=fragment,
    )
