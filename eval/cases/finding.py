"""Finds words of articles that answer a question, with the reader's network and without an index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.reading.network import Network
from assistant.reading.windows import Window
from eval.cases.anchors import occurrences
from index.search.engine import Passage, blocks_and_contexts
from index.text.article import Article, IndexedArticle, Sentence
from index.text.blocks import structure_of
from index.text.sentences import split_sentences
from index.text.terms import stems

MOST_WINDOWS = 8
"""Windows that are read for a question, those that share most words with it; each costs some ten milliseconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The likeliest words that answer a question."""

    article_id: str
    sentence: Sentence
    """Sentence of the article that they stand in."""
    words: str


class SpanFinder:
    """Finds the words of articles that answer a question; an article is cut up when it is first needed."""

    def __init__(self, texts: Mapping[str, str], network: Network) -> None:
        """Make one over the texts of articles by id."""
        self._texts = texts
        self._network = network
        self._cut: dict[str, list[tuple[Window, frozenset[str]]]] = {}

    def find(self, question: str, article_ids: Collection[str], *, quote: str | None = None) -> Found | None:
        """Find the likeliest words that answer.

        Args:
            question: in a script that the network knows (`reads`).
            article_ids: where to look.
            quote: of which the windows are read in any case.

        Returns:
            None if no answer is likelier than any words.
        """
        wanted = set(stems(question))
        held = [one for id_ in article_ids for one in self._windows(id_)]
        held.sort(key=lambda one: -len(wanted & one[1]))
        quoted = {id_: occurrences(quote or "", self._texts[id_]) for id_ in article_ids}
        chosen = [window for n, (window, _) in enumerate(held) if n < MOST_WINDOWS or _touches(window, quoted)]
        if not chosen:
            return None
        readings = self._network.read(question, chosen)
        likeliest = [
            (span.score - reading.nothing, reading.window, place, span)
            for reading in readings
            for place, span in enumerate(reading.spans)
        ]
        above, window, place, span = max(likeliest, key=lambda one: one[0])
        if above <= 0:
            return None
        sentence = window.passage.sentences[window.first + place]
        return Found(
            article_id=window.passage.article.article_id,
            sentence=sentence,
            words=window.passage.text[sentence.start + span.start : sentence.start + span.end],
        )

    def _windows(self, article_id: str) -> list[tuple[Window, frozenset[str]]]:
        """The windows of an article, each with its stems."""
        if article_id not in self._cut:
            passage = _passage(article_id, self._texts[article_id])
            self._cut[article_id] = [
                (window, frozenset(stems(_text(window)))) for window in self._network.windower.cut(passage)
            ]
        return self._cut[article_id]


def _touches(window: Window, quoted: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    """Whether a window has any of the characters that are given by article."""
    first, last = window.passage.sentences[window.first], window.passage.sentences[window.last]
    places = quoted[window.passage.article.article_id]
    return any(start < last.end and first.start < end for start, end in places)


def _text(window: Window) -> str:
    sentences = window.passage.sentences
    return window.passage.text[sentences[window.first].start : sentences[window.last].end]


def _passage(article_id: str, text: str) -> Passage:
    """A whole article as a passage that nothing was ranked for."""
    article = IndexedArticle.of(Article(source=article_id, name=article_id, text=text), number=1, article_id=article_id)
    sentences = tuple(split_sentences(text))
    blocks, contexts = blocks_and_contexts(structure_of(text), sentences)
    return Passage(
        chunk_id=0,
        article=article,
        start=0,
        end=len(text),
        text=text,
        sentences=sentences,
        rank=1,
        score=0.0,
        cosine=0.0,
        bm25=0.0,
        late=0.0,
        blocks=blocks,
        contexts=contexts,
    )
