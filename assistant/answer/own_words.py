"""What the program says in its own words: refusals, its list of articles, notes on how quotes were chosen.

`is_help` and `is_note` tell whether such words are the program's, so that no claim passes as them.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from assistant.answer.answer import Reason
from index.counts import counted
from index.text.article import IndexedArticle

REFUSALS = {
    Reason.NOT_FOUND: "I found nothing in the articles about this.",
    Reason.INSUFFICIENT: "I found nothing in the articles that answers this.",
}
LISTED = 40
"""Articles that the list names."""
FEW = 3
"""So many articles are named by their titles."""
CHOSEN = {
    "about": "The most central sentence of each of {articles}.",
    "summary": "No summary in other words: the most central sentences of {articles}.",
    "timeline": "Dated statements, the earliest first.",
    "list_all": "Sentences that mention “{topic}”, article by article.",
    "everything": "What the articles say about “{topic}”, article by article.",
    "compare": "No verdict: what the articles say about each, first about “{first}”, then about “{second}”.",
    "catalog": "The most central sentences of {articles}.",
}
"""By the scope of the question, how the quotes of an overview were chosen."""
SUBJECT = "what the articles say about “{topic}”"
"""In place of articles, where quotes were chosen out of what is said about something."""
ONE_OF = " Several articles fit; ask for one of them by its title to have it alone."
"""Where one article was asked for."""
LEFT = {
    **dict.fromkeys(
        ("timeline", "list_all", "everything"),
        ("more statement", " not shown: ask about a part of it to see them."),
    ),
    "about": ("more article", " not shown; ask which articles there are for the whole list."),
}
"""By scope, the noun and the words that tell how much was left out."""
HELP = ("greeting", "abilities", "listing")
"""Scopes whose answers are wholly in these words."""
_ASKS = "Ask about what they say, or for an overview, a summary, a timeline, a list of mentions, or a comparison"


def dated(published: str, quote: str) -> str:
    """A quote behind the day of its article, YYYY-MM-DD, by which several are told apart."""
    return f"Published {published}: {quote}"


def greeting(rows: Sequence[IndexedArticle]) -> str:
    """A short invitation."""
    return _greeting(len(rows), _first_title(rows))


def abilities(rows: Sequence[IndexedArticle]) -> str:
    """What can be asked, and what an answer is worth."""
    return _abilities(len(rows), _first_title(rows))


def listing(rows: Sequence[IndexedArticle], *, whole: bool) -> str:
    """The articles by date, newest first, those without a date last; `whole` if they are all there are."""
    ordered = sorted(rows, key=lambda row: (row.published is not None, row.published, -row.number), reverse=True)
    return _listing(len(rows), [_line(row) for row in ordered[:LISTED]], whole=whole)


def is_help(scope: str, text: str, rows: Collection[IndexedArticle]) -> bool:
    """Whether a text is what the program says of itself or of a list of some of these articles.

    Which of them passed the filters of the question is not known, so that fewer may be counted and listed.
    """
    found = re.search(r"\b(?:([\d,]+) articles?|the one article)\b", text)
    number = int(found[1].replace(",", "") or 0) if found and found[1] else 1
    if found is None or number > len(rows):
        return False
    if scope == "listing":
        lines = [line for line in text.split("\n")[1:] if line.startswith("- ")]
        texts = [_listing(number, lines, whole=whole) for whole in {False, number == len(rows)}]
        shown = len(lines) == len(set(lines)) == min(number, LISTED) and {*map(_line, rows)}.issuperset(lines)
        return shown and text in texts
    told = {"greeting": _greeting, "abilities": _abilities}.get(scope)
    titles = [None, *dict.fromkeys(row.title for row in rows if text.endswith(f"{_for_example(row.title)}."))]
    return told is not None and any(text == told(number, title) for title in titles)


def is_note(scope: str, note: str, searched: str, titles: Iterable[str]) -> bool:
    """Whether a note on the quotes of an overview is the program's, of these articles and the question as searched."""
    if scope not in CHOSEN:
        return not note
    left, words = LEFT.get(scope, ("", ""))
    more = rf"(?:{re.escape(ONE_OF)})?" + (rf"(?: [\d,]+ {left}s?{re.escape(words)})?" if left else "")
    named = _filled(CHOSEN[scope], re.sub(rf"{more}\Z", "", note))
    if named is None:
        return False
    if (articles := named.pop("articles", None)) is not None:
        about = _filled(SUBJECT, articles)
        if about is None:
            return re.fullmatch(r"[\d,]+ articles?", articles) is not None or _are_titles(articles, set(titles))
        named = about
    return all(value in searched for value in named.values())


def _filled(form: str, text: str) -> dict[str, str] | None:
    """What stands in a text in the place of each name of a form, as early as it can; None if it has another form.

    In time linear in the text, which anybody may have made up.
    """
    before, *rest = re.split(r"\{(\w+)\}", form)
    if not text.startswith(before):
        return None
    found, at = {}, len(before)
    names, literals = rest[::2], rest[1::2]
    for place, (name, after) in enumerate(zip(names, literals, strict=True), 1):
        last = place == len(names)
        end = len(text) - len(after) if last else text.find(after, at + 1)
        if end <= at or not text.startswith(after, end):
            return None
        found[name], at = text[at:end], end + len(after)
    return found


def titled(row: IndexedArticle) -> str:
    """What an article is called: its title, or else its id."""
    return row.title or row.article_id


def _are_titles(text: str, titles: Collection[str]) -> bool:
    """Whether a text is the titles of up to `FEW` articles: “A” and “B”."""
    pieces = text.removeprefix("“").removesuffix("”").split("” and “")
    quoted = text.startswith("“") and text.endswith("”")

    def from_place(place: int, left: int) -> bool:
        if place == len(pieces):
            return True
        return left > 0 and any(
            "” and “".join(pieces[place:end]) in titles and from_place(end, left - 1)
            for end in range(place + 1, len(pieces) + 1)
        )

    return quoted and len(pieces) < 20 and from_place(0, FEW)  # Of so many no reader would see the end.


def _greeting(number: int, title: str | None) -> str:
    return f"I answer questions about {_these(number)} here. {_ASKS}{_for_example(title)}."


def _abilities(number: int, title: str | None) -> str:
    return (
        f"I answer questions from {_these(number)} in this collection, and only from them. Every sentence of an answer "
        "carries a receipt that says where it stands, so that you can check it. If the articles do not "
        f"answer, I say so. {_ASKS}{_for_example(title)}."
    )


def _listing(number: int, lines: Sequence[str], *, whole: bool) -> str:
    head = f"{counted(number, 'article')} in this collection" if whole else f"{counted(number, 'article')}"
    more = [f"and {number - LISTED} more"] if number > LISTED else []
    return "\n".join([f"{head}{':' if number else '.'}", *lines, *more])


def _line(row: IndexedArticle) -> str:
    facts = [fact for fact in (row.publisher, row.published.isoformat() if row.published else None) if fact]
    return f"- {titled(row)}" + (f" ({', '.join(facts)})" if facts else "")


def _these(number: int) -> str:
    return f"the {counted(number, 'article')}" if number != 1 else "the one article"


def _first_title(rows: Sequence[IndexedArticle]) -> str | None:
    return next((row.title for row in rows if row.title), None)


def _for_example(title: str | None) -> str:
    return f", such as: Summarise “{title}”" if title else ""
