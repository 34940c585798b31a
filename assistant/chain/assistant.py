"""The chain from a question over passages and a reading to a sealed answer; all interfaces use it."""

import re
import time
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.answer.answer import Answer, Reason
from assistant.answer.sealing import paged, sealed
from assistant.chain.collection import asked_scope, helped, narrowed, of_collection, scope_of_said
from assistant.chain.compose import compose
from assistant.chain.open_index import OpenIndex, Rerank, Watch
from assistant.chain.steps import Asked, Previous, read, retrieve, understand
from assistant.chain.write import OnPiece, priced, write
from assistant.language.sentence import Sentences
from assistant.models.seam import Usage, together
from assistant.question.seams import Condenser, RuleCondenser, RuleSplitter, Splitter
from assistant.reading.closest import matching
from assistant.reading.extractive import ExtractiveReader
from assistant.reading.network import Network, shared_network
from assistant.reading.reader import Reading
from assistant.reading.weights import load_weights
from assistant.settings.settings import Settings
from index.counts import shortened
from index.errors import IndexDamaged, IndexUnavailable, UsageError
from index.search.engine import Filters, OpenEngine, Passage, Retrieved, SearchEngine
from index.text.article import Sentence

if TYPE_CHECKING:
    from assistant.answer.given import Given
    from assistant.answer.verifying import Verified
    from assistant.writing.writer import Writer

MAX_QUESTION_CHARACTERS = 2_000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ATTEMPTS = 3
"""Attempts of a question if the index changes meanwhile."""

T = TypeVar("T")
Note = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trace:
    """An answer and what led to it."""

    answer: Answer
    parts: tuple[tuple[Retrieved, Reading], ...]
    """Retrieved passages and reading of each part of the question; most questions have one part."""
    ranked: tuple[tuple[Passage, ...], ...] = ()
    """Best passages of each part up to the requested depth, including those not read."""


class Assistant:
    """Answers questions from one index, and follows it when it changes."""

    def __init__(
        self,
        open_engine: OpenEngine,
        settings: Settings,
        *,
        note: Note,
        network: Network | None = None,
        rerank: Rerank | None = None,
        writer: "Writer | None" = None,
        condenser: Condenser | None = None,
        splitter: Splitter | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Open the index.

        Args:
            open_engine: opens a search engine over the newest state of the index, now and after each change.
            settings: of which passages, sentences and threshold are used.
            note: takes messages on failures of a model.
            network: reads windows of passages; None for the one of this process.
            rerank: reorders passages; None to keep the order.
            writer: writes answers with a language model; without one, articles are quoted.
            condenser: rewrites follow-ups to stand alone; None for rules.
            splitter: splits compound questions; None for rules.
            watch: context around each search, for traces; None for none.

        Raises:
            IndexUnavailable: there is no index, or none that can be read.
            EncoderUnavailable: its encoder is not here.
        """
        self._open_engine = open_engine
        self._note = note
        self._settings = settings
        self._network = network or shared_network()
        self._rerank = rerank
        self._writer = writer
        self._condenser = condenser or RuleCondenser()
        self._splitter = splitter or RuleSplitter()
        self._watch = watch
        self._index = self._open(open_engine())

    @property
    def engine(self) -> SearchEngine:
        """The search engine over the present state of the index."""
        return self._index.engine

    def current(self, work: Callable[[SearchEngine], T]) -> T:
        """Do `work` on the newest state of the index, again if that changes in the middle."""
        return self._following(lambda index: work(index.engine))

    def verify(self, given: "Given", *, trusted: Collection[str]) -> "Verified":
        """Verify an answer by the newest state of the index; signatures of `trusted` public keys prove something."""
        from assistant.answer.verifying import verify
        from assistant.chain.contents import contents_of

        scorer = self._writer.scorer if self._writer else None
        return self.current(lambda engine: verify(given, contents_of(engine, scorer=scorer), trusted=trusted))

    def close(self) -> None:
        """Close the index."""
        self._index.engine.close()

    def ask(
        self, question: str, *, filters: Filters | None = None, previous: Previous = None, written: bool = True
    ) -> Answer:
        """Answer a question.

        Args:
            question: at most `MAX_QUESTION_CHARACTERS` characters.
            filters: which articles may be used.
            previous: the previous question, rewritten to stand alone; or all earlier turns, oldest first.
            written: False to quote even if there is a model.

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
            depth: passages that the trace ranks for each part, at least those that are read; does not affect the
                answer.
            on_piece: takes each piece that a model writes as soon as it has passed the check. If the model fails
                later, the pieces are not part of the answer. If the index changes meanwhile, they are given again
                from the first.
            written: False to quote even if there is a model.
        """
        started = time.perf_counter()
        text = checked_question(question)
        writer = self._writer if written else None
        asked = understand(text, previous, self._condenser, self._splitter)
        for note in asked.notes:
            self._note(note)
        trace = self._following(lambda index: self._answer(index, asked, filters or Filters(), depth, writer, on_piece))
        return replace(trace, answer=replace(trace.answer, seconds=round(time.perf_counter() - started, 4)))

    def search(self, question: str, *, k: int, filters: Filters | None = None) -> Retrieved:
        """Find the best `k` passages for a question, best first."""
        text = checked_question(question)
        return self._following(lambda index: index.search(text, k, filters or Filters()))

    def matching(self, found: Retrieved) -> dict[int, Sentence]:
        """The sentence of each passage found that matches the question best, by the passage's chunk id."""
        return self._following(lambda index: matching(found, index.engine, load_weights()))

    def _open(self, engine: SearchEngine) -> OpenIndex:
        """Open for questions, with the threshold of the settings, else the collection's, else the fitted one."""
        threshold = self._settings.threshold if self._settings.threshold >= 0 else engine.threshold
        return OpenIndex(
            engine=engine,
            reader=ExtractiveReader(
                load_weights(),
                network=self._network,
                sentences=Sentences(engine.idf, engine.highest_idf),
                threshold=threshold,
                max_sentences=self._settings.sentences,
            ),
            settings=self._settings,
            rerank=self._rerank,
            watch=self._watch,
        )

    def _following(self, work: Callable[[OpenIndex], T]) -> T:
        """Do `work` on the newest state of the index, again if that changes in the middle."""
        for _ in range(ATTEMPTS):
            index = self._newest()
            index.users += 1
            try:
                return work(index)
            except (IndexDamaged, FileNotFoundError):
                if index.engine.is_current():
                    raise
            finally:
                index.users -= 1
                self._close_if_left(index)
        location = self._index.engine.state.location
        raise IndexDamaged(f"the index in {location} changes faster than it can be read", "try again")

    def _newest(self) -> OpenIndex:
        before = self._index
        if not before.engine.is_current():
            try:
                self._index = self._open(self._open_engine())
            except (IndexDamaged, IndexUnavailable):
                if not before.engine.is_replaced():
                    raise
                return before  # Its replacement cannot be read; this one can while it is open.
            self._close_if_left(before)
        return self._index

    def _close_if_left(self, index: OpenIndex) -> None:
        """Close a superseded state once no question uses it."""
        if index is not self._index and not index.users:
            index.engine.close()

    def _answer(
        self,
        index: OpenIndex,
        asked: Asked,
        filters: Filters,
        depth: int,
        writer: "Writer | None",
        on_piece: OnPiece | None,
    ) -> "Trace":
        """Answer a question: retrieve, read, compose, write, seal."""
        filters, topic = narrowed(index, asked, filters)
        scope = asked_scope(index, asked) if topic is None else scope_of_said(topic)
        own_words = helped(index, asked, scope, filters)
        if own_words is not None:
            return Trace(answer=sealed(self._priced(own_words, asked.usage), index.engine.text), parts=())
        wide = of_collection(index, asked, scope, filters, topic=topic)
        if wide is not None:
            parts, answer = wide.parts, wide.answer
            asked = replace(asked, parts=tuple(one.part for one in parts))
        else:
            found = [
                retrieve(index, part, filters, depth=depth, context=asked.context, others=asked.others)
                for part in asked.parts
            ]
            parts = [
                read(index, part, tries, asked.context, typed=asked.question)
                for part, tries in zip(asked.parts, found, strict=True)
            ]
            answer = compose(index, asked, parts)
        usage = asked.usage
        if writer is not None and answer.reason is not Reason.NOT_FOUND:
            answer, writing = write(index, writer, answer, asked, parts, on_piece)
            usage = together([usage, writing])
        answer = self._priced(answer, usage)
        return Trace(
            answer=sealed(paged(answer, index.engine.pages), index.engine.text),
            parts=tuple((one.found.retrieved, one.reading) for one in parts),
            ranked=tuple(one.found.ranked for one in parts),
        )

    def _priced(self, answer: Answer, usage: Usage) -> Answer:
        """The answer with what a model was used for, if it was."""
        if not usage.calls and answer.writing is None:
            return answer
        return replace(answer, usage=priced(usage, self._settings.model))


def checked_question(question: str) -> str:
    """Strip and check a question; white space and control characters become single spaces.

    Raises:
        UsageError: it has no words, is too long or not text.
    """
    text = " ".join(_CONTROLS.sub(" ", question).split())
    if not any(character.isalnum() for character in text):
        signs = any(unicodedata.category(character)[0] not in "PZC" for character in text)  # As emojis are.
        raise UsageError(
            "the question has no words" if signs else "the question is empty",
            'write one, such as "How many industrial brains are there?"',
        )
    if any("\ud800" <= character <= "\udfff" for character in text):  # Invalid UTF-8 on the command line.
        raise UsageError(
            f"the question is not UTF-8 text ({shortened(ascii(text), 60)})", "type it again, or convert it to UTF-8"
        )
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"the question has {len(text):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are read", "shorten it"
        )
    return text
