"""Write answers with a language model; sentences are shown only after they pass the check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from assistant.answer.answer import SentenceVerdict
from assistant.answer.kept import Kept, Receipt
from assistant.checking.declining import declines
from assistant.checking.injected import planted
from assistant.checking.support import SupportCheck, SupportScorer, Verdict
from assistant.checking.verbatim import repeats
from assistant.language.clauses import clauses
from assistant.models.seam import (
    NO_USAGE,
    ChatModel,
    Completion,
    Message,
    ModelFailed,
    Stream,
    Usage,
    together,
    used,
    used_in_vain,
)
from assistant.models.tokens import token_count
from assistant.settings.prompts import prompt_of
from assistant.settings.settings import Settings
from assistant.writing.draft import DraftSentence, sentences
from assistant.writing.packing import Packed, cut_in_silence, pack, room
from index.counts import shortened
from index.search.engine import Passage, SearchEngine
from index.search.query import Query
from prompts import REFUSAL, is_refusal

ATTEMPTS = 2
"""A model that answers in the wrong form is asked once more."""
MAX_SENTENCES = 5
"""That a model is asked for at most."""
MAX_READ = 20
"""Sentences of a draft that are checked; one with more was not written as asked."""
RETURNED_CHARACTERS = 400
"""As much of a reply in the wrong form is shown to the model again, so that there is room for both attempts."""


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
class Written:
    """What a model wrote and what is left of it."""

    kept: tuple[Kept, ...]
    verdicts: tuple[SentenceVerdict, ...]
    """On every sentence of the last draft, in order."""
    refused: bool
    """Whether the model said, in the agreed words or its own, that the passages do not answer."""
    failure: str | None
    """Why there is nothing to show, where it neither answered nor refused."""
    prompt: str
    """Names and digests of the prompts that were used."""
    left_out: tuple[Passage, ...]
    """Passages for which its window had no room."""
    usage: Usage = NO_USAGE
    """What all attempts took."""


OnKept = Callable[[Kept], None]
"""Told of a sentence as soon as it has passed."""


class Writer(Protocol):
    """Writes an answer out of passages."""

    @property
    def name(self) -> str:
        """What answers call it."""

    @property
    def scorer(self) -> SupportScorer | None:
        """Judges its sentences by meaning; None for the network that ships."""

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        engine: SearchEngine,
        *,
        on_kept: OnKept,
    ) -> Written:
        """Write; failures of the model are in the result and never raised."""


class ModelWriter:
    """Asks a language model, and keeps of its reply what the passages support."""

    def __init__(self, model: ChatModel, settings: Settings, *, scorer: SupportScorer | None = None) -> None:
        """Make a writer.

        Args:
            model: that writes.
            settings: its window, and where one's own prompts are.
            scorer: judges by meaning; None for the network that ships.

        Raises:
            ConfigurationError: a prompt of one's own, or the tokenizer, cannot be used.
        """
        self._model = model
        self._settings = settings.model
        self.scorer = scorer
        self._prompt = prompt_of("answer", settings)
        self._again = prompt_of("again", settings)
        self._count = token_count(settings.model.tokenizer)

    @property
    def name(self) -> str:
        """Name of the model."""
        return f"model:{self._model.name}"

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        engine: SearchEngine,
        *,
        on_kept: OnKept,
    ) -> Written:
        """Ask the model, check each sentence as it comes, and ask once more where the form was wrong."""
        packed = pack(passages, tokens=self._room(question), count=self._count)
        drafts: list[_Draft] = []
        usages: list[Usage] = []

        def done(*, failure: str | None = None, refused: bool = False) -> Written:
            return self._written(packed, drafts, together(usages), failure=failure, refused=refused)

        if not packed.shown:
            return done(failure="no passage fits into its window (model.context_tokens)")
        check = SupportCheck(engine, scorer=self.scorer)
        messages = [Message(role="user", content=self._filled(question, packed.text))]
        for _ in range(ATTEMPTS):
            draft = _Draft(packed.shown, check, engine, on_kept)
            drafts.append(draft)
            try:
                completion = draft.read(self._stream(messages))
            except ModelFailed as error:
                usages.append(used_in_vain(error))
                return done(failure=f"{error.kind.value}: {error}")
            usages.append(used(messages, completion))
            if draft.kept:
                return done()
            if cut := cut_in_silence(messages, completion.prompt_tokens, window=self._settings.context_tokens):
                return done(failure=cut)
            if draft.refused:
                told = any(REFUSAL.casefold() in passage.text.casefold() for passage in packed.shown)
                why = "it refused in words that stand in a passage" if told else None
                return done(failure=why, refused=not told)
            if draft.declined:
                return done(refused=True)
            if draft.has_form:
                return done(failure="nothing that it wrote stands in the passages")
            messages[1:] = [
                Message(role="assistant", content=completion.text[:RETURNED_CHARACTERS]),
                Message(role="user", content=self._again.fill({"refusal": REFUSAL})),
            ]
        return done(failure=f"it answered in the wrong form {ATTEMPTS} times")

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
        """Tokens for passages, so that a second attempt has its room too."""
        again = self._again.fill({"refusal": REFUSAL}) + "x" * RETURNED_CHARACTERS
        return room(self._settings, self._filled(question, "") + again, count=self._count)

    def _written(
        self, packed: Packed, drafts: "Sequence[_Draft]", usage: Usage, *, failure: str | None, refused: bool
    ) -> Written:
        last = drafts[-1] if drafts else None
        prompts = [self._prompt.ref, self._again.ref][: max(1, len(drafts))]
        return Written(
            kept=tuple(last.kept) if last and failure is None and not refused else (),
            verdicts=tuple(last.verdicts) if last else (),
            refused=refused,
            failure=failure,
            prompt=", ".join(prompts),
            left_out=packed.left_out,
            usage=usage,
        )


class _Draft:
    """A reply that is checked sentence by sentence while it comes."""

    def __init__(self, shown: Sequence[Passage], check: SupportCheck, engine: SearchEngine, on_kept: OnKept) -> None:
        self.kept: list[Kept] = []
        self.verdicts: list[SentenceVerdict] = []
        self.refused = False
        """Whether it says, in the agreed words, that the passages do not answer."""
        self._passed: set[str] = set()
        self._declining = 0
        """Sentences that say so in other words."""
        self._shown = shown
        self._check = check
        self._engine = engine
        self._on_kept = on_kept

    @property
    def has_form(self) -> bool:
        """Whether a sentence cites a passage that was shown."""
        return any(self._cited(verdict.cited) for verdict in self.verdicts)

    @property
    def declined(self) -> bool:
        """Whether it says so in words of its own, and nothing else."""
        return 0 < self._declining == len(self.verdicts)

    def read(self, stream: Stream) -> Completion:
        """Check the sentences of a reply as they come; the whole reply."""
        try:
            for sentence in sentences(stream, cut_off=lambda: stream.completion.finish == "length"):
                if is_refusal(sentence.text):
                    self.refused = True
                else:
                    self._take(sentence)
            return stream.completion
        finally:
            stream.close()

    def _take(self, sentence: DraftSentence) -> None:
        reason = self._unfit(sentence)
        if reason is not None:
            self._told(sentence, Verdict(supported=False, score=0.0, reason=reason, receipt=None), Fate.DROPPED)
            return
        verdict, fate = self._judge(sentence)
        said = verdict.receipt.text if verdict.supported and verdict.receipt else ""
        if declines(sentence.text) and not declines(said):
            # That the passages say nothing of it rests on none of them, unless one says so itself.
            self._declining += 1
            reason = "it says in other words than the agreed ones that the passages do not answer"
            nothing = Verdict(supported=False, score=0.0, reason=reason, receipt=None)
            self._told(sentence, nothing, Fate.DROPPED)
        elif fate is Fate.DROPPED and (parts := self._in_parts(sentence)):
            for part, own, how in parts:
                self._told(part, own, how)
        else:
            self._told(sentence, verdict, fate)
        self._passed.update([] if self.verdicts[-1].fate == Fate.DROPPED else [sentence.text])

    def _in_parts(self, sentence: DraftSentence) -> list[tuple[DraftSentence, Verdict, Fate]]:
        """Split it into two clauses if each passes separately, also by different articles; else return none."""
        found: list[tuple[DraftSentence, Verdict, Fate]] = []
        for clause in clauses(sentence.text):
            verdict, fate = self._judge(replace(sentence, text=clause.stated))
            if fate is Fate.DROPPED:
                return []
            found.append((replace(sentence, text=clause.text), verdict, fate))
        return found

    def _told(self, sentence: DraftSentence, verdict: Verdict, fate: Fate) -> None:
        self.verdicts.append(
            SentenceVerdict(
                text=sentence.text,
                cited=sentence.cited,
                fate=fate.value,
                score=round(verdict.score, 4),
                support=None if fate is Fate.DROPPED else _support(sentence.text, verdict),
                reason=verdict.reason,
                article_id=verdict.receipt.passage.article.article_id if verdict.receipt else None,
            )
        )
        if fate is not Fate.DROPPED and verdict.receipt is not None:
            kept = Kept(text=sentence.text, receipt=verdict.receipt)
            self.kept.append(kept)
            self._on_kept(kept)

    def _unfit(self, sentence: DraftSentence) -> str | None:
        """Why a sentence need not be checked; None if it must be."""
        if len(self.verdicts) >= MAX_READ:
            return f"it comes after {MAX_READ} others, and {MAX_SENTENCES} were asked for"
        if not sentence.whole:
            return "it is no whole sentence"
        if sentence.text in self._passed:
            return "it was said before"
        return None

    def _judge(self, sentence: DraftSentence) -> tuple[Verdict, Fate]:
        """By the passages that it cites, and only then by the others."""
        claim = self._engine.encode(sentence.text)
        cited = self._cited(sentence.cited)
        if cited:
            own = self._borne_out(claim, sentence, cited)
            if own.supported:
                return own, Fate.KEPT
        elsewhere = self._borne_out(claim, sentence, [passage for passage in self._shown if passage not in cited])
        if elsewhere.supported:
            return elsewhere, Fate.CORRECTED if sentence.cited else Fate.MARKED
        return own if cited else elsewhere, Fate.DROPPED

    def _borne_out(self, claim: Query, sentence: DraftSentence, passages: Sequence[Passage]) -> Verdict:
        """By a passage that states it; one that orders or hides it does not."""
        left, against = list(passages), None
        while True:
            verdict = self._check.check(claim, left)
            if not verdict.supported or verdict.receipt is None:
                return against or verdict
            reason = planted(verdict.receipt, claim.text) or _adds(sentence, verdict.receipt)
            if reason is None:
                return verdict
            against = against or replace(verdict, supported=False, reason=reason)
            left.remove(verdict.receipt.passage)

    def _cited(self, numbers: Sequence[int]) -> list[Passage]:
        return [self._shown[number - 1] for number in numbers if 1 <= number <= len(self._shown)]


def _support(text: str, verdict: Verdict) -> str | None:
    """How its receipt supports a sentence: by the letter, in several sentences, or in other words."""
    if verdict.receipt is None:
        return None
    if repeats(text, verdict.receipt.text):
        return "quoted"
    return "joined" if len(verdict.receipt.sentences) > 1 else "paraphrased"


def _adds(sentence: DraftSentence, receipt: Receipt) -> str | None:
    """Why a sentence carries more than its words: a link, an image or HTML that its receipt does not have."""
    added = [address for address in sentence.addresses if address not in receipt.text]
    return f"it has {shortened(added[0], 60)!r}, which does not stand there" if added else None
