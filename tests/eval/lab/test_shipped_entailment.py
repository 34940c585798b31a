"""The graph that ships computes what the network in torch does, and its measures count what they say."""

import json

import numpy as np
import pytest
import torch

from assistant.checking import entailment
from assistant.checking.support import Verdict
from eval.lab.entailment.measure import Claim, at_threshold, fitted_threshold, judge, read_claims, table
from eval.lab.reader.examples import file_sha256
from eval.lab.reader.network import load_entailment
from index.errors import UserError

EVIDENCE = [
    "The mill was sold by Anna Berg in May.",
    "It rained.",
    "Anna Berg sold it in May, and the mill closed. " * 5,
]


def test_the_graph_agrees_with_torch() -> None:
    scorer = entailment.EntailmentScorer()
    network = load_entailment(entailment.WEIGHTS_PATH).eval()
    opened = entailment.PairNetwork(entailment.GRAPH_PATH, ("verdict",), threads=1)

    pieces, segments, mask = entailment.batch_of(opened, "Anna Berg sold the mill.", EVIDENCE)
    with torch.inference_mode():
        logits = network(torch.from_numpy(pieces), torch.from_numpy(segments), torch.from_numpy(mask).bool())[0]

    found = scorer.scores("Anna Berg sold the mill.", EVIDENCE)
    np.testing.assert_allclose(found, torch.softmax(logits, -1)[:, 0].numpy(), atol=1e-3)
    assert found[0] > 0.5 > found[1]


def test_the_record_is_of_the_weights_that_ship() -> None:
    record = json.loads((entailment.TRAINED / "entailment.json").read_text())
    assert record["weights"] == file_sha256(entailment.WEIGHTS_PATH)


def claim(text: str, *, supported: bool, kind: str = "passive", language: str = "en") -> Claim:
    return Claim(kind=kind, claim=text, evidence=EVIDENCE[0], supported=supported, language=language)


def test_claims_are_judged_against_their_own_evidence() -> None:
    asked = [claim("The mill was sold by Anna Berg in May.", supported=True), claim("Nobody came.", supported=False)]
    assert [found.supported for _, found in judge(asked)] == [True, False]
    assert [found.supported for _, found in judge(asked[1:], stops=False)] == [False]


def test_the_threshold_lets_no_more_false_claims_pass_than_stated() -> None:
    judged = [
        (claim("x", supported=place % 2 == 0), Verdict(supported=False, score=place / 100, reason="", receipt=None))
        for place in range(100)
    ]
    threshold = fitted_threshold(judged, false_accepts=0.1)
    passed = [found.supported for one, found in at_threshold(judged, threshold) if not one.supported]
    assert sum(passed) == 5


def test_the_table_tells_languages_and_kinds_apart() -> None:
    judged = [
        (claim("a", supported=True), Verdict(supported=True, score=0.9, reason=None, receipt=None)),
        (
            claim("b", supported=False, kind="superlative"),
            Verdict(supported=True, score=0.8, reason=None, receipt=None),
        ),
        (claim("c", supported=False, language="de"), Verdict(supported=False, score=0.1, reason="", receipt=None)),
    ]
    lines = list(table(judged))
    assert "1 of    1 100%" in next(line for line in lines if "never made" in line)
    assert "0 of    1   0%" in next(line for line in lines if line.startswith("other languages"))


def test_a_file_that_holds_no_claims_is_named(tmp_path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(
        json.dumps({"claim": "It is.", "evidence": "It is.", "supported": True, "kind": "date", "note": "de; x"})
    )
    assert read_claims(path)[0].language == "de"
    path.write_text("{}")
    with pytest.raises(UserError, match="holds no labelled claims"):
        read_claims(path)
