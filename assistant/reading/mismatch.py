"""What a question fixes and its evidence must not contradict: the year it asks about."""

from assistant.language.sentence import parse
from assistant.reading.evidence import Candidate


def of_another_year(question: str, best: Candidate) -> bool:
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


def _years(text: str) -> set[int]:
    found: set[int] = set()
    for value in parse(text).values:
        date = value.token.date
        if date is not None and date.year is not None and not value.counts:
            last = date.until.year if date.until and date.until.year else date.year + date.years - 1
            found.update(range(date.year, min(last, date.year + 200) + 1))
    return found
