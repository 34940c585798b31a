"""Reads an article's metadata: front matter first, then the text where it is unambiguous.

Front matter is read as its writer meant it: every value is text until its key says otherwise, so that
`language: no` is Norwegian and `title: 1.10` keeps its zero. What cannot be understood is reported and never
keeps an article out. "Unambiguous" is strict on purpose: a heading, or a line that is nothing but a labelled
value or a full date near the top. What is not plainly said stays absent; it is never inferred.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_tz
from typing import Any

import yaml

from index.counts import shortened
from index.text.blocks import structure_of
from index.text.structure import Kind

KEYS = {
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "publish_date", "pubdate", "datepublished"),
    "publisher": ("publisher", "site_name", "publication", "source"),
    "url": ("url", "link", "canonical_url", "source_url"),
    "language": ("language", "lang", "locale"),
    "authors": ("authors", "author", "creator", "byline"),
}
"""Front matter keys by what they mean, the preferred one first; compared in lower case."""

OTHER_KEYS = frozenset(
    "aliases categories category comments created cover description draft excerpt featured id image images keywords "
    "lastmod layout license modified name permalink redirect_from sidebar slug status subtitle summary tag tags theme "
    "toc type updated updated_at uuid version weight".split()
)
"""Keys in common use that say nothing about where an article comes from, but tell front matter from text."""

LABELS = {
    "published": {"published", "published on", "date", "publication date", "发布时间", "发布日期", "日期"},
    "publisher": {"publisher", "source", "来源"},
    "url": {"url", "link", "original", "原文链接", "链接"},
    "authors": {"author", "authors", "written by", "作者"},
}
_NEXT_LABEL = re.compile(r"\s+(?=(?:来源|作者|记者|编辑|责任编辑|发布时间|发布日期|原文链接)\s?[：:])")
"""Between labelled values on one line, as Chinese pages write them: "2022年10月3日 来源：… 作者：…"."""
HEAD_LINES = 8
"""Lines at the top of a text in which metadata may stand."""
HEAD_CHARACTERS = 5_000
MAX_FRONT_MATTER_CHARACTERS = 65_536
MAX_DOTS = 100
MAX_TITLE_CHARACTERS = 200
MONTHS = "january february march april may june july august september october november december".split()
_OTHER_MONTHS = [
    "januar jänner janvier enero gennaio janeiro januari",
    "februar feber février febrero febbraio fevereiro februari",
    "märz mars marzo março maart marts",
    "avril abril aprile",
    "mai mayo maggio maio mei maj",
    "juni juin junio giugno junho",
    "juli juillet julio luglio julho",
    "août agosto augustus",
    "septembre septiembre settembre setembro",
    "oktober octobre octubre ottobre outubro",
    "novembre noviembre novembro",
    "dezember décembre diciembre dicembre dezembro desember",
]
ENGLISH = frozenset("the of and to in a is that for it was on as with by are be this from at or an has".split())
_ABSENT = frozenset({"n/a", "na", "none", "null", "unknown", "tbd"})
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"((?:1[5-9]|2[01])\d{2})(\d{2})(\d{2})(?!\d)")
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,? (?=\S)")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|º)?\.? (?:of |de )?([^\W\d_]{3,10})\.?,? (?:de )?(\d{4})\b")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_DATES = "|".join(form.pattern for form in (_YEAR_FIRST, _COMPACT, _DAY_FIRST, _MONTH_FIRST))
_WEEKDAYS = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\.?|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
)
_DATE_LINE = re.compile(
    rf"(?:[^\W\d_]{{2,12}}\.?, |(?:{_WEEKDAYS}) )?(?:{_DATES})日?"
    r"(?:[T,\s]*(?:at |um )?\d{1,2}[:.h]\d{2}.{0,16})?",
    re.IGNORECASE,
)
"""A line that is nothing but a date, with or without the day of the week and the time: "Born 9 March 1921" is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """Metadata of an article; None for what is not stated."""

    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What was stated and not understood, a line each."""


def split_front_matter(text: str) -> tuple[Metadata, str]:
    """Split off front matter (YAML, TOML or JSON): its metadata, and the text after it.

    It is front matter if it holds a key in common use; other text between two rules stays text.
    """
    body = text.lstrip("\ufeff \t\r\n")
    found = _fields_of(body)
    if found is None:
        return Metadata(), text
    fields, rest, problems = found
    fields = {str(key).strip().lower().replace("-", "_").replace(" ", "_"): value for key, value in fields.items()}
    known = {key for keys in KEYS.values() for key in keys} | OTHER_KEYS
    if not known & set(fields):
        return Metadata(), text
    metadata = metadata_of(fields)
    return replace(metadata, problems=(*problems, *metadata.problems)), rest


def _fields_of(text: str) -> tuple[Mapping[Any, Any], str, list[str]] | None:
    """The fields at the top of `text`, what comes after them, and what is wrong with them; None if there are none."""
    if text.startswith("{"):
        try:
            fields, end = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(
                text[:MAX_FRONT_MATTER_CHARACTERS]
            )
        except (ValueError, RecursionError):
            return None
        return (fields, text[end:].lstrip("\r\n"), []) if isinstance(fields, dict) and fields else None
    lines = text[:MAX_FRONT_MATTER_CHARACTERS].split("\n")
    fence = lines[0].rstrip()
    if fence not in {"---", "+++"}:
        return None
    closing = {"---", "..."} if fence == "---" else {"+++"}
    last = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in closing), None)
    if last is None:
        return None
    inside = "\n".join(lines[1:last])
    rest = text[sum(len(line) + 1 for line in lines[: last + 1]) :]
    problems: list[str] = []
    try:
        if fence == "---":
            # Every scalar stays text: no truth values, octal numbers or times of day in base 60.
            fields = yaml.load(inside, Loader=yaml.BaseLoader)
        elif any(line.count(".") > MAX_DOTS for line in lines[1:last]):
            raise ValueError(fence)  # The parser takes time by the square of a dotted key's length.
        else:
            fields = tomllib.loads(inside)
    except (yaml.YAMLError, ValueError, RecursionError):
        # As people write it: an unquoted colon in a title, a tab, a bracket that is not closed.
        fields = _line_by_line(inside, "=" if fence == "+++" else ":")
        what = "YAML" if fence == "---" else "TOML"
        problems = [
            f"its {shortened(key, 40)} is quoted in part, which is no {what}; it is taken whole"
            for key, value in (fields or {}).items()
            if value.startswith(("'", '"'))
        ]
    return (fields, rest, problems) if isinstance(fields, dict) else None


def _line_by_line(text: str, sign: str) -> dict[str, str] | None:
    """Fields of which each takes a line, as in `title: One: two`; None if there are lines that are none."""
    fields = {}
    for line in text.split("\n"):
        key, found, value = line.partition(sign)
        if found and re.fullmatch(r"\s*[\w.-]+\s*", key):
            fields[key.strip()] = _unquoted(value.strip())
        elif line.strip() and line[0] not in " \t-#":
            return None
    return fields


def _unquoted(value: str) -> str:
    """A value without the quotation marks around all of it; those around a part of it belong to it."""
    quoted = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", value)
    return value if quoted is None else quoted[1] or quoted[2] or ""


def metadata_of(fields: Mapping[str, object]) -> Metadata:
    """Metadata from named values, as front matter and web pages state them; names in lower case."""
    values = {
        name: next(
            (fields[key] for key in keys if _text_of(fields.get(key)) is not None or _is_list(fields.get(key))), None
        )
        for name, keys in KEYS.items()
    }
    stated = _text_of(values["published"], first=True)
    published = parse_date(stated) if stated else None
    language = (_text_of(values["language"]) or "").replace("_", "-").split("-")[0].lower()
    return Metadata(
        title=_text_of(values["title"]),
        published=published,
        publisher=_text_of(values["publisher"]),
        url=_text_of(values["url"]),
        language=language if 1 < len(language) <= 8 else None,
        authors=_names_of(values["authors"]),
        problems=(f"its date {stated[:60]!r} is no full date; it is indexed without one",)
        if stated and published is None
        else (),
    )


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _text_of(value: object, *, first: bool = False) -> str | None:
    """A value on one line; None for one that is absent or no text. With `first`, a list counts by its first item."""
    if first and _is_list(value):
        value = value[0]  # type: ignore[index]
    if isinstance(value, bool | list | dict) or value is None:
        return None
    try:
        text = " ".join(str(value).split())
    except ValueError:  # A number of more digits than Python writes.
        return None
    return text if text.casefold() not in _ABSENT and any(map(str.isalnum, text)) else None


def _names_of(value: object) -> tuple[str, ...]:
    items = value[:20] if isinstance(value, list) else re.split(r";| and | & ", _text_of(value) or "")
    names = [_text_of(item.get("name") if isinstance(item, dict) else item) for item in items]
    return tuple(name for name in names if name)


def parse_date(text: str) -> date | None:
    """Parse the date that `text` begins with; None if there is none, or no full one.

    "2021-03-09", "20210309", "9 March 2021", "Tuesday, March 9, 2021", "9. März 2021", "2021年3月9日",
    "Tue, 09 Mar 2021 09:00:00 +0100".
    """
    text = text.strip()[:80]
    return (
        _date_in(text) or (_date_in(text[found.end() :]) if (found := _WEEKDAY.match(text)) else None) or _mailed(text)
    )


def _date_in(text: str) -> date | None:
    if match := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _DAY_FIRST.match(text):
        year, month, day = int(match[3]), _month(match[2]), int(match[1])
    elif match := _MONTH_FIRST.match(text):
        year, month, day = int(match[3]), _month(match[1]), int(match[2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _mailed(text: str) -> date | None:
    """A date as RFC 2822 writes it."""
    if not re.match(r"[A-Z][a-z]{2}, \d", text):
        return None
    parts = parsedate_tz(text)
    try:
        return date(*parts[:3]) if parts else None
    except ValueError:
        return None


def _month(name: str) -> int:
    """Number of a month, 1 to 12; 0 if it is not one."""
    name = name.lower()
    english = next((n for n, month in enumerate(MONTHS, 1) if month.startswith(name[:9])), 0)
    return english or next((n for n, months in enumerate(_OTHER_MONTHS, 1) if name in months.split()), 0)


def complete_from_text(known: Metadata, text: str) -> Metadata:
    """Fill in metadata that `known` lacks from unambiguous lines near the top of `text`."""
    top = text[:HEAD_CHARACTERS]
    head = [line.strip() for line in top.split("\n") if line.strip()][:HEAD_LINES]
    labelled = {name: _labelled(head, labels) for name, labels in LABELS.items()}
    dates = [labelled["published"] or "", *filter(_is_date, head)]
    url = labelled["url"]
    return replace(
        known,
        title=known.title or _title(text),
        published=known.published or next((found for line in dates if (found := parse_date(line))), None),
        publisher=known.publisher or labelled["publisher"],
        url=known.url or (url if url and url.startswith(("http://", "https://")) else None),
        language=known.language or plain_language(text),
        authors=known.authors or _names_of(labelled["authors"]),
    )


def _is_date(line: str) -> bool:
    is_sentence = len(line) > 40 or line[-1] in ".。!！?？"
    return not is_sentence and _DATE_LINE.fullmatch(_NEXT_LABEL.split(line)[0]) is not None


def _labelled(head: list[str], labels: set[str]) -> str | None:
    for line in (part for whole in head for part in _NEXT_LABEL.split(whole)):
        label, sign, value = re.sub("：", ":", line, count=1).partition(":")
        value = value.strip("*_ \t")
        if sign and value and len(value) <= 120 and label.strip("*_> \t").casefold() in labels:
            return value
    return None


def _title(text: str) -> str | None:
    structure = structure_of(text[:HEAD_CHARACTERS])
    title = next((block for block in structure.blocks if block.kind is Kind.TITLE), None)
    words = structure.words(title) if title else ""
    return words if 0 < len(words) <= MAX_TITLE_CHARACTERS else None


def plain_language(text: str) -> str | None:
    """Detect "zh", "ja", "ko" or "en" by script or common words; None in doubt."""
    sample = text[:4_000]
    letters = sum(map(str.isalpha, sample)) or 1
    if len(re.findall(r"[\u3040-\u30ff]", sample)) > 0.1 * letters:
        return "ja"
    if len(re.findall(r"[\uac00-\ud7af]", sample)) > 0.3 * letters:
        return "ko"
    if len(re.findall(r"[\u4e00-\u9fff]", sample)) > 0.3 * letters:
        return "zh"
    words = re.findall(r"[a-z]+", sample.lower())
    return "en" if len(words) >= 20 and sum(word in ENGLISH for word in words) > 0.2 * len(words) else None
