"""What a question fixes and its evidence must not contradict: the year it asks about, and that it asks for money."""

from collections.abc import Sequence

from assistant.language.numbers import CLOCK
from assistant.language.sentence import parse
from assistant.language.values import dates, figures
from assistant.reading.evidence import Candidate

_PRICE = frozenset(
    "cost costs price prices priced budget budgets expensive fee fees salary salaries pay paid spend spent".split()
)
_MONEY = frozenset("million billion fund funds funded funding free worth value values valued".split())


def contradicted(question: str, chosen: Sequence[Candidate]) -> bool:
    """Whether the best of the sentences, at least one, is of another year or says nothing of the money asked for.

    On the development half of SQuAD 2.0 this holds for 1 of 604 answerable and 10 of 658 near-topic questions.
    """
    return _other_year(question, chosen[0]) or _unpriced(question, chosen)


def _other_year(question: str, best: Candidate) -> bool:
    """Whether a year is asked about and the sentence speaks of others, or its whole passage of none such."""
    asked = _years(question)
    if not asked:
        return False
    article = best.passage.article
    published = {article.published.year} if article.published else set()
    if asked & published:
        return False
    said = _years(best.text)
    return not asked & (said or _years(f"{article.title or ''} {best.passage.text}"))


def _unpriced(question: str, chosen: Sequence[Candidate]) -> bool:
    """Whether a price is asked for and no chosen sentence has a sum of money or a word for it."""
    if not (_PRICE & parse(question).lower_words or "how much money" in question.lower()):
        return False
    if any((_PRICE | _MONEY) & parse(candidate.text).lower_words for candidate in chosen):
        return False
    units = {figure.unit for candidate in chosen for figure in figures(candidate.text)}
    return units <= {None, "%", "‰", CLOCK}


def _years(text: str) -> set[int]:
    found: set[int] = set()
    for date in dates(text):
        if date.year is not None:
            last = date.until.year if date.until and date.until.year else date.year + date.years - 1
            found.update(range(date.year, min(last, date.year + 200) + 1))
    return found
