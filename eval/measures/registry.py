"""The measures of a run by name: what they mean, which are yes or no, and which way is better."""

from collections.abc import Iterable
from dataclasses import dataclass

DEPTH = 20
"""Passages retrieved for the measures of retrieval."""
CUTS = (1, 5, 10)
"""Ranks at which recall is measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A measure of a case; its mean over cases is the measure of a run."""

    name: str
    meaning: str
    """In a sentence, for the report."""
    binary: bool = False
    """Whether a case scores 0 or 1 and nothing between."""
    group: str = "answer"


METRICS: tuple[Metric, ...] = (
    Metric(
        name="correct",
        meaning="Answered with every expected fact, nothing forbidden and no wrong short answer in front; "
        "refused, where the articles do not answer.",
        binary=True,
    ),
    Metric(name="fact_recall", meaning="Share of the expected facts that the answer states; 0 for a refusal."),
    Metric(name="exact_match", meaning="The first piece of the answer is an accepted short answer.", binary=True),
    Metric(name="token_f1", meaning="Words that the first piece and the nearest accepted short answer share, as F1."),
    Metric(name="led", meaning="A short answer stands in front, of the cases that accept one.", binary=True),
    Metric(
        name="lead_sound",
        meaning="The short answer in front is an expected one that its sentence does not deny, or there is none.",
        binary=True,
    ),
    Metric(
        name="decision",
        meaning="Answered where the articles answer, refused where they do not.",
        binary=True,
        group="refusal",
    ),
    Metric(name="answered", meaning="Answered, of the cases that the articles answer.", binary=True, group="refusal"),
    Metric(
        name="refused", meaning="Refused, of the cases that the articles do not answer.", binary=True, group="refusal"
    ),
    Metric(
        name="citation_precision",
        meaning="Share of the cited characters that are expected evidence; 0 for a refusal.",
        group="citations",
    ),
    Metric(
        name="citation_recall",
        meaning="Share of the expected evidence that is cited, by characters; 0 for a refusal.",
        group="citations",
    ),
    *(
        Metric(
            name=f"quote_recall@{k}",
            meaning=f"Share of the parts whose evidence the first {k} passages hold.",
            group="retrieval",
        )
        for k in CUTS
    ),
    Metric(
        name="quote_mrr",
        meaning=f"One over the rank of the first passage with evidence, of {DEPTH}; 0 if none has any.",
        group="retrieval",
    ),
    Metric(name="quote_ndcg@10", meaning="nDCG of the evidence over the first 10 places.", group="retrieval"),
    *(
        Metric(
            name=f"article_recall@{k}",
            meaning=f"Share of the parts of whose articles one is among the first {k}.",
            group="retrieval",
        )
        for k in CUTS
    ),
    Metric(name="article_mrr", meaning="One over the rank of the first article with evidence.", group="retrieval"),
    Metric(name="article_ndcg@10", meaning="nDCG of the articles over the first 10 places.", group="retrieval"),
    Metric(name="judged_correct", meaning="Share of the judge's repeats that call the answer right.", group="judge"),
    Metric(
        name="judged_supported",
        meaning="Share of the judge's repeats that find every statement supported by its quotes.",
        group="judge",
    ),
)
"""All of them; higher is better for each."""

BY_NAME = {metric.name: metric for metric in METRICS}

OWN = "own:"
"""How the names of measures begin that a person's own scorers give."""


def metric_of(name: str) -> Metric:
    """Return a measure by name, ours or a person's own.

    Raises:
        KeyError: it is neither.
    """
    return Metric(name=name, meaning="A scorer of your own.", group="own") if name.startswith(OWN) else BY_NAME[name]


def in_order(names: Iterable[str]) -> list[str]:
    """Sort distinct names: ours in the order of `METRICS`, then a person's own."""
    found = set(names)
    return [name for name in BY_NAME if name in found] + sorted(found - BY_NAME.keys())
