"""What an index holds, for whoever verifies answers by it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answer.answer import Citation, Nearest
from assistant.answer.verifying import Contents
from assistant.chain.compose import index_reference
from index.search.engine import Passage, SearchEngine

if TYPE_CHECKING:
    from assistant.checking.support import SupportScorer


def contents_of(engine: SearchEngine, *, scorer: "SupportScorer | None" = None) -> Contents:
    """What the index of an engine holds; `scorer` judges a model's sentences, None for the network that ships."""

    def unsupported(sentences: Sequence[tuple[str, Citation]]) -> list[str | None]:
        from assistant.checking import recheck

        return recheck.unsupported(sentences, engine, scorer=scorer)

    def passages(receipt: Citation | Nearest) -> Sequence[Passage]:
        from assistant.checking import recheck

        return recheck.passages_of(receipt, engine)

    return Contents(
        reference=index_reference(engine),
        articles=engine.articles,
        text=engine.text,
        pages=engine.pages,
        structure=engine.structure,
        passages=passages,
        unsupported=unsupported,
    )
