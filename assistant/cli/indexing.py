"""`assistant index`: add and remove articles, verify, status."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.articles import list_, listed, show
from assistant.cli.common import ChangedIndexOption, IndexOption, article_ids, root_to_read, settings_from
from assistant.cli.output.progress import metered, note
from assistant.cli.tree import Sections
from index.counts import counted
from index.errors import UsageError

if TYPE_CHECKING:
    from assistant.settings.settings import Settings
    from index.encoding.encoder import Encoder
    from index.storage.preparing import Meter
    from index.text.article import IndexedArticle

app = typer.Typer(
    help="Add and remove articles; verify and describe the index.",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,
)


FollowLinksOption = Annotated[
    bool, typer.Option("--follow-links", help="Also take what symbolic links to outside of the folder lead to.")
]
EncoderOption = Annotated[
    str | None, typer.Option("--encoder", help="For a new index: a folder with a sentence-transformers model.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object, with every file that was left out.")]


@app.command("add")
def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, or folders searched recursively.")],
    index: ChangedIndexOption = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also remove articles whose files are gone from these folders.")
    ] = False,
    follow_links: FollowLinksOption = False,
    encoder: EncoderOption = None,
    json_: JsonOption = False,
) -> None:
    """Add articles to the index, or update them; unchanged files are skipped.

    Exit code 1 if a file was left out; the others are added all the same.
    """
    settings = settings_from({"index": index, "encoder": encoder})
    _bring_in(settings, paths, prune=prune, follow_links=follow_links, as_json=json_)


@app.command("sync")
def sync(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder, searched recursively.")],
    index: ChangedIndexOption = None,
    follow_links: FollowLinksOption = False,
    encoder: EncoderOption = None,
    json_: JsonOption = False,
) -> None:
    """Make the index hold what the folder holds: add, replace and remove articles.

    Articles from elsewhere stay. A file that cannot be read keeps its earlier version in the index. A folder without
    articles is refused, as it may not be mounted; `assistant index remove` empties an index.
    """
    settings = settings_from({"index": index, "encoder": encoder})
    if not Path(folder).expanduser().is_dir():
        raise UsageError(f"{folder} is not a folder", "name one; `assistant index add` takes files")
    _bring_in(settings, [folder], prune=True, only_these=True, follow_links=follow_links, as_json=json_)


def _bring_in(
    settings: "Settings",
    paths: Sequence[str],
    *,
    prune: bool,
    follow_links: bool,
    as_json: bool,
    only_these: bool = False,
) -> None:
    from assistant.cli.output.outcomes import left_out, outcome_json, report
    from index.storage.changes import add_paths, find_articles, known_articles

    root = _root_to_change(settings)
    chosen = [Path(path) for path in paths]
    find_articles(chosen, follow_links=follow_links)  # A mistake in the paths is said before anything is made.
    encoder = encoder_for(root, settings)
    before = known_articles(root)
    with metered("indexing") as meter:
        try:
            outcome = add_paths(
                root,
                chosen,
                encoder,
                note=note,
                meter=meter,
                prune=prune,
                only_these=only_these,
                follow_links=follow_links,
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"interrupted; {_kept(before, known_articles(root))}") from None
    if as_json:
        print(json.dumps(outcome_json(outcome, root), ensure_ascii=False, indent=2))
    else:
        report(outcome, root)
    _tell_where_questions_go(root, settings)
    if left_out(outcome):
        raise typer.Exit(1)


def _root_to_change(settings: "Settings") -> Path:
    """The folder of the index to change, which is never the default collection's."""
    from assistant.settings.collections import default_index
    from assistant.settings.locations import index_to_change

    root = index_to_change(settings)
    if root.resolve() == default_index().resolve():
        raise UsageError(
            f"the default collection, in {root}, holds the articles that come with the program and no others",
            "leave --index out for an index of your own, or make one with `assistant collections create NAME`",
        )
    return root


def _tell_where_questions_go(root: Path, settings: "Settings") -> None:
    """Say so if what was changed is not what is asked, as while the default collection is in use."""
    from assistant.settings.locations import root_to_ask

    asked = root_to_ask(settings)
    if asked.resolve() != root.resolve():
        note(f"questions go to the index in {asked}; `assistant collections use` changes that")


def _kept(before: "Mapping[str, IndexedArticle]", now: "Mapping[str, IndexedArticle]") -> str:
    """Say what an interrupted command has changed, by the index as it was and as it is."""
    numbers = {row.number for row in before.values()}
    stored = sum(row.number not in numbers for row in now.values())
    removed = len(before.keys() - now.keys())
    if not (stored or removed):
        return "nothing was changed in the index; the same command begins anew"
    kept = f"{counted(stored, 'new or changed article')} stored" + (f", {removed} removed" if removed else "")
    return f"{kept} and kept; the same command goes on from there"


@app.command("remove")
def remove(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE…", autocompletion=article_ids, help="Ids or paths of articles.")
    ],
    index: ChangedIndexOption = None,
) -> None:
    """Remove articles from the index, with all of their text and vectors."""
    from index.storage.changes import remove_articles

    root = _root_to_change(settings_from({"index": index}))
    for article_id in remove_articles(root, articles, note=note):
        print(f"removed {article_id}")


app.command("list")(list_)
app.command("show")(show)


@app.command("verify")
def verify(
    index: IndexOption = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Rebuild the search files if they differ; take out of the catalog what is damaged."
        ),
    ] = False,
) -> None:
    """Check the index: every hash, offset and id, and FAISS and tantivy against the catalog."""
    from index.storage.salvage import salvage
    from index.storage.store import repair as repair_index
    from index.storage.verify import verify_index

    root = root_to_read(settings_from({"index": index}))
    with metered("checking"):
        if repair:
            salvage(root, note=note)
            repair_index(root, note=note, thorough=True)
        report = verify_index(root)
    for line in report.problems:
        print(f"wrong: {line}")
    print(
        f"{counted(report.articles, 'article')}, {counted(report.chunks, 'chunk')}, "
        f"{counted(report.sentences, 'sentence')} checked: "
        + ("everything holds" if not report.problems else counted(len(report.problems), "problem"))
    )
    if report.problems:
        raise typer.Exit(1)


@app.command("upgrade")
def upgrade(index: ChangedIndexOption = None) -> None:
    """Bring an index of an older format to the present one; its articles are encoded anew."""
    from assistant.settings.locations import index_to_change
    from index.storage.catalog import FORMAT

    root = index_to_change(settings_from({"index": index}))
    with metered("upgrading") as meter:
        count = upgraded(root, meter=meter)
    if count is None:
        print(f"the index in {root} has the present format {FORMAT} already")
    else:
        print(f"upgraded the index in {root} to format {FORMAT}: {counted(count, 'article')}")


@app.command("status")
def status(
    index: IndexOption = None,
    articles: Annotated[bool, typer.Option("--articles", help="List the articles.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Describe the index: articles, chunks, size, encoder, generation, last change."""
    from assistant.reading.joined import load_joined
    from index.storage.store import open_index

    root = root_to_read(settings_from({"index": index}))
    with closing(open_index(root, note=note)) as snapshot:
        size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        facts = {
            "index": str(root),
            "articles": len(snapshot.articles),
            "chunks": len(snapshot.generation.vectors),
            "bytes": size,
            "encoder": snapshot.encoder_name,
            "encoder_hash": snapshot.encoder_hash,
            "generation": snapshot.generation.number,
            "fingerprint": snapshot.fingerprint,
            "changed": snapshot.changed,
            "aliases": len(snapshot.glossary.groups),
            "threshold": load_joined().threshold if snapshot.threshold is None else snapshot.threshold,
            "calibration": snapshot.calibration or load_joined().calibration,
        }
        rows = listed(snapshot, root) if articles else []
    if json_:
        print(json.dumps(facts | ({"listed": rows} if articles else {}), ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        print(f"{name.replace('_', ' ').ljust(13)} {_size(size) if name == 'bytes' else value}")
    for row in rows:
        print(f"  {row['article_id']}  {row['published'] or 'undated'}  {row['title'] or ''}")
        for place in row["other_places"]:
            print(f"      also {place}")


def upgraded(root: Path, *, meter: "Meter") -> int | None:
    """Upgrade the index in `root` if it has an older format; returns its articles' count, or None."""
    from index.encoding.encoders import open_encoder
    from index.storage.store import check_index
    from index.storage.upgrade import old_index, upgrade_index

    old = old_index(root)
    if old is None:
        check_index(root)
        return None
    encoder = open_encoder(old.encoder_hash, old.encoder_name, note=note)
    return upgrade_index(root, encoder, note=note, meter=meter)


def encoder_for(root: Path, settings: "Settings") -> "Encoder":
    """Open the index's encoder; if there is no index, create one with the settings' encoder."""
    from assistant.settings.collections import taken_as_path
    from index.encoding.encoders import DEFAULT_ENCODER, find_encoder, open_encoder
    from index.errors import ConfigurationError
    from index.storage.store import catalog_path, create_index, open_index
    from index.storage.upgrade import old_index

    if catalog_path(root).exists():
        if (old := old_index(root)) is not None:
            note(f"the index in {root} has the older format {old.format}; upgrading it first")
            with metered("upgrading") as meter:
                upgraded(root, meter=meter)
        snapshot = open_index(root, note=note)
        snapshot.close()
        if settings.encoder not in {DEFAULT_ENCODER, snapshot.encoder_name}:
            raise ConfigurationError(
                f"the index in {root} was made with the encoder {snapshot.encoder_name}, the settings ask for "
                f"{settings.encoder}",
                "unset that, or name another folder with --index",
            )
        return open_encoder(snapshot.encoder_hash, snapshot.encoder_name, note=note)
    encoder = find_encoder(settings.encoder, note=note, hub=settings.hub)
    with taken_as_path(settings.index):
        create_index(root, encoder, max_tokens=min(settings.chunk_tokens, encoder.max_tokens))
    note(f"made a new index in {root}")
    return encoder


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
