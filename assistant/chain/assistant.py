"""The chain behind every way in: a question, its passages, a reading, an answer whose receipts hold."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.answer.answer import Answer, IndexReference, ModelUse, Reason, Status, Writing, references
from assistant.answer.sealing import sealed
from assistant.chain.by_part import labelled, part_of
from assistant.chain.compose import Composition, Piece, answered, as_refusal, refused
from assistant.chain.opened import Opened, Rerank, Watch
from assistant.models.seam import Usage, together
from assistant.question.followups import Turn
from assistant.question.pieces import says_what_is_asked
from assistant.question.question import analyse
from assistant.question.seams import Condenser, RuleCondenser, RuleSplitter, Splitter
from assistant.reading.extractive import ExtractiveReader, nearest_articles
from assistant.reading.reader import Reading
from assistant.reading.weights import load_weights
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.errors import IndexDamaged, IndexUnavailable, UsageError
from index.search.search import EmbeddedSearch, Filters, Passage, Retrieved
from index.search.spelling import corrected
from index.storage.store import Snapshot, open_index

if TYPE_CHECKING:
    from assistant.answer.kept import Kept
    from assistant.writing.writer import Writer

MAX_QUESTION_CHARACTERS = 2_000
NEAREST = 3
"""Articles that a refusal names."""
ATTEMPTS = 3
"""How often a question is asked again because the index changed under it."""

T = TypeVar("T")
Note = Callable[[str], None]
OnPiece = Callable[[Piece], None]
Previous = str | Sequence[Turn] | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trace:
    """An answer and what led to it."""

    answer: Answer
    parts: tuple[tuple[Retrieved, Reading], ...]
    """What was found and read for each part of the question; most questions have one."""
    ranked: tuple[tuple[Passage, ...], ...] = ()
    """For each part the best passages as deep as was asked for, those that were not read too."""


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
        snapshot = open_index(root, note=note)
        self._encoder = open_encoder(snapshot)
        self._opened = self._with(snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """The state of the index that answers come from now."""
        return self._opened.snapshot

    @property
    def engine(self) -> EmbeddedSearch:
        """The search engine over it."""
        return self._opened.engine

    def current(self, work: Callable[[Snapshot], T]) -> T:
        """What `work` makes of the newest state of the index; done again if that changes in the middle."""
        return self._following(lambda opened: work(opened.snapshot))

    def close(self) -> None:
        """Close the index."""
        self._opened.snapshot.close()

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
        trace = self._following(
            lambda opened: self._ask(opened, text, filters or Filters(), previous, depth, writer, on_piece)
        )
        return replace(trace, answer=replace(trace.answer, seconds=round(time.perf_counter() - started, 4)))

    def search(self, question: str, *, k: int, filters: Filters | None = None) -> Retrieved:
        """The best `k` passages for a question, best first."""
        text = checked_question(question)
        return self._following(lambda opened: opened.retrieve(text, k, filters or Filters()))

    def _with(self, snapshot: Snapshot) -> Opened:
        """With the threshold of the settings, else of the collection, else the fitted one."""
        stated = self._settings.threshold if self._settings.threshold >= 0 else snapshot.threshold
        return Opened(
            snapshot=snapshot,
            engine=EmbeddedSearch(snapshot, self._encoder),
            reader=ExtractiveReader(load_weights(), threshold=stated, max_sentences=self._settings.sentences),
            settings=self._settings,
            rerank=self._rerank,
            watch=self._watch,
        )

    def _following(self, work: Callable[[Opened], T]) -> T:
        """Do `work` on the newest state of the index, again if that changes in the middle."""
        for _ in range(ATTEMPTS):
            opened = self._newest()
            opened.users += 1
            try:
                return work(opened)
            except (IndexDamaged, FileNotFoundError):
                if opened.snapshot.is_current():
                    raise
            finally:
                opened.users -= 1
                self._close_if_left(opened)
        raise IndexDamaged(f"the index in {self._root} changes faster than it can be read; try again")

    def _newest(self) -> Opened:
        before = self._opened
        if not before.snapshot.is_current():
            try:
                self._opened = self._with(open_index(self._root, note=self._note))
            except (IndexDamaged, IndexUnavailable):
                if not before.snapshot.replaced:
                    raise
                return before  # What was put in its place cannot be read; this can, for as long as it is open.
            self._close_if_left(before)
        return self._opened

    def _close_if_left(self, opened: Opened) -> None:
        """Close a state of the index that was followed by another, once no question is at work with it."""
        if opened is not self._opened and not opened.users:
            opened.snapshot.close()

    def _ask(
        self,
        opened: Opened,
        question: str,
        filters: Filters,
        previous: Previous,
        depth: int,
        writer: "Writer | None",
        on_piece: OnPiece | None,
    ) -> "Trace":
        parts, context, usage = self._parts(question, previous)
        read = [opened.read(part, filters, depth, context) for part in parts]
        outcomes = [(retrieved, reading) for retrieved, reading, _ in read]
        snapshot = opened.snapshot
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
                reader=opened.reader.name,
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
                reader=opened.reader.name,
            )
        if writer is not None and answer.reason is not Reason.NOT_FOUND:
            found = [retrieved for retrieved, _ in outcomes]
            answer, writing = self._written(opened, writer, answer, parts, found, on_piece)
            usage = together([usage, writing])
        if usage.calls or answer.writing is not None:
            answer = replace(answer, usage=self._priced(usage))
        ranked = tuple(passages for _, _, passages in read)
        return Trace(answer=sealed(answer, opened.text_by_id), parts=tuple(outcomes), ranked=ranked)

    def _written(
        self,
        opened: Opened,
        writer: "Writer",
        quoted: Answer,
        parts: Sequence[str],
        found: Sequence[Retrieved],
        on_piece: OnPiece | None,
    ) -> tuple[Answer, Usage]:
        """The answer as a model writes it, or the quoted one, marked as degraded, where it cannot; and what it took."""
        snapshot = opened.snapshot
        passages = _distinct([passage for retrieved in found for passage in retrieved.passages])
        composition = Composition(
            lambda article: snapshot.text(article.number),
            parts=parts,
            part_of=(lambda kept: part_of(kept, parts, found, opened.engine.idf)) if len(parts) > 1 else None,
        )

        def on_kept(kept: "Kept") -> None:
            piece = composition.add(kept)
            if on_piece is not None:
                on_piece(piece)

        written = writer.write(quoted.searched, passages, opened.engine, snapshot.glossary, on_kept=on_kept)
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
        from assistant.models.limits import Prices

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
