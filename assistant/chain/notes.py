"""What the program says of the quotes of an overview: how they were chosen, and what was left out."""

from collections.abc import Sequence

from assistant.answer.own_words import CHOSEN, FEW, LEFT, ONE_OF, SUBJECT, titled
from assistant.question.scope import Scope
from assistant.reading.overview.overviews import Overview
from index.counts import counted


def note_on(
    scope: Scope, overviews: Sequence[Overview], *, names: Sequence[str], topic: str, one_of: bool = False
) -> str:
    """The note on the overviews of a question of this scope.

    Args:
        scope: how much of the collection is asked for.
        overviews: what is shown.
        names: the parts of the question, one for each overview that was asked for.
        topic: what it is about.
        one_of: whether one article was asked for, and several fit.
    """
    articles = list(dict.fromkeys(row for overview in overviews for row in overview.articles))
    titles = [f"“{titled(row)}”" for row in articles]
    told = " and ".join(titles) if len(titles) <= FEW else counted(len(titles), "article")
    subject = next((SUBJECT.format(topic=one.subject) for one in overviews if one.subject), told)
    note = CHOSEN[scope].format(articles=subject, first=names[0], second=names[-1], topic=topic)
    if one_of:
        note += ONE_OF
    left = sum(overview.left for overview in overviews)
    if left and scope in LEFT:
        noun, words = LEFT[scope]
        note += f" {counted(left, noun)}{words}"
    return note
