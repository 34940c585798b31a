"""The articles that a run was asked of, if they are still at hand, so that a report can show quotes in their place."""

from collections.abc import Callable
from pathlib import Path

from assistant.settings.locations import default_index, own_index
from assistant.settings.settings import Settings
from eval.runs.results import Run
from index.errors import AssistantError
from index.storage.store import catalog_path, open_index


def article_texts(run: Run, settings: Settings, *, note: Callable[[str], None]) -> dict[str, str]:
    """Texts by article id from the index that a run was asked of; empty, with a note, if there is none.

    Args:
        run: whose index is looked for by its fingerprint, in the settings' folder, the user's own and the default one.
        settings: that may name an index.
        note: told if it is not there.
    """
    wanted = run.provenance.index.get("fingerprint")
    folders = [Path(settings.index).expanduser()] if settings.index else [own_index(), default_index()]
    for root in folders:
        if not catalog_path(root).exists():
            continue
        try:
            snapshot = open_index(root, note=note)
        except AssistantError:
            continue
        try:
            if snapshot.fingerprint == wanted:
                return {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
        finally:
            snapshot.close()
    note("the index that this run was asked of is not here, so quotes are shown without the text around them")
    return {}
