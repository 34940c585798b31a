"""The chain behind every way in: a question, its passages, a reading, an answer whose receipts hold."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from assistant.answer import Answer, IndexReference, ModelUse, Reason, Status, Writing, references, sealed
from assistant.by_part import labelled, part_of
from assistant.compose import Composition, Piece, answered, as_refusal, refused
from assistant.conversation import Condenser, RuleCondenser, RuleSplitter, Splitter
from assistant.extractive import ExtractiveReader, nearest_articles
from assistant.hops import search_twice
from assistant.parts import Turn, asked_alone
from assistant.pieces import says_what_is_asked
from assistant.question import Question, analyse, topic
from assistant.reader import Reader, Reading
from assistant.settings import Settings
from assistant.usage import Usage, together
from assistant.weights import load_weights
from index.catalog import ArticleRow
from index.encoder import Encoder
from index.errors import IndexDamaged, UsageError
from index.search import EmbeddedSearch, Filters, Passage, Retrieved
from index.spelling import corrected
from index.store import Snapshot, open_index

if TYPE_CHECKING:
    from assistant.writing import Kept, Writer

MAX_QUESTION_CHARACTERS = 2_000
NEAREST = 3
"""Articles that a refusal names."""
ATTEMPTS = 3
"""How often a question is asked again because the index changed under it."""

T = TypeVar("T")
Note = Callable[[str], None]
Rerank = Callable[[str, tuple[Passage, ...]], tuple[Passage, ...]]
OnPiece = Callable[[Piece], None]
Previous = str | Sequence[Turn] | None
_Read = tuple[Retrieved, Reading, tuple[Passage, ...]]
"""What was read, the reading, and all that was ranked."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trace:
    """An answer and what led to it."""

    answer: Answer
    parts: tuple[tuple[Retrieved, Reading], ...]
    """What was found and read for each part of the question; most questions have one."""
    ranked: tuple[tuple[Passage, ...], ...] = ()
    """For each part the best passages as deep as was asked for, those that were not read too."""


class Watch(Protocol):
    """Whoever follows what is done for an answer, without a part in it."""

    def retrieving(self, question: str, k: int) -> AbstractContextManager[Callable[[Retrieved], None]]:
        """Around each search of the index; what it gives is told what was found."""


class Assistant:
    """Answers questions from one index, and follows it when it changes."""

    def __init__(
        self,
        root: Path,
        open_encoder: Callable[[Snapshot], Encoder],
        settings: Settings,
        *,
        note: Note,
        rerank: Rerank | None = None,
        writer: "Writer | None" = None,
        condenser: Condenser | None = None,
        splitter: Splitter | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Open the index in `root`.

        Args:
            root: the index's folder.
            open_encoder: finds the encoder that the index names.
            settings: of which passages, sentences and threshold matter here.
            note: told what was repaired.
            rerank: puts passages in a better order; None leaves them.
            writer: writes answers with a language model; without one, articles are quoted.
            condenser: makes follow-ups whole; None for the rule.
            splitter: parts questions that ask for several things; None for the rule.
            watch: follows the searches; None for nobody.

        Raises:
            IndexUnavailable: there is no index, or none that can be read.
            EncoderUnavailable: its encoder is not here.
        """
        self._root = root
        self._note = note
        self._settings = settings
        self._rerank = rerank
        self._writer = writer
        self._condenser = condenser or RuleCondenser()
        self._splitter = splitter or RuleSplitter()
        self._watch = watch
        self._snapshot = open_index(root, note=note)
        self._encoder = open_encoder(self._snapshot)
        self._engine = EmbeddedSearch(self._snapshot, self._encoder)
        self._reader = self._make_reader()

    @property
    def snapshot(self) -> Snapshot:
        """The state of the index that answers come from now."""
        return self._snapshot

    @property
    def engine(self) -> EmbeddedSearch:
        """The search engine over it."""
        return self._engine

    def current(self, work: Callable[[Snapshot], T]) -> T:
        """What `work` makes of the newest state of the index; done again if that changes in the middle."""
        return self._following(lambda: work(self._snapshot))

    def close(self) -> None:
        """Close the index."""
        self._snapshot.close()

    def ask(
        self, question: str, *, filters: Filters | None = None, previous: Previous = None, written: bool = True
    ) -> Answer:
        """Answer a question.

        Args:
            question: at most `MAX_QUESTION_CHARACTERS` characters.
            filters: which articles may be used.
            previous: the question before it in a conversation, made whole; or all turns before it, oldest first.
            written: False to quote, though there is a model.

        Raises:
            UsageError: the question is empty or too long.
        """
        return self.trace(question, filters=filters, previous=previous, written=written).answer

    def trace(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        previous: Previous = None,
        depth: int = 0,
        on_piece: OnPiece | None = None,
        written: bool = True,
    ) -> "Trace":
        """As `ask`, with what led to the answer.

        Args:
            question: as for `ask`.
            filters: as for `ask`.
            previous: as for `ask`.
            depth: how many passages the trace ranks for each part, at least those that are read; the answer is
                the same whatever the depth.
            on_piece: told of each piece that a model writes as soon as it has passed the check. Should the model
                fail after that, the answer is another one, and these pieces are not of it. Should the index
                change meanwhile, they are given again from the first.
            written: False to quote, though there is a model.
        """
        started = time.perf_counter()
        text = checked_question(question)
        writer = self._writer if written else None
        trace = self._following(lambda: self._ask(text, filters or Filters(), previous, depth, writer, on_piece))
        return replace(trace, answer=replace(trace.answer, seconds=round(time.perf_counter() - started, 4)))

    def search(self, question: str, *, k: int, filters: Filters | None = None) -> Retrieved:
        """The best `k` passages for a question, best first."""
        text = checked_question(question)
        return self._following(lambda: self._retrieve(text, k, filters or Filters()))

    def _make_reader(self) -> Reader:
        """With the threshold of the settings, else of the collection, else the fitted one."""
        stated = self._settings.threshold if self._settings.threshold >= 0 else self._snapshot.threshold
        return ExtractiveReader(load_weights(), threshold=stated, max_sentences=self._settings.sentences)

    def _following(self, work: Callable[[], T]) -> T:
        """Do `work` on the newest state of the index, again if that changes in the middle."""
        for _ in range(ATTEMPTS):
            if not self._snapshot.is_current():
                self._snapshot.close()
                self._snapshot = open_index(self._root, note=self._note)
                self._engine = EmbeddedSearch(self._snapshot, self._encoder)
                self._reader = self._make_reader()
            try:
                return work()
            except (IndexDamaged, FileNotFoundError):
                if self._snapshot.is_current():
                    raise
        raise IndexDamaged(f"the index in {self._root} changes faster than it can be read; try again")

    def _ask(
        self,
        question: str,
        filters: Filters,
        previous: Previous,
        depth: int,
        writer: "Writer | None",
        on_piece: OnPiece | None,
    ) -> "Trace":
        parts, context, usage = self._parts(question, previous)
        read = [self._read(part, filters, depth, context) for part in parts]
        outcomes = [(retrieved, reading) for retrieved, reading, _ in read]
        snapshot = self._snapshot
        index = IndexReference(
            fingerprint=snapshot.fingerprint,
            generation=snapshot.generation.number,
            articles=len(snapshot.articles),
            chunks=len(snapshot.generation.vectors),
        )
        given = [(part, reading) for part, (_, reading) in zip(parts, outcomes, strict=True)]
        passages = _distinct([passage for retrieved, _ in outcomes for passage in retrieved.passages])
        searched = " ".join(
            corrected(part, retrieved.corrections) for part, (retrieved, _) in zip(parts, outcomes, strict=True)
        )
        good = [reading for _, reading in given if reading.quotes]
        if good:
            answer = answered(
                question,
                _without_repeats(good),
                passages,
                lambda article: snapshot.text(article.number),
                index=index,
                searched=searched,
                reader=self._reader.name,
                unanswered=[part for part, reading in given if not reading.quotes],
            )
            answer = labelled(answer, parts, [reading for _, reading in outcomes])
        else:
            answer = refused(
                question,
                given[0][1],
                passages,
                nearest_articles(passages, NEAREST),
                index=index,
                searched=searched,
                reader=self._reader.name,
            )
        if writer is not None and answer.reason is not Reason.NOT_FOUND:
            found = [retrieved for retrieved, _ in outcomes]
            answer, writing = self._written(writer, answer, parts, found, on_piece)
            usage = together([usage, writing])
        if usage.calls or answer.writing is not None:
            answer = replace(answer, usage=self._priced(usage))
        ranked = tuple(passages for _, _, passages in read)
        return Trace(answer=sealed(answer, self._text_by_id), parts=tuple(outcomes), ranked=ranked)

    def _written(
        self,
        writer: "Writer",
        quoted: Answer,
        parts: Sequence[str],
        found: Sequence[Retrieved],
        on_piece: OnPiece | None,
    ) -> tuple[Answer, Usage]:
        """The answer as a model writes it, or the quoted one, marked as degraded, where it cannot; and what it took."""
        snapshot = self._snapshot
        passages = _distinct([passage for retrieved in found for passage in retrieved.passages])
        composition = Composition(
            lambda article: snapshot.text(article.number),
            parts=parts,
            part_of=(lambda kept: part_of(kept, parts, found, self._engine.idf)) if len(parts) > 1 else None,
        )

        def on_kept(kept: "Kept") -> None:
            piece = composition.add(kept)
            if on_piece is not None:
                on_piece(piece)

        written = writer.write(quoted.searched, passages, self._engine, snapshot.glossary, on_kept=on_kept)
        failure = written.failure
        if written.kept and not says_what_is_asked(analyse(quoted.searched), [kept.text for kept in written.kept]):
            failure = "what is left of its answer does not say what is asked"
        marked = replace(
            quoted,
            prompt=written.prompt,
            writing=Writing(
                sentences=written.verdicts,
                left_out=references(written.left_out),
                degraded_reason=failure,
            ),
        )
        if failure is not None:
            return replace(marked, degraded=True), written.usage
        if written.refused:
            nearest = nearest_articles(passages, NEAREST)
            return as_refusal(marked, Reason.INSUFFICIENT, nearest, reader=writer.name), written.usage
        composed = replace(
            marked,
            status=Status.ANSWERED,
            reason=None,
            text=composition.text,
            citations=composition.citations,
            parts=tuple(parts) if len(parts) > 1 else (),
            nearest=(),
            unanswered=(),
            reader=writer.name,
        )
        return composed, written.usage

    def _priced(self, usage: Usage) -> ModelUse:
        from assistant.model_limits import Prices

        prices = Prices(prompt=self._settings.model.prompt_price, reply=self._settings.model.reply_price)
        cost = prices.of(usage.prompt_tokens, usage.completion_tokens) if prices.prompt or prices.reply else None
        return ModelUse(
            calls=usage.calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            estimated=usage.estimated,
            cost=cost,
        )

    def _parts(self, question: str, previous: Previous) -> tuple[tuple[str, ...], str, Usage]:
        """The question made whole, in its parts, what was answered just before it, and what a model took for that."""
        history = (Turn(question=previous),) if isinstance(previous, str) else tuple(previous or ())
        condensed = self._condenser.condense(question, history)
        split = self._splitter.split(condensed.question)
        for note in filter(None, (condensed.note, split.note)):
            self._note(note)
        return split.parts, history[-1].answer if history else "", together([condensed.usage, split.usage])

    def _read(self, question: str, filters: Filters, depth: int, context: str) -> _Read:
        """The best reading of the question as asked, of its bare topic and of what alone asks, where these differ."""
        asked = analyse(question)
        wordings = dict.fromkeys([question, topic(asked), asked_alone(question)])
        tries = [self._read_as(asked, text, filters, depth, context) for text in wordings]
        return max(tries, key=lambda one: (one[1].reason is None, one[1].confidence))

    def _read_as(self, asked: Question, text: str, filters: Filters, depth: int, context: str) -> _Read:
        deepest = max(self._settings.passages, depth)
        wide = search_twice(
            text, deepest, lambda one, k: self._retrieve(one, k, filters), self._engine.idf, context=context
        )
        retrieved = replace(wide, passages=wide.passages[: self._settings.passages])
        question = replace(analyse(retrieved.question), kind=asked.kind)
        return retrieved, self._reader.read(question, retrieved, self._engine), wide.passages

    def _retrieve(self, question: str, k: int, filters: Filters) -> Retrieved:
        if self._watch is None:
            return self._search(question, k, filters)
        with self._watch.retrieving(question, k) as told:
            found = self._search(question, k, filters)
            told(found)
            return found

    def _search(self, question: str, k: int, filters: Filters) -> Retrieved:
        if self._rerank is None:
            return self._engine.search(question, k=k, filters=filters)
        wide = self._engine.search(question, k=max(k, 50), filters=filters)
        return replace(wide, passages=self._rerank(wide.question, wide.passages)[:k])

    def _text_by_id(self, article_id: str) -> str:
        rows: dict[str, ArticleRow] = {row.article_id: row for row in self._snapshot.articles.values()}
        return self._snapshot.text(rows[article_id].number)


def checked_question(question: str) -> str:
    """The question without white space around it.

    Raises:
        UsageError: it is empty, too long or not text.
    """
    text = " ".join(question.split())
    if not any(character.isalnum() for character in text):
        raise UsageError(
            'the question is empty; ask one, such as: assistant ask "How many industrial brains are there?"'
        )
    if any("\ud800" <= character <= "\udfff" for character in text):  # Bytes of the command line that are no text.
        raise UsageError(f"the question is not UTF-8 text ({ascii(text)[:60]}); type it again, or convert it to UTF-8")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"the question has {len(text):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are read; shorten it"
        )
    return text


def _distinct(passages: list[Passage]) -> list[Passage]:
    return list({passage.chunk_id: passage for passage in passages}.values())


def _without_repeats(readings: list[Reading]) -> list[Reading]:
    """Readings of the parts of a question, what an earlier part has quoted left out."""
    seen: set[tuple[int, int, int]] = set()
    kept = []
    for reading in readings:
        quotes = [q for q in reading.quotes if (q.article.number, q.start, q.end) not in seen]
        seen |= {(q.article.number, q.start, q.end) for q in quotes}
        if quotes:
            kept.append(replace(reading, quotes=quotes))
    return kept
