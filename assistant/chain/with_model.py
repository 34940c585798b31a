"""What a language model takes over when there is one: writing answers, making follow-ups whole, parting questions."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.checking.support import SupportScorer
from assistant.models.opening import open_model
from assistant.models.seam import ChatModel
from assistant.question.by_model import ModelCondenser, ModelSplitter
from assistant.question.seams import Condenser, RuleSplitter, Split, Splitter
from assistant.settings.prompts import prompt_of
from assistant.settings.settings import Settings
from assistant.writing.writer import ModelWriter

PROMPTS = ("answer", "again", "condense", "split")
"""Those that a question may be put into."""
_COMPOUND = re.compile(
    r"[,;:]|\b(?:and|or|both|between|compare[ds]?|than|versus|while|whereas|after|before)\b", re.IGNORECASE
)
"""What a question has that may be several; the others are spared a call."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithModel:
    """The places of the chain that a model takes."""

    writer: ModelWriter
    condenser: Condenser
    splitter: Splitter


def with_model(model: ChatModel, settings: Settings) -> WithModel:
    """What `model` does in the chain.

    Raises:
        ConfigurationError: a prompt of one's own, or the model's tokenizer, cannot be used.
        EncoderUnavailable: the checker cannot be had.
    """
    return WithModel(
        writer=ModelWriter(model, settings, scorer=scorer_of(settings)),
        condenser=ModelCondenser(model, prompt=prompt_of("condense", settings)),
        splitter=_CompoundSplitter(ModelSplitter(model, prompt=prompt_of("split", settings))),
    )


def scorer_of(settings: Settings) -> SupportScorer | None:
    """The checker of the settings; None for the one that ships.

    Raises:
        EncoderUnavailable: it cannot be had.
    """
    if not settings.model.checker:
        return None
    from assistant.checking.cross_encoder import CrossEncoderScorer

    return CrossEncoderScorer(settings.model.checker, hub=settings.hub)


def open_with_model(settings: Settings, *, around: Callable[[ChatModel], ChatModel] | None = None) -> WithModel | None:
    """As `with_model`, with the model that the settings name, or what `around` makes of it; None if they name none."""
    model = open_model(settings)
    if model is None:
        return None
    return with_model(around(model) if around else model, settings)


class _CompoundSplitter:
    """Asks a model only of questions that may be several."""

    def __init__(self, model: Splitter) -> None:
        self._model = model
        self._rule = RuleSplitter()

    def split(self, question: str) -> Split:
        """Split a question; one that cannot be several is not sent to the model."""
        return (self._model if _COMPOUND.search(question) else self._rule).split(question)
