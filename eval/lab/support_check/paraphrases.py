"""Load true paraphrases: sentences as a model might write them, with the articles' sentences that support them.

`paraphrases.jsonl` has one a line: its text, and as evidence the supporting sentences, of one article or of two.
They were written by hand from the articles, before the check was run on any of them. Those of articles in even places
are for development, as in `eval.lab.support_check.planted_claims`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from assistant.language.values import Token, agrees, read
from eval.lab.support_check.planted_errors import exchanged, names_in

PARAPHRASES = Path(__file__).parent / "paraphrases.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paraphrase:
    """A true sentence in other words than the articles'."""

    text: str
    articles: tuple[str, ...]
    """Ids of the one or two articles that support it."""
    quotes: tuple[tuple[str, str], ...]
    """Evidence: pairs of an article's id and one of its sentences."""


def load_paraphrases(path: Path = PARAPHRASES) -> Sequence[Paraphrase]:
    """Read the paraphrases, in the order of the file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Paraphrase(
            text=row["text"],
            articles=tuple(dict.fromkeys(one["article"] for one in row["evidence"])),
            quotes=tuple((one["article"], one["quote"]) for one in row["evidence"]),
        )
        for row in rows
    ]


def exchanges(paraphrase: Paraphrase) -> Iterator[str]:
    """Yield the sentence with a figure, date or name of the two articles exchanged, for each pair."""
    told = [" ".join(text for id_, text in paraphrase.quotes if id_ == article) for article in paraphrase.articles]
    values = [token for token in read(paraphrase.text) if token.figure or token.date]
    sides = [(token, _sides(token, told)) for token in values]
    for (first, a), (second, b) in combinations(sides, 2):
        if {len(a), len(b)} == {1} and a != b and bool(first.date) is bool(second.date):
            yield exchanged(paraphrase.text, first, second)
    names = [(name, {at for at, text in enumerate(told) if name in text}) for name in names_in([paraphrase.text])]
    for (one, a), (other, b) in combinations(names, 2):
        if {len(a), len(b)} == {1} and a != b:
            places = sorted((paraphrase.text.find(name), name) for name in (one, other))
            (at, former), (then, latter) = places
            between = paraphrase.text[at + len(former) : then]
            yield paraphrase.text[:at] + latter + between + former + paraphrase.text[then + len(latter) :]


def _sides(value: Token, told: Sequence[str]) -> set[int]:
    """Return which of the articles have a value."""
    return {at for at, text in enumerate(told) if any(agrees(value, other) for other in read(text))}
