"""From settings to assistants: the one place that gives the chain what they ask for, whichever way in it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.chain.assistant import Assistant, Note
from assistant.chain.open_index import Rerank, Watch
from assistant.reading.network import Network
from assistant.settings.settings import Settings
from index.search.engine import OpenEngine

if TYPE_CHECKING:
    from assistant.chain.with_model import WithModel
    from assistant.models.seam import ChatModel


def opener(
    open_engine: OpenEngine,
    settings: Settings,
    *,
    note: Note,
    model: "WithModel | None" = None,
    watch: Watch | None = None,
    network: Network | None = None,
    rerank: Rerank | None = None,
) -> Callable[[], Assistant]:
    """Make an opener of assistants over an index, which share the re-ranker and the model.

    Args:
        open_engine: opens a search engine over the newest state of the index.
        settings: of which passages, sentences, threshold and re-ranker matter here.
        note: takes messages on repairs, and on failures of a model.
        model: what a model does in the chain; None to quote, whatever model the settings name.
        watch: follows the searches of all of them; None for nobody.
        network: reads windows of passages; None for the one of this process, with a thread a core.
        rerank: the re-ranker of the settings, where those of several indexes share it; None to open it here.

    Raises:
        EncoderUnavailable: the re-ranker of the settings cannot be had.
    """
    rerank = rerank or reranker_of(settings)

    def opened() -> Assistant:
        return Assistant(
            open_engine,
            settings,
            note=note,
            network=network,
            rerank=rerank,
            writer=model.writer if model else None,
            condenser=model.condenser if model else None,
            splitter=model.splitter if model else None,
            watch=watch,
        )

    return opened


def reranker_of(settings: Settings) -> Rerank | None:
    """The re-ranker of the settings; nothing of it is imported without one.

    Raises:
        EncoderUnavailable: it cannot be had.
    """
    if not settings.reranker:
        return None
    from assistant.retrieval.rerank import cross_encoder

    return cross_encoder(settings.reranker, hub=settings.hub)


def model_of(settings: Settings, *, around: "Callable[[ChatModel], ChatModel] | None" = None) -> "WithModel | None":
    """Open what the model of the settings, or what `around` makes of it, does in the chain; nothing without one.

    Raises:
        ConfigurationError: the model, or a prompt of one's own, cannot be used.
    """
    if not settings.model.name:
        return None
    from assistant.chain.with_model import open_with_model

    return open_with_model(settings, around=around)
