"""Which gold, and which index to ask it of."""

from collections.abc import Sequence
from pathlib import Path

from assistant.settings.locations import default_index, ensure_default, index_to_read
from assistant.settings.settings import Settings, load_settings
from eval.files import no_meter
from eval.runs.chain import IndexChain
from index.storage.changes import Meter

DEFAULT_GOLD = Path(__file__).resolve().parents[1] / "gold"
"""The gold set of the default collection."""


def gold_paths(named: Sequence[Path]) -> list[Path]:
    """The gold that is meant: what was named, else `eval/gold` here, else that of the default collection."""
    here = Path("eval/gold")
    return list(named) or [here if here.is_dir() else DEFAULT_GOLD]


def index_for(paths: Sequence[Path], settings: Settings, *, meter: Meter = no_meter) -> Path:
    """The index that gold is asked of: the one named; for the default gold the default collection; else the user's."""
    ours = all(DEFAULT_GOLD in (path.resolve(), *path.resolve().parents) for path in paths)
    if ours and not settings.index:
        ensure_default(note=tell, meter=meter)
        return default_index()
    root = index_to_read(settings, note=tell, meter=meter)
    if ours and root.resolve() != default_index().resolve():
        tell(
            f"the gold of the default collection is asked of the index in {root}, which is another; name gold of your "
            "own, or unset --index and ASSISTANT_INDEX"
        )
    return root


def gold_chain(paths: Sequence[Path], *, index: str | None) -> IndexChain:
    """What opens the assistant that gold is asked of."""
    settings = load_settings({"index": index})[0]
    return IndexChain(root=index_for(paths, settings), settings=settings, note=tell)


def tell(message: str) -> None:
    """A note on standard error; a function of a module, so that other processes can have it too."""
    import sys

    print(f"assistant: {message}", file=sys.stderr, flush=True)
