"""Measure the support check on labelled claims, kind by kind, and choose its threshold on held-out pairs."""

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from assistant.checking.entailment import shared_scorer
from assistant.checking.support import SupportCheck, Verdict
from eval.bench.sets import BenchSet
from eval.lab.entailment.making import NEVER_MADE
from eval.lab.entailment.making.edits import TRUE_EDITS, false_edits
from eval.lab.entailment.making.lexicon import Lexicon
from eval.lab.entailment.mixture import Counts, made_pairs, public_pairs, sentences_to_edit, written_pairs
from eval.lab.entailment.pairs import Label
from eval.lab.written.documents import read_documents
from eval.measures.formulas import area_under_roc
from eval.runs.indexes import bench_engine
from index.errors import UserError, reason_of
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters

PASSAGES = 6
BY_VALUE = ("number_form", "quantifier", "range_bound", "symbol_name", "value_date")
"""Kinds of false claims with a wrong figure, date or letter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A claim with its evidence, labelled by a person or by how it was made."""

    kind: str
    claim: str
    evidence: str
    supported: bool
    language: str = "en"


def read_claims(path: Path) -> list[Claim]:
    """Read claims in the form of `../shared/claims`; a note that begins with "de; " or "zh; " names the language.

    Raises:
        UserError: the file is unreadable or malformed.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return [
            Claim(
                kind=row["kind"],
                claim=row["claim"],
                evidence=row["evidence"],
                supported=row["supported"],
                language=row["note"][:2] if row["note"][2:4] == "; " else "en",
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} holds no labelled claims ({type(error).__name__}: {reason_of(error)})",
            'it needs lines with "claim", "evidence", "supported", "kind" and "note"',
        ) from error


def held_out_claims(folder: Path, lexicon: Lexicon, *, seed: int, most: int) -> list[Claim]:
    """Draw claims from the pairs that are never trained on: a third each of licensed files, made, and written."""
    rng = random.Random(f"held out {seed}")
    public = [pair for pair in public_pairs(folder, held_out=True) if pair.kind != "boolq"]
    counts = Counts(invented=12000, questions=9000, edited=9000, attributed=4000)
    made = [pair for pair in made_pairs(folder, lexicon, counts, seed=seed) if pair.held_out]
    made = [pair for pair in made if not pair.kind.startswith("question")]
    written = list(written_pairs(held_out=True))
    drawn = [pair for pairs in (public, made, written) for pair in rng.sample(pairs, k=min(most // 3, len(pairs)))]
    return [
        Claim(kind=pair.kind, claim=pair.claim, evidence=pair.evidence, supported=pair.label is Label.SUPPORTED)
        for pair in drawn
    ]


class _Unstopped:
    """The shipped scorer with a threshold that nothing reaches, so that the best of all runs is scored."""

    name = "unstopped"
    threshold = 1.01

    def scores(self, claim: str, evidence: Sequence[str]) -> list[float]:
        return shared_scorer().scores(claim, evidence)


def judge(claims: Sequence[Claim], *, stops: bool = True) -> Iterator[tuple[Claim, Verdict]]:
    """Yield the check's verdict on each claim against the passages of its evidence, indexed as an article.

    Without `stops` no claim passes, and each has the score of its best run.
    """
    texts = {text: f"evidence-{number}" for number, text in enumerate(dict.fromkeys(one.evidence for one in claims))}
    documents = {name: ("", text) for text, name in texts.items()}
    with bench_engine(BenchSet(name="claims", documents=documents, questions=())) as engine:
        ids = {row.source.removeprefix("bench:"): row.article_id for row in engine.articles.values()}
        check = SupportCheck(engine, scorer=None if stops else _Unstopped())
        for one in claims:
            filters = Filters(articles=(ids[texts[one.evidence]],))
            passages = engine.search(one.claim, k=PASSAGES, filters=filters).passages
            yield one, check.check(engine.encode(one.claim), passages)


def at_threshold(judged: Sequence[tuple[Claim, Verdict]], threshold: float) -> list[tuple[Claim, Verdict]]:
    """Let the claims pass whose best run reaches a threshold."""
    return [(claim, replace(found, supported=found.score >= threshold)) for claim, found in judged]


def fitted_threshold(judged: Sequence[tuple[Claim, Verdict]], *, false_accepts: float) -> float:
    """Find the lowest threshold at which at most this share of the false claims passes."""
    against = sorted((found.score for claim, found in judged if not claim.supported), reverse=True)
    allowed = int(false_accepts * sum(not claim.supported for claim, _ in judged))
    return round(against[allowed] + 1e-4, 4) if allowed < len(against) else 0.5


def table(judged: Sequence[tuple[Claim, Verdict]]) -> Iterator[str]:
    """Yield the shares of false claims that pass and of true ones that are lost, in all and by kind."""
    english = [pair for pair in judged if pair[0].language == "en"]
    scores = {held: [found.score for claim, found in english if claim.supported == held] for held in (True, False)}
    yield f"area under ROC, English: {area_under_roc(scores[True], scores[False]):.3f}"
    yield f"{'':24} {'false passed':>16} {'true lost':>16}"
    never = [pair for pair in english if pair[0].kind in NEVER_MADE]
    groups = {
        "English": english,
        "  of kinds by value": [pair for pair in english if pair[0].kind in BY_VALUE],
        "  of kinds never made": never,
        "other languages": [pair for pair in judged if pair[0].language != "en"],
    }
    by_kind: dict[str, list[tuple[Claim, Verdict]]] = defaultdict(list)
    for pair in english:
        by_kind[pair[0].kind].append(pair)
    for name, pairs in (groups | dict(sorted(by_kind.items()))).items():
        passed = [found.supported for claim, found in pairs if not claim.supported]
        lost = [not found.supported for claim, found in pairs if claim.supported]
        yield f"{name:24} {_share(passed)} {_share(lost)}"


def edits_table(lexicon: Lexicon, *, most: int = 120) -> Iterator[str]:
    """Yield the share of edited sentences of held-out written documents that pass, by kind of edit.

    Each claim is scored against its own sentence alone, by the network alone.
    """
    rng, scorer = random.Random(5), shared_scorer()
    held_out = (document for document in read_documents() if document.held_out)
    sentences = [text for document in held_out for text in sentences_to_edit(document.text)]
    rng.shuffle(sentences)
    kinds = {f"true, {name}": edit for name, (_, edit) in TRUE_EDITS.items()}
    kinds |= {f"false, {name}": edit for name, (_, edit) in false_edits(lexicon).items()}
    for name, edit in kinds.items():
        kept = name.startswith("true")
        edited = ((edit(text, rng), text) for text in sentences)
        pairs = ((made, text) for made, text in edited if made and (kept or made != text))
        passed = [scorer.scores(claim, [text])[0] >= scorer.threshold for claim, text in islice(pairs, most)]
        yield f"{name:24} {_share(passed)}"


def seconds_of_checks(engine: EmbeddedSearch, claims: Sequence[str]) -> list[float]:
    """Time the check of each claim against the passages that a search finds for it."""
    check = SupportCheck(engine)
    found = []
    for text in claims:
        claim, passages = engine.encode(text), engine.search(text, k=PASSAGES, filters=Filters()).passages
        started = time.perf_counter()
        check.check(claim, passages)
        found.append(time.perf_counter() - started)
    return found


def _share(held: Sequence[bool]) -> str:
    return f"{sum(held):4} of {len(held):4} {sum(held) / len(held):4.0%}" if held else " " * 16
