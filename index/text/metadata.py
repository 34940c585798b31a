"""Reads an article's metadata: front matter first, then the text where it is unambiguous.

"Plain" is strict on purpose: a heading, or a line that is nothing but a labelled value or a full
date near the top. What is not plainly said stays absent; it is never inferred.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import yaml

from index.errors import ArticleUnreadable

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)(?:^|\n)\1[ \t]*(?:\n|\Z)", re.DOTALL)
KEYS = {
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "publish_date", "pubdate", "datepublished"),
    "publisher": ("publisher", "site_name", "publication", "source"),
    "url": ("url", "link", "canonical_url", "source_url"),
    "language": ("language", "lang", "locale"),
}
"""Front matter keys by what they mean, the preferred one first; compared in lower case."""

LABELS = {
    "published": r"published(?: on)?|date|publication date|发布时间|发布日期|日期",
    "publisher": r"publisher|source|来源",
    "url": r"url|link|original|原文链接|链接",
}
HEAD_LINES = 8
"""Lines at the top of a text in which metadata may stand."""
MAX_TITLE_CHARACTERS = 200
MONTHS = "january february march april may june july august september october november december".split()
ENGLISH = frozenset("the of and to in a is that for it was on as with by are be this from at or an has".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """Metadata of an article; None for what is not stated."""

    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None


def split_front_matter(text: str, source: str) -> tuple[Metadata, str]:
    """Split off front matter (YAML between ---, TOML between +++): its metadata, and the text after it.

    Raises:
        ArticleUnreadable: the front matter is not valid YAML or TOML, or a date in it is no date.
    """
    match = FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), text
    try:
        fields = yaml.safe_load(match[2]) if match[1] == "---" else tomllib.loads(match[2])
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ArticleUnreadable(f"{source}: its front matter cannot be read ({reason})", "correct it") from error
    if not isinstance(fields, dict):
        return Metadata(), text  # A horizontal rule at the top, not front matter.
    return _from_fields({str(key).lower(): value for key, value in fields.items()}, source), text[match.end() :]


def _from_fields(fields: Mapping[str, Any], source: str) -> Metadata:
    values = {
        name: next((fields[key] for key in keys if fields.get(key) not in (None, "")), None)
        for name, keys in KEYS.items()
    }
    texts = {
        name: " ".join(str(value).split()) if isinstance(value, (str, int, float)) else None
        for name, value in values.items()
        if name != "published"
    }
    return Metadata(
        title=texts["title"],
        published=_date_of(values["published"], source),
        publisher=texts["publisher"],
        url=texts["url"],
        language=(texts["language"] or "").replace("_", "-").split("-")[0].lower() or None,
    )


def _date_of(value: object, source: str) -> date | None:
    if value is None or isinstance(value, datetime):
        return None if value is None else value.date()
    if isinstance(value, date):
        return value
    found = parse_date(str(value))
    if found is None:
        raise ArticleUnreadable(f"{source}: its date {str(value)!r} is no full date", "write it as YYYY-MM-DD")
    return found


def parse_date(text: str) -> date | None:
    """Parse the date that `text` begins with: "2021-03-09", "9 March 2021", "March 9, 2021", "2021年3月9日"."""
    text = text.strip()
    if match := re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)", text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := re.match(r"(\d{1,2})(?:st|nd|rd|th)?\.? ([A-Za-z]{3,9})\.?,? (\d{4})\b", text):
        year, month, day = int(match[3]), _month(match[2]), int(match[1])
    elif match := re.match(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b", text):
        year, month, day = int(match[3]), _month(match[1]), int(match[2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    """Number of a month, 1 to 12; 0 if it is not one."""
    return next((n for n, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:9])), 0)


def complete_from_text(known: Metadata, text: str) -> Metadata:
    """Fill in metadata that `known` lacks from unambiguous lines near the top of `text`."""
    head = [line.strip() for line in text.split("\n") if line.strip()][:HEAD_LINES]
    labelled = {name: _labelled(head, label) for name, label in LABELS.items()}
    dates = [labelled["published"] or "", *(line for line in head if len(line) <= 30 and line[-1] not in ".。!！?？")]
    url = labelled["url"]
    return replace(
        known,
        title=known.title or _title(text),
        published=known.published or next((found for line in dates if (found := parse_date(line))), None),
        publisher=known.publisher or labelled["publisher"],
        url=known.url or (url if url and url.startswith(("http://", "https://")) else None),
        language=known.language or plain_language(text),
    )


def _labelled(head: list[str], label: str) -> str | None:
    for line in head:
        match = re.fullmatch(rf"[*_>\s]*(?:{label})[*_]*\s*[:：]\s*[*_]*(.{{1,120}}?)[*_\s]*", line, re.IGNORECASE)
        if match:
            return match[1].strip()
    return None


def _title(text: str) -> str | None:
    heading = re.search(r"^#\s+(.{1,200}?)\s*#*\s*$", text[:5_000], re.MULTILINE)
    if heading:
        return heading[1].strip()
    first = re.match(r"\s*([^\n]+)\n[^\S\n]*\n", text)
    line = first[1].strip() if first else ""
    plain = line and len(line) <= MAX_TITLE_CHARACTERS and line[-1] not in ".。,，:：;；" and line[0].isalnum()
    return line if plain else None


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
