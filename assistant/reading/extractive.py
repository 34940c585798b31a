"""The extractive reader: it quotes the sentences that answer, in the articles' own words.

Sentences are ranked by fitted weights over words, vectors and what a small network reads; whether to
answer at all is an estimated probability against a fitted threshold, and a few plain rules that refuse
when the articles lack what the question names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.answer.answer import Reason
from assistant.language.denial import doubted
from assistant.language.foreign import is_foreign
from assistant.language.names import Span
from assistant.language.sentence import Sentences, leans, parse
from assistant.language.values import figures
from assistant.question.kinds import Kind
from assistant.question.pieces import asked_for
from assistant.question.question import Question, analyse, names_nothing
from assistant.reading.closest import closest
from assistant.reading.evidence import Candidate, Evidence, header_row, sentence_text
from assistant.reading.joined import (
    NOT_SEEN,
    Seen,
    WindowReader,
    answer_row,
    load_joined,
    reads,
    sentence_rows,
)
from assistant.reading.later import contradicts, denies, puts_right, retracts, states_instead, takes_back
from assistant.reading.leading import asks_who_is, asks_yes_or_no, leading_span
from assistant.reading.mismatch import of_another_year
from assistant.reading.network import Network
from assistant.reading.reader import Quote, Reading
from assistant.reading.sameness import SAME_MEANING, same_statement
from assistant.reading.weights import Weights, answerability_row, logit, probability, rank, shares
from assistant.reading.whole import given_whole
from index.search.engine import Retrieved, SearchEngine
from index.search.query import Query
from index.text.structure import Kind as BlockKind

FEW_WORDS = 15
_VALUE = re.compile(r"\d{4}|\d+\.\d")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER = re.compile(r"^\(?\d{1,3}[.)、]\s+")
"""Of an item in a list; no value, though two lists share it."""
NEAR = 8
"""So many of the likeliest sentences are looked at for a denial of the short answer."""
SURE_SHARE = 0.8
"""A sentence with this share of the chance needs no second one beside it."""

LEAST_SHARE = 0.1
"""Sentences with a smaller share are not quoted."""

LEAST_SURE_OF_OLD = 0.2
"""Probability of the network's words from which on a later statement is looked for that takes them back."""
BESIDE = 200
"""Characters within which what holds instead stands beside what takes back."""
SAME_THING = 0.5
"""Cosine from which on two sentences may speak of one thing, so that another value contradicts."""
RIVAL_SHARE = 0.3
"""A sentence of another date with this share of the best one's chance is shown beside it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Ranked:
    """Candidates of the wording that ranks best, best first."""

    found: Sequence[Candidate]
    scores: NDArray[np.float64]
    query: Query
    confidence: float
    about: float
    seen: Sequence[Seen]
    """What the network makes of each candidate."""

    def in_order(self) -> "_Ranked":
        """The same, best candidate first."""
        order = np.argsort(-self.scores, kind="stable")
        return replace(
            self,
            found=[self.found[i] for i in order],
            seen=[self.seen[i] for i in order],
            scores=self.scores[order],
        )


class ExtractiveReader:
    """Quotes sentences; see the module."""

    name = "extractive"

    def __init__(
        self,
        weights: Weights,
        *,
        network: Network | None = None,
        sentences: Sentences | None = None,
        threshold: float | None = None,
        max_sentences: int = 3,
    ) -> None:
        """Make a reader.

        Args:
            weights: fitted.
            network: reads the likeliest windows; None goes by words and vectors alone.
            sentences: where sentences that were read are kept, with the state of the index; None keeps none.
            threshold: least probability at which it answers; None for the fitted one.
            max_sentences: how many sentences it quotes at most.
        """
        self._weights = weights
        self._joined = load_joined()
        self._windows = None if network is None else WindowReader(network)
        self._sentences = sentences
        fitted = weights.threshold if network is None else self._joined.threshold
        self._threshold = fitted if threshold is None else threshold
        self._max_sentences = max_sentences

    def read(self, question: Question, retrieved: Retrieved, engine: SearchEngine) -> Reading:
        """Quote the likeliest sentences, or refuse by the fitted probability and the rules of refusal."""
        best = None if names_nothing(question.text) else self._rank(question, retrieved, engine)
        if best is None:
            near = closest(retrieved.passages, [], np.empty(0), 0.0)
            return Reading(quotes=(), reason=Reason.NOT_FOUND, confidence=0.0, closest=near)
        chosen = self._choose(question, best, engine)
        # Under the wording that found them: its names are the articles' own.
        quotes = self._quotes(replace(analyse(best.query.text), kind=question.kind), best, chosen, engine)
        reason = self._refusal(question, best, chosen, engine)
        if reason is not None:  # Also by a rule; the probability says so then.
            best = replace(best, confidence=min(best.confidence, max(0.0, self._threshold - 0.01)))
        near = closest(retrieved.passages, best.found, best.scores, best.confidence)
        if reason is not None:
            return Reading(quotes=(), reason=reason, confidence=best.confidence, withheld=quotes, closest=near)
        return Reading(quotes=quotes, reason=None, confidence=best.confidence, closest=near)

    def _rank(self, question: Question, retrieved: Retrieved, engine: SearchEngine) -> _Ranked | None:
        """The wording whose best sentence is likeliest to answer, with its candidates in order."""
        rankings = []
        sentences = self._sentences or Sentences(engine.idf, engine.highest_idf)
        evidence = Evidence(question, retrieved.passages, engine, sentences)
        for query in retrieved.queries:
            found = evidence.candidates(query)
            if not found:
                return None
            scores = rank(found, self._weights)
            row = answerability_row(np.stack([c.features for c in found]), scores, question)
            rankings.append(
                _Ranked(
                    found=found,
                    scores=scores,
                    query=query,
                    confidence=probability(float(self._weights.answerability.score(row))),
                    about=probability(float(self._weights.about.score(row))),
                    seen=[NOT_SEEN for _ in found],
                )
            )
        best = max(rankings, key=lambda ranking: ranking.confidence, default=None)
        if best is not None and self._windows is not None:
            if reads(question.text):
                best = self._read_windows(question, best, retrieved, engine)
            else:  # Words and vectors alone, their threshold put where the joined one is.
                moved = logit(self._joined.threshold) - logit(self._weights.threshold)
                best = replace(best, confidence=probability(logit(best.confidence) + moved))
        return None if best is None else best.in_order()

    def _read_windows(self, question: Question, best: _Ranked, retrieved: Retrieved, engine: SearchEngine) -> _Ranked:
        """The ranking joined with what the network makes of the windows that hold its best candidates."""
        assert self._windows is not None
        # Under an alias that the articles use, or as asked where what was searched is only the topic.
        alias = best.query is not retrieved.queries[0]
        asked = best.query.text if alias or not question.asked else question.asked
        seen = self._windows.read(asked, best.found, best.scores)
        rows = sentence_rows(best.scores, seen)
        joined = self._joined.sentence.score(rows)
        row = answer_row(
            rows,
            joined,
            fitted=logit(best.confidence),
            passages=retrieved.passages,
            articles=len(engine.articles),
        )
        return replace(best, scores=joined, seen=seen, confidence=probability(float(self._joined.answer.score(row))))

    def _refusal(
        self, question: Question, best: _Ranked, chosen: Sequence[Candidate], engine: SearchEngine
    ) -> Reason | None:
        fits = not unknown_names(best.query, engine) and not of_another_year(best.query.text, chosen[0])
        if best.confidence >= self._threshold and fits:
            return None
        return Reason.INSUFFICIENT if best.about >= self._weights.about_threshold else Reason.NOT_FOUND

    def _choose(self, question: Question, best: _Ranked, engine: SearchEngine) -> list[Candidate]:
        """The sentences to quote, most likely first, none of which says what another said."""
        share = shares(best.scores)
        chosen: list[Candidate] = []
        total = 0.0
        for candidate, part in zip(best.found, share, strict=True):
            if len(chosen) == self._max_sentences or (chosen and part < LEAST_SHARE):
                break
            if any(_says_the_same(candidate, other, engine) for other in chosen):
                continue
            if chosen and total >= SURE_SHARE and not _rivals(question, chosen[0], candidate, part / share[0], engine):
                continue
            chosen.append(candidate)
            total += part
        return chosen

    def _quotes(
        self, question: Question, best: _Ranked, chosen: Sequence[Candidate], engine: SearchEngine
    ) -> list[Quote]:
        """Quotes with the context they need; where dates disagree, dated and the newer first."""
        first = chosen[0]
        lead = self._lead(question, best)
        answering = [seen.sentence for seen in best.seen]
        whole = given_whole(question, best.found, answering, chosen, engine, led=lead is not None)
        if whole:
            kind = first.passage.kind(first.place)
            led = whole[0].best == first.sentence and kind not in {BlockKind.ITEM, BlockKind.ROW}
            return [replace(whole[0], lead=lead if led else None), *whole[1:]]
        rivals = [c for c in chosen[1:] if _rivals(question, first, c, 1.0, engine)]
        newer = _newer(best)
        if newer:  # The old statement stays, dated, behind what holds now.
            chosen = [*newer, first]
            lead = None
        elif instead := _instead_of_denied(best):
            chosen = [first, *instead]
            lead = None
        elif lead is not None:
            said = engine.text(first.passage.article.article_id)[slice(*lead)]
            chosen = [first, *(c for c in chosen[1:] if c in rivals or _differs(said, first, c, engine))]
        quotes: list[Quote] = []
        for place, candidate in enumerate(chosen):
            quote = _quote(candidate, lead=lead if place == 0 else None)
            room = self._max_sentences - sum(len(one.sentences) for one in quotes)
            if room > 0:
                quotes = _merged([*quotes, replace(quote, sentences=quote.sentences[-room:])])
        header = header_row(first.passage, first.place, engine)
        if header is not None:
            quotes.append(Quote(article=first.passage.article, sentences=(header,), best=header, apart=True))
        if newer or rivals or question.kind is Kind.CHANGE:
            dates = {quote.article.published for quote in quotes}
            if len(dates) > 1:
                dated = [replace(quote, dated=quote.article.published is not None) for quote in quotes]
                return sorted(dated, key=lambda quote: str(quote.article.published or ""), reverse=True)
        return quotes

    def _lead(self, question: Question, best: _Ranked) -> Span | None:
        """Characters of the article that alone answer."""
        first, seen = best.found[0], best.seen[0]
        sure = asks_yes_or_no(question) or self._joined.leads(best.confidence, seen)
        if not sure or is_foreign(question.text) or is_foreign(first.text):
            return None
        start, quoted = first.sentence.start, _quote(first, lead=None).sentences[:-1]
        before = " ".join(sentence_text(first.passage, first.place - n) for n in range(len(quoted), 0, -1))
        span = leading_span(question, first.text, seen.words, [one.text for one in best.found[1:NEAR]], before)
        return None if span is None else (span[0] + start, span[1] + start)


def unknown_names(query: Query, engine: SearchEngine) -> list[str]:
    """Years, versions and names of the question that no article has at all: it asks about another.

    A long question tells of much that the articles need not have, and an acronym may be written out there.
    """
    named = len(query.words) <= FEW_WORDS
    counted = {number for value in parse(query.text).values if value.counts for number in _DIGITS.findall(value.text)}
    return [
        word.text
        for place, word in enumerate(query.words)
        if engine.idf(word.stem) >= engine.highest_idf
        and (
            (_VALUE.match(word.text) and word.text not in counted)
            or (named and place and _is_foreign(word.text, engine))
        )
    ]


def _is_foreign(word: str, engine: SearchEngine) -> bool:
    """Whether a word is a name that no publisher of the articles has."""
    capital = word[:1].isupper() and not word.isupper()
    return capital and not any(word in (row.publisher or "") for row in engine.articles.values())


def _newer(best: _Ranked) -> list[Candidate]:
    """Statements of a later article, or further down, that take back the best one, with what holds instead."""
    first, said = best.found[0], best.seen[0].words
    if said is None:
        return []
    value = first.text[said.start : said.end]
    sure = said.probability >= LEAST_SURE_OF_OLD
    takes = next((one for one in best.found[:NEAR] if _takes_back(one, first, value, sure=sure)), None)
    return [] if takes is None else [takes, *_instead(best, takes, value)]


def _takes_back(one: Candidate, first: Candidate, value: str, *, sure: bool) -> bool:
    """Whether another article takes back a value of `first` that is surely meant, or its own denies it further down."""
    if one.passage.article.article_id == first.passage.article.article_id:
        behind = one.sentence.start > first.sentence.start
        return behind and (denies(one.text, value) or retracts(one.text, value, first.text))
    if sure and _later(one, first) and takes_back(one.text, value):
        return True
    return not _later(first, one) and retracts(one.text, value, first.text)


def _instead_of_denied(best: _Ranked) -> list[Candidate]:
    """What holds instead of what the best sentence only denies or retracts: "will not reopen on 22 June"."""
    first, said = best.found[0], best.seen[0].words
    behind = _behind(best, first)
    if retracts(first.text) or any(contradicts(one.text) for one in behind):
        return behind
    if said is None or not doubted(first.text, said.start, said.end):
        return []
    return _instead(best, first, first.text[said.start : said.end])


def _instead(best: _Ranked, one: Candidate, value: str) -> list[Candidate]:
    """The sentence beside `one` that states what holds instead of `value`, of which `one` says that it does not hold.

    By the words that the network sees there; by any of its words where `one` itself states nothing instead.
    """
    if retracts(one.text):
        return _behind(best, one)
    beside = [
        (other, seen.words)
        for other, seen in zip(best.found[:NEAR], best.seen[:NEAR], strict=True)
        if other.passage.article is one.passage.article
        and other is not one
        and abs(other.sentence.start - one.sentence.end) <= BESIDE
    ]
    by_words = [other for other, words in beside if words and states_instead(other.text, words.start, words.end, value)]
    if by_words or states_instead(one.text, 0, len(one.text), value):
        return by_words[:1]
    return [other for other, _ in beside if states_instead(other.text, 0, len(other.text), value)][:1]


def _behind(best: _Ranked, one: Candidate) -> list[Candidate]:
    """The sentence behind `one`: a correction says what was wrong, and then what is right, if not at once."""
    if puts_right(one.text):
        return []
    return [other for other in best.found if other.passage is one.passage and other.place == one.place + 1]


def _quote(candidate: Candidate, *, lead: Span | None) -> Quote:
    """A candidate with the sentences before it that it needs."""
    passage, place = candidate.passage, candidate.place
    first = place
    while first > 0 and place - first < 2 and leans(sentence_text(passage, first)):
        if passage.kind(first - 1) not in {BlockKind.PARAGRAPH, BlockKind.TURN}:
            break
        first -= 1
    return Quote(
        article=passage.article,
        sentences=passage.sentences[first : place + 1],
        best=candidate.sentence,
        lead=lead,
        apart=passage.kind(place) is BlockKind.ROW,
    )


def _merged(quotes: Sequence[Quote]) -> list[Quote]:
    """Quotes that touch or overlap in one article become one, at the place of the first."""
    merged: list[Quote] = []
    for quote in quotes:
        for place, other in enumerate(merged):
            same = other.article.number == quote.article.number and not (other.apart or quote.apart)
            if same and _adjoin(other, quote):
                sentences = sorted({*other.sentences, *quote.sentences}, key=lambda s: s.start)
                merged[place] = replace(other, sentences=tuple(sentences), lead=other.lead or quote.lead)
                break
        else:
            merged.append(quote)
    return merged


def _adjoin(a: Quote, b: Quote) -> bool:
    """Whether one begins at most a few characters (white space) after the other ends."""
    return a.start <= b.end + 3 and b.start <= a.end + 3


def _says_the_same(a: Candidate, b: Candidate, engine: SearchEngine) -> bool:
    if same_statement(a.text, b.text):
        return True
    said = [set(figures(text)) for text in (a.text, b.text)]
    return said[0] <= said[1] and _likeness(a, b, engine) >= SAME_MEANING


def _later(a: Candidate, b: Candidate) -> bool:
    """Whether a stands in an article that is newer than b's."""
    dates = a.passage.article.published, b.passage.article.published
    return dates[0] is not None and dates[1] is not None and dates[0] > dates[1]


def _likeness(a: Candidate, b: Candidate, engine: SearchEngine) -> float:
    """Cosine of two sentences."""
    vectors = [engine.sentence_vectors(c.passage)[c.place] for c in (a, b)]
    return float(vectors[0] @ vectors[1])


def _rivals(question: Question, a: Candidate, b: Candidate, ratio: float, engine: SearchEngine) -> bool:
    """Whether another article of another date gives another value of what is asked for."""
    dates = a.passage.article.published, b.passage.article.published
    if ratio < RIVAL_SHARE or None in dates or dates[0] == dates[1]:
        return False
    if question.kind is Kind.CHANGE:
        return True
    # Who else stands beside the person asked about is no other value.
    if question.kind not in {Kind.QUANTITY, Kind.PERSON, Kind.DATE} or asks_who_is(question, a.text):
        return False
    values = [set(asked_for(question, _NUMBER.sub("", c.text))) for c in (a, b)]
    return bool(values[1]) and values[0].isdisjoint(values[1]) and _likeness(a, b, engine) >= SAME_THING


def _differs(lead: str, a: Candidate, b: Candidate, engine: SearchEngine) -> bool:
    """Whether b says another value than the one in front, which is a's, and may speak of the same thing."""
    return states_instead(b.text, 0, len(b.text), lead) and _likeness(a, b, engine) >= SAME_THING
