"""Wordings of a question (query expansion by aliases) and fusion of scores, shared by our engines."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from index.text.glossary import Glossary
from index.text.terms import CJK, stems

MAX_WORDINGS = 4
"""Limit on the wordings under which a question with many aliases is searched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fusion:
    """Weights of the fused score: cosine + bm25 · BM25 + late · late interaction.

    Chosen on the development halves of XQuAD and NFCorpus (docs/benchmarks.md).
    """

    bm25: float = 0.03
    late: float = 1.2
    pool: int = 50
    """Candidates taken by vectors and by BM25 each."""

    def joined(self, cosine: float, bm25: float, late: float) -> float:
        """The score by which passages are ranked."""
        return cosine + self.bm25 * bm25 + self.late * late


def wordings(question: str, glossary: Glossary, occurs: Callable[[str], bool]) -> list[str]:
    """Expand a question: as asked, then with aliases replaced by other names that occur, at most `MAX_WORDINGS`."""
    texts = [question]
    for name, group in glossary.found_in(question):
        for other in group:
            # "Industry brains" and "industrial brain" are the same terms: another wording would find nothing new.
            if stems(other) != stems(name) and len(texts) < MAX_WORDINGS and occurs(other):
                texts.append(_replaced(question, name, other))
    return list(dict.fromkeys(texts))


def _replaced(question: str, name: str, other: str) -> str:
    """The question with a name replaced where it is a word, or several: not the "tram" of "tramway"."""
    before = "" if re.match(f"[{CJK}]", name) else r"(?<!\w)"
    after = "" if re.search(f"[{CJK}]$", name) else r"(?!\w)"
    replaced = re.sub(f"{before}{re.escape(name)}{after}", lambda _: f" {other} ", question)
    return re.sub(r" {2,}", " ", replaced).strip().replace(" ?", "?").replace(" ,", ",")
