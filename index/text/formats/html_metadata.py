"""Reads what an HTML page says about itself: JSON-LD, Open Graph, Dublin Core, citation tags, the title."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.text.formats.characters import clean
from index.text.metadata import Metadata, parse_date

ARTICLE_TYPES = re.compile(r"(?:\w{0,40}Article|BlogPosting|Report|WebPage|\w{0,40}Posting)")
MAX_JSON_CHARACTERS = 1_000_000
MAX_THINGS = 1_000
TITLE = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")
PUBLISHED = (
    "article:published_time og:published_time citation_publication_date citation_date dc.date.issued dcterms.issued "
    "dcterms.created dc.date dcterms.date datepublished date pubdate publishdate parsely-pub-date"
).split()
PUBLISHER = ("og:site_name", "dc.publisher", "dcterms.publisher", "citation_journal_title", "application-name")
AUTHOR = ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author", "parsely-author")
MAX_AUTHORS = 50
SEPARATOR = re.compile(r"[\s|–—·:•»-]{1,9}$")
"""Between a page's title and its site's name."""


def read_metadata(tree: LexborHTMLParser, body: LexborNode) -> Metadata:
    """Read metadata; what the page does not state is None."""
    tags = _meta_tags(tree)
    linked = _linked_data(tree)
    site = _text(_named(linked.get("publisher"))) or _first(tags, PUBLISHER)
    return Metadata(
        title=_text(linked.get("headline")) or _first(tags, TITLE) or _heading(tree, body, site),
        published=_date(_text(linked.get("datePublished")))
        or next((found for name in PUBLISHED for value in tags.get(name, []) if (found := _date(value))), None)
        or _date(_marked_date(tree)),
        publisher=site,
        url=_address(tree, tags),
        language=_language(tree, tags),
        authors=_authors(linked, tags),
    )


def _meta_tags(tree: LexborHTMLParser) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        if value := _text(attributes.get("content")):
            tags.setdefault(name, []).append(value)
    return tags


def _linked_data(tree: LexborHTMLParser) -> dict[str, object]:
    """The page's article in JSON-LD; the last that is no article in any sense counts least."""
    found: list[dict[str, object]] = []
    for node in tree.css('script[type="application/ld+json"]'):
        text = node.text(deep=True) or ""
        try:
            value = json.loads(text) if len(text) <= MAX_JSON_CHARACTERS else None
        except (ValueError, RecursionError):
            continue
        found += [thing for thing in _things(value) if ARTICLE_TYPES.fullmatch(_type(thing))]
    found.sort(key=lambda thing: _type(thing) == "WebPage")
    return found[0] if found else {}


def _things(value: object) -> Iterator[dict[str, object]]:
    """The objects of JSON-LD, those of a list or graph one by one."""
    waiting = [value]
    for _ in range(MAX_THINGS):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one[:MAX_THINGS]
        elif isinstance(one, dict):
            yield one
            waiting.append(one.get("@graph"))


def _type(thing: dict[str, object]) -> str:
    value = thing.get("@type")
    return str(value[0] if isinstance(value, list) and value else value)[:100]


def _named(value: object) -> object:
    """The name in what JSON-LD gives as a person or organisation."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get("name") if isinstance(value, dict) else value


def _authors(linked: dict[str, object], tags: dict[str, list[str]]) -> tuple[str, ...]:
    stated = linked.get("author")
    names = [_text(_named(one)) for one in (stated if isinstance(stated, list) else [stated])[:MAX_AUTHORS]]
    if not any(names):
        names = list(next((tags[name] for name in AUTHOR if name in tags), []))
    plain = [name for name in names[:MAX_AUTHORS] if name and "://" not in name]
    return tuple(dict.fromkeys(plain))


def _heading(tree: LexborHTMLParser, body: LexborNode, site: str | None) -> str | None:
    """The page's only heading of the first level, else its title without the site's name."""
    headings = body.css("h1")
    if len(headings) == 1 and (heading := (_text(headings[0].text(deep=True)) or "").rstrip("¶ ")):
        return heading
    title = tree.css_first("head > title")
    text = _text(title.text(deep=True)) if title is not None else None
    if text and site and text.endswith(site):
        text = SEPARATOR.sub("", text.removesuffix(site)) or text
    return text


def _marked_date(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("[itemprop=datePublished], time[pubdate]")
    return _text(node.attributes.get("datetime") or node.attributes.get("content")) if node is not None else None


def _address(tree: LexborHTMLParser, tags: dict[str, list[str]]) -> str | None:
    node = tree.css_first("link[rel=canonical]")
    stated = [node.attributes.get("href") if node is not None else None, *tags.get("og:url", [])]
    return next((one for one in map(_text, stated) if one and one.startswith(("http://", "https://"))), None)


def _language(tree: LexborHTMLParser, tags: dict[str, list[str]]) -> str | None:
    root = tree.root
    stated = (root.attributes.get("lang") if root is not None else None) or _first(tags, ("og:locale", "dc.language"))
    found = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", stated or "")
    return found[0].lower() if found else None


def _date(value: str | None) -> date | None:
    return parse_date(value[:100]) if value else None


def _first(tags: dict[str, list[str]], names: Sequence[str]) -> str | None:
    return next((tags[name][0] for name in names if name in tags), None)


def _text(value: object) -> str | None:
    """A value on one line; None if it is no text or empty."""
    # Many pages escape what they put into JSON, where nothing resolves it.
    return " ".join(clean(unescape(value)).split()) or None if isinstance(value, str) else None
