"""Passages made by hand, out of no index."""

from collections.abc import Sequence
from datetime import date

from index.search.engine import Passage
from index.text.article import IndexedArticle, Sentence, sha256_of


def passage_of(
    texts: Sequence[str],
    *,
    number: int = 1,
    title: str | None = None,
    published: date | None = None,
    context: str = "",
) -> Passage:
    """A passage of sentences, the only one of article `number`, from whose 100th character on it stands."""
    text = " ".join(texts)
    sentences, start = [], 100
    for one in texts:
        sentences.append(Sentence(start=start, end=start + len(one)))
        start += len(one) + 1
    article = IndexedArticle(
        number=number,
        article_id=f"article-{number}",
        source=f"test:{number}",
        source_sha256="",
        sha256=sha256_of(text),
        title=title,
        published=published,
        publisher=None,
        url=None,
        language=None,
    )
    return Passage(
        chunk_id=number,
        article=article,
        start=100,
        end=100 + len(text),
        text=text,
        sentences=tuple(sentences),
        rank=number,
        score=1.0,
        cosine=0.5,
        bm25=1.0,
        late=0.5,
        contexts=tuple(context for _ in texts) if context else (),
    )
