"""A second collection beside the town's."""

from pathlib import Path

from library import Library

from index.encoding.encoder import HashEncoder
from index.storage.store import create_index

ISLAND = {
    "ferry.md": "---\ntitle: The ferry\npublisher: Gull Press\n---\nThe ferry to Skerry sails at nine on Mondays.\n",
    "tram.md": "---\ntitle: A tram\npublisher: Gull Press\n---\nThe tram will cost 7 crowns a ride. It has no stops.\n",
}


FERRY = "When does the ferry to Skerry sail?"


def island_in(home: Path) -> Library:
    """A library of the two articles of `ISLAND`, one of them of the same name as one of the town's."""
    made = Library(home, HashEncoder())
    create_index(made.root, made.encoder, max_tokens=made.encoder.max_tokens)
    for name, text in ISLAND.items():
        made.write(name, text)
    made.add()
    return made


def both(home: Path) -> tuple[str, str]:
    """What is given beside the town in `home`, which is called as its folder, "index"."""
    return "--index", f"island={home / 'island' / 'index'}"
