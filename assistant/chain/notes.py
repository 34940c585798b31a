"""What the program says of the quotes of an overview: how they were chosen, and what was left out."""

from collections.abc import Sequence

from assistant.question.scope import Scope
from assistant.reading.overview.overviews import Overview
from index.counts import counted

_CHOSEN = {
    Scope.ABOUT: "The most central sentence of each of {articles}.",
    Scope.SUMMARY: "No summary in other words: the most central sentences of {articles}.",
    Scope.TIMELINE: "Dated statements, the earliest first.",
    Scope.LIST_ALL: "Sentences that mention “{topic}”, article by article.",
    Scope.EVERYTHING: "What the articles say about “{topic}”, article by article.",
    Scope.COMPARE: "No verdict: what the articles say about each, first about “{first}”, then about “{second}”.",
    Scope.CATALOG: "The most central sentences of {articles}.",
}
FEW = 3
"""So many articles are named by their titles."""


def note_on(scope: Scope, overviews: Sequence[Overview], *, names: Sequence[str], topic: str) -> str:
    """The note on the overviews of a question of this scope, which are of the parts `names` of it, about `topic`."""
    articles = list(dict.fromkeys(row for overview in overviews for row in overview.articles))
    titles = [f"“{row.title or row.article_id}”" for row in articles]
    told = " and ".join(titles) if len(titles) <= FEW else counted(len(titles), "article")
    subject = next((f"what the articles say about “{one.subject}”" for one in overviews if one.subject), told)
    note = _CHOSEN[scope].format(articles=subject, first=names[0], second=names[-1], topic=topic)
    left = sum(overview.left for overview in overviews)
    if left and scope in {Scope.TIMELINE, Scope.LIST_ALL, Scope.EVERYTHING}:
        note += f" {counted(left, 'more statement')} not shown: ask about a part of it to see them."
    elif left and scope is Scope.ABOUT:
        note += f" {counted(left, 'more article')} not shown; ask which articles there are for the whole list."
    return note
