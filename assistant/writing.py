"""Answers written by a language model, of which nobody sees a sentence before it has passed the check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.answer import SentenceVerdict
from assistant.draft import DraftSentence, sentences
from assistant.model import ChatModel, Completion, Message, ModelFailed, Stream
from assistant.packing import Packed, pack, room
from assistant.prompting import prompt_of
from assistant.settings import Settings
from assistant.support import Receipt, SupportCheck, SupportScorer, Verdict
from assistant.tokens import token_count
from index.glossary import Glossary
from index.search import EmbeddedSearch, Passage
from prompts import REFUSAL, is_refusal

ATTEMPTS = 2
"""A model that answers in the wrong form is asked once more."""
MAX_SENTENCES = 5
"""That a model is asked for at most."""


class Fate(StrEnum):
    """What became of a sentence of a draft."""

    KEPT = "kept"
    """A passage that it cites supports it."""
    MARKED = "marked"
    """It cited none, and one supports it."""
    CORRECTED = "corrected"
    """Another passage than those that it cites supports it."""
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A sentence that passed, and what it rests on."""

    text: str
    receipt: Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a model wrote and what is left of it."""

    kept: tuple[Kept, ...]
    verdicts: tuple[SentenceVerdict, ...]
    """On every sentence of the last draft, in order."""
    refused: bool
    """Whether the model said, in the agreed words, that the passages do not answer."""
    failure: str | None
    """Why there is nothing to show, where it neither answered nor refused."""
    prompt: str
    """Name and digest of the prompt."""
    left_out: tuple[Passage, ...]
    """Passages for which its window had no room."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


OnKept = Callable[[Kept], None]
"""Told of a sentence as soon as it has passed."""


class Writer(Protocol):
    """Writes an answer out of passages."""

    @property
    def name(self) -> str:
        """What answers call it."""

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        engine: EmbeddedSearch,
        glossary: Glossary,
        *,
        on_kept: OnKept,
    ) -> Written:
        """Write; what the model does wrong is told in the result and never raised."""


class ModelWriter:
    """Asks a language model, and keeps of its reply what the passages support."""

    def __init__(self, model: ChatModel, settings: Settings, *, scorer: SupportScorer | None = None) -> None:
        """Make a writer.

        Args:
            model: that writes.
            settings: its window, and where one's own prompts are.
            scorer: judges by meaning; None for the fitted one that ships.

        Raises:
            ConfigurationError: a prompt of one's own, or the tokenizer, cannot be used.
        """
        self._model = model
        self._settings = settings.model
        self._scorer = scorer
        self._prompt = prompt_of("answer", settings)
        self._again = prompt_of("again", settings)
        self._count = token_count(settings.model.tokenizer)

    @property
    def name(self) -> str:
        """As the seam says."""
        return f"model:{self._model.name}"

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        engine: EmbeddedSearch,
        glossary: Glossary,
        *,
        on_kept: OnKept,
    ) -> Written:
        """As the seam says."""
        packed = pack(passages, tokens=self._room(question), count=self._count)
        if not packed.shown:
            return self._written(packed, failure="no passage fits into the model's window (model.context_tokens)")
        check = SupportCheck(engine, glossary, scorer=self._scorer)
        messages = [Message(role="user", content=self._filled(question, packed.text))]
        draft = _Draft(packed.shown, check, engine, on_kept)
        for _ in range(ATTEMPTS):
            draft = _Draft(packed.shown, check, engine, on_kept)
            try:
                reply = draft.read(self._stream(messages))
            except ModelFailed as error:
                return self._written(packed, draft, failure=f"{error.kind.value}: {error}")
            if is_refusal(reply):
                return self._written(packed, draft, refused=True)
            if draft.kept:
                return self._written(packed, draft)
            if draft.has_form:
                return self._written(packed, draft, failure="nothing that it wrote stands in the passages")
            messages += [
                Message(role="assistant", content=reply),
                Message(role="user", content=self._again.fill({"refusal": REFUSAL})),
            ]
        return self._written(packed, draft, failure=f"it answered in the wrong form {ATTEMPTS} times")

    def _stream(self, messages: Sequence[Message]) -> Stream:
        return self._model.stream(
            messages,
            max_tokens=self._settings.reply_tokens,
            temperature=self._settings.temperature,
            seed=self._settings.seed if self._settings.seed >= 0 else None,
        )

    def _filled(self, question: str, passages: str) -> str:
        return self._prompt.fill(
            {"question": question, "passages": passages, "sentences": str(MAX_SENTENCES), "refusal": REFUSAL}
        )

    def _room(self, question: str) -> int:
        return room(self._settings, self._filled(question, ""), count=self._count)

    def _written(
        self, packed: Packed, draft: "_Draft | None" = None, *, failure: str | None = None, refused: bool = False
    ) -> Written:
        return Written(
            kept=tuple(draft.kept) if draft and failure is None and not refused else (),
            verdicts=tuple(draft.verdicts) if draft else (),
            refused=refused,
            failure=failure,
            prompt=self._prompt.ref,
            left_out=packed.left_out,
            prompt_tokens=draft.completion.prompt_tokens if draft and draft.completion else None,
            completion_tokens=draft.completion.completion_tokens if draft and draft.completion else None,
        )


class _Draft:
    """A reply that is checked sentence by sentence while it comes."""

    def __init__(self, shown: Sequence[Passage], check: SupportCheck, engine: EmbeddedSearch, on_kept: OnKept) -> None:
        self.kept: list[Kept] = []
        self.verdicts: list[SentenceVerdict] = []
        self.completion: Completion | None = None
        """The whole reply, once it has come to its end."""
        self._shown = shown
        self._check = check
        self._engine = engine
        self._on_kept = on_kept

    @property
    def has_form(self) -> bool:
        """Whether a sentence cites a passage that was shown."""
        return any(self._cited(verdict.cited) for verdict in self.verdicts)

    def read(self, stream: Stream) -> str:
        """Check the sentences of a reply as they come; the whole reply."""
        try:
            for sentence in sentences(stream):
                if not is_refusal(sentence.text):
                    self._take(sentence)
            self.completion = stream.completion
        finally:
            stream.close()
        return self.completion.text

    def _take(self, sentence: DraftSentence) -> None:
        verdict, fate = self._judge(sentence)
        receipt = verdict.receipt if verdict.supported else None
        self.verdicts.append(
            SentenceVerdict(
                text=sentence.text,
                cited=sentence.cited,
                fate=fate.value,
                score=round(verdict.score, 4),
                reason=verdict.reason,
                article_id=verdict.receipt.passage.article.article_id if verdict.receipt else None,
            )
        )
        if receipt is not None and all(kept.text != sentence.text for kept in self.kept):
            kept = Kept(text=sentence.text, receipt=receipt)
            self.kept.append(kept)
            self._on_kept(kept)

    def _judge(self, sentence: DraftSentence) -> tuple[Verdict, Fate]:
        """By the passages that it cites, and only then by the others."""
        claim = self._engine.encode(sentence.text)
        cited = self._cited(sentence.cited)
        if cited:
            own = self._check.check(claim, cited)
            if own.supported:
                return own, Fate.KEPT
        elsewhere = self._check.check(claim, [passage for passage in self._shown if passage not in cited])
        if elsewhere.supported:
            return elsewhere, Fate.CORRECTED if sentence.cited else Fate.MARKED
        return own if cited else elsewhere, Fate.DROPPED

    def _cited(self, numbers: Sequence[int]) -> list[Passage]:
        return [self._shown[number - 1] for number in numbers if 1 <= number <= len(self._shown)]
