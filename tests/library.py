"""Small indexes for tests, answers of them verified, and where this repository lies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.answer.answer import Answer
from assistant.answer.given import read_answer
from assistant.answer.signing import SigningKey
from assistant.answer.verifying import Verdict, Verified, verify
from assistant.chain.contents import contents_of
from index.encoding.encoder import Encoder
from index.encoding.encoders import cache_folder
from index.search.embedded import EmbeddedSearch
from index.search.engine import SearchEngine
from index.storage.changes import Outcome, add_articles, add_paths, remove_articles
from index.storage.store import Snapshot, create_index, open_index
from index.storage.verify import Verification, verify_index
from index.text.article import Article

REPOSITORY = Path(__file__).resolve().parent.parent


SHARED = REPOSITORY.parent / "shared"


CACHE = cache_folder()
"""The user's own, so that the encoder is exported once a machine (20 s) and not once a test."""


def ignore(*_: object) -> None:
    """Takes a note or a measure of progress and does nothing with it."""


def indexed(home: Path, articles: Mapping[str, str], encoder: Encoder) -> Path:
    """The folder of an index of articles, by file name, that no test changes."""
    folder, root = home / "articles", home / "index"
    folder.mkdir()
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    create_index(root, encoder, max_tokens=encoder.max_tokens)
    add_paths(root, [folder], encoder, note=ignore, meter=ignore)
    return root


class Library:
    """A folder of articles, and the index made from it with an encoder that needs no model."""

    def __init__(self, home: Path, encoder: Encoder) -> None:
        self.folder = home / "articles"
        self.root = home / "index"
        self.encoder = encoder
        self.notes: list[str] = []
        """What was said about repairs, in order."""
        self._opened: list[Snapshot] = []
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        """Write the article `name`, a path within the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add(self, *paths: Path, prune: bool = False, encoder: Encoder | None = None) -> Outcome:
        """Bring the whole folder, or `paths`, into the index."""
        chosen = paths or (self.folder,)
        return add_paths(self.root, chosen, encoder or self.encoder, note=self.notes.append, meter=ignore, prune=prune)

    def sync(self) -> Outcome:
        """Make the index hold what the folder holds."""
        return add_paths(
            self.root, [self.folder], self.encoder, note=self.notes.append, meter=ignore, prune=True, only_these=True
        )

    def add_values(self, articles: Sequence[Article]) -> Outcome:
        """Bring articles that are no files into the index."""
        return add_articles(self.root, articles, self.encoder, note=self.notes.append, meter=ignore)

    def remove(self, *names: str) -> list[str]:
        """Remove articles by id or path."""
        return remove_articles(self.root, names, note=self.notes.append)

    def open(self) -> Snapshot:
        """Open the index; it is closed after the test."""
        self._opened.append(open_index(self.root, note=self.notes.append))
        return self._opened[-1]

    def search(self) -> EmbeddedSearch:
        """The search engine over the index as it is now."""
        return EmbeddedSearch(self.open(), self.encoder)

    def ids(self) -> list[str]:
        """The ids of the articles in the index, sorted."""
        return sorted(row.article_id for row in self.open().articles.values())

    def verify(self) -> Verification:
        """Check every byte of the index."""
        return verify_index(self.root)

    def files(self) -> dict[str, bytes]:
        """Every file of the index by its path in it."""
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in self.root.rglob("*") if p.is_file()}

    def generation(self) -> Path:
        """The folder of the newest derived files."""
        return max((self.root / "generations").iterdir())

    def close(self) -> None:
        """Close what was opened."""
        for snapshot in self._opened:
            snapshot.close()


TOWN = {
    "river.md": """---
title: The river rises
published: 2021-03-09
publisher: Harbour Gazette
language: en
---
The river rose by three metres in March. It flooded the market hall. Nobody was hurt.

The dam at Oldwater held. Engineers opened two of its five gates on Monday.
""",
    "mayor.md": """---
title: The mayor resigns
published: 2022-04-26
publisher: Harbour Gazette
language: en
---
Mayor Anna Berg resigned on Tuesday. She had governed the town for eleven years.

Her deputy takes over until the election in autumn.
""",
    "tram.md": """---
title: A tram for the valley
published: 2020-01-05
publisher: Valley Post
language: en
---
The tram will cost 35,000 crowns a metre. Twelve stops are planned between the harbour and the valley.

Work begins when the frost is over.
""",
}
"""Three short articles that share few words."""


def verified(answer: Answer, engine: SearchEngine, key: SigningKey | None = None) -> Verified:
    """An answer verified as it leaves, signed if there is a key, which is trusted then."""
    data = answer.to_json() if key is None else key.signed(answer.to_json())
    trusted = frozenset() if key is None else frozenset({key.public})
    return verify(read_answer(json.dumps(data)), contents_of(engine), trusted=trusted)


def assert_proven(answer: Answer, engine: SearchEngine) -> None:
    """Nothing contradicts an answer that was just given; only a signature is missing."""
    found = verified(answer, engine)
    assert (found.verdict, found.faults) == (Verdict.UNPROVEN, ())
    assert replace(answer, id=found.id) == answer
