"""Makes an index of format 1, as the program of that time did."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from index.encoding.encoder import HashEncoder
from index.text.article import sha256_of

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    source_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT, published TEXT, publisher TEXT, url TEXT, language TEXT,
    text TEXT NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL,
    sentence_codes BLOB NOT NULL,
    token_counts BLOB NOT NULL,
    token_codes BLOB NOT NULL
);
CREATE TABLE projection (one INTEGER PRIMARY KEY CHECK (one = 1), data BLOB NOT NULL);
CREATE INDEX chunks_by_article ON chunks(article);
CREATE TABLE glossaries (source TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""

ENCODER = HashEncoder()


def make_old(
    root: Path, texts: Mapping[str, str], *, glossary: str | None = None, encoder: HashEncoder = ENCODER
) -> Path:
    """Make an index of format 1 in `root`, of articles by id; upgrading asks nothing of its chunks."""
    root.mkdir(parents=True)
    with closing(sqlite3.connect(root / "catalog.sqlite")) as db, db:
        db.executescript(SCHEMA)
        meta = {
            "format": "1",
            "generation": "7",
            "changed": "2024-01-01T00:00:00Z",
            "fingerprint": "0" * 32,
            "encoder_name": encoder.name,
            "encoder_hash": encoder.hash,
            "dimension": str(encoder.dimension),
            "max_tokens": "48",
            "threshold": "0.25",
        }
        db.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        db.execute("INSERT INTO projection VALUES (1, ?)", (encoder.projection.to_bytes(),))
        for number, (name, text) in enumerate(texts.items(), 3):
            db.execute(
                "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (
                    number,
                    name,
                    f"/old/{name}.md",
                    f"source of {name}",
                    sha256_of(text),
                    f"About {name}",
                    "2021-03-09",
                    "Harbour Gazette",
                    f"https://example.org/{name}",
                    "en",
                    text,
                ),
            )
        if glossary is not None:
            db.execute("INSERT INTO glossaries VALUES ('/old/glossary.toml', ?)", (glossary,))
    (root / "generations" / "00000007").mkdir(parents=True)
    (root / "generations" / "00000007" / "manifest.json").write_text("{}")
    return root
