"""Says which filters no article passes, so that nobody takes a mistyped name for an answer that is not there."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from index.search.engine import Filters
from index.text.article import IndexedArticle

FEW = 5
"""So many values that there are can be told instead."""


def unmatched(filters: Filters, rows: Iterable[IndexedArticle]) -> list[str]:
    """What to tell of filters that none of these articles passes, a line for each value; empty if there are none."""
    rows = list(rows)
    told = [
        *_missing("publisher", filters.publishers, [row.publisher for row in rows]),
        *_missing("language", filters.languages, [row.language for row in rows]),
        *_missing("id", filters.articles, [row.article_id for row in rows]),
    ]
    days = sorted(row.published for row in rows if row.published is not None)
    after, before = filters.published_after, filters.published_before
    if after is not None and not any(day >= after for day in days):
        told.append(f"no article was published on {after} or later{f'; the newest is of {days[-1]}' if days else ''}")
    if before is not None and not any(day <= before for day in days):
        told.append(f"no article was published on {before} or earlier{f'; the oldest is of {days[0]}' if days else ''}")
    if not told and filters != Filters() and not any(map(filters.passes, rows)):
        told.append("each filter lets articles pass, but no article passes all of them")
    return told


def _missing(what: str, asked: Sequence[str], held: Sequence[str | None]) -> list[str]:
    """Of these values of a filter those that no article has, each with the likeliest one that an article has."""
    known = {value.lower(): value for value in held if value}
    told = []
    for value in asked:
        if value.lower() in known:
            continue
        parts = [own for low, own in known.items() if set(value.lower().split()) <= set(low.split())]
        near = parts or [known[low] for low in get_close_matches(value.lower(), known, n=1)]
        if near:
            hint = f"; did you mean {near[0]!r}?"
        else:
            hint = f"; it is one of {', '.join(map(repr, known.values()))}" if 0 < len(known) <= FEW else ""
        told.append(f"no article has the {what} {value!r}{hint}")
    return told
