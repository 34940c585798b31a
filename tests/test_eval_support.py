"""Planted errors, labelled pairs and what is reported of them."""

import json
import random

import numpy as np
import pytest
from conftest import Library

from assistant.closeness import FEATURES
from assistant.support import Verdict
from assistant.values import agrees, read
from eval.caught import MOVED, judged, own_claims, report
from eval.fit_support import fit_cut, fit_weights
from eval.pairs import Pair, load_pairs, pairs_set
from eval.planted import TRUE_KINDS, errors, names_in, paraphrases
from eval.support import Judged, best_cut, compare
from index.errors import UserError
from index.glossary import Glossary

GLOSSARY = Glossary(groups=(("harbour tram", "valley line"),))
SENTENCE = (
    "In the end, the harbour tram of Anna Berg had cost 35,000 crowns by 6 March 2022, 4% more than Karl Lind said."
)
NAMES = ("Anna Berg", "Karl Lind", "Mona Dahl", "Oldwater")


def made(kind: str, text: str = SENTENCE) -> str:
    chance = random.Random(3)
    every = [*paraphrases(text, GLOSSARY, chance), *errors(text, NAMES, GLOSSARY, chance)]
    return next(one.text for one in every if one.kind == kind)


def test_paraphrases_keep_every_figure_and_date():
    for one in paraphrases(SENTENCE, GLOSSARY, random.Random(3)):
        assert one.true
        assert one.kind in TRUE_KINDS
        values = [token for token in read(one.text) if token.figure or token.date]
        own = [token for token in read(SENTENCE) if token.figure or token.date]
        assert all(any(agrees(value, other) for other in own) for value in values), one


def test_a_changed_digit_is_another_figure():
    own = [token for token in read(SENTENCE) if token.figure]
    changed = [token for token in read(made("digit changed")) if token.figure]
    assert sum(not any(agrees(value, other) for other in own) for value in changed) == 1


def test_a_moved_date_is_another_date():
    assert not any(token.date and agrees(token, read("6 March 2022")[0]) for token in read(made("date moved")))


def test_a_swapped_name_was_not_in_the_sentence():
    changed = made("name swapped")
    assert any(name in changed for name in ("Mona Dahl", "Oldwater"))
    assert not all(name in changed for name in ("Anna Berg", "Karl Lind"))


def test_a_negation_is_added_behind_an_auxiliary_and_dropped_where_it_stands():
    assert " had not cost " in made("negation added")
    assert made("negation dropped", "The tram was not late.") == "The tram was late."


def test_a_reversal_and_a_unit_change_touch_one_word():
    assert "4% less than" in made("reversed")
    assert "4 yuan more" in made("unit changed")


def test_names_of_a_collection_are_runs_of_capitals_that_do_not_merely_open_a_sentence():
    assert names_in(["The mayor Anna Berg left Oldwater.", "Rain fell."]) == ["Anna Berg", "Oldwater"]


def test_the_halves_share_no_article_and_come_out_the_same_twice(town: Library):
    engine = town.search()
    halves = [list(own_claims(engine, development=half)) for half in (True, False)]
    articles = [{claim.article for claim in half} for half in halves]
    assert articles[0]
    assert articles[1]
    assert not articles[0] & articles[1]
    again = [(claim.made, claim.article) for claim in own_claims(engine, development=True)]
    assert again == [(claim.made, claim.article) for claim in halves[0]]


def test_true_sentences_of_the_town_pass_and_changed_figures_do_not(town: Library):
    engine = town.search()
    claims = [claim for half in (True, False) for claim in own_claims(engine, development=half)]
    for claim, verdict in judged(engine, iter(claims), retrieved=0):
        if claim.made.kind in {"as written", "digit changed", "date moved", MOVED}:
            assert verdict.supported is claim.made.true, (claim.made, verdict)


def test_a_report_counts_what_is_lost_and_what_is_caught(town: Library):
    lines = list(report(town.search(), development=True))
    assert lines[0] == "true sentences, lost"
    assert "planted errors, caught" in lines
    assert any(line.split()[:2] == ["as", "written"] and line.endswith("0.0%") for line in lines)


def write(path, **changed):
    row = {"id": "a", "context": "(meta data) TITLE: A title\nIt rained.", "claim": "Rain fell.", "label": "supported"}
    path.write_text(json.dumps(row | changed) + "\n", encoding="utf-8")
    return path


def test_pairs_are_read_with_their_title_apart(tmp_path):
    (pair,) = load_pairs(write(tmp_path / "pairs.jsonl"))
    assert pair == Pair(id="a", claim="Rain fell.", label="supported", title="A title", text="It rained.")
    assert pairs_set("set", [pair]).documents == {"a": ("A title", "It rained.")}


@pytest.mark.parametrize("changed", [{"label": "perhaps"}, {"context": None}])
def test_a_file_of_another_form_is_one_line(tmp_path, changed):
    with pytest.raises(UserError, match="holds no labelled claims"):
        load_pairs(write(tmp_path / "pairs.jsonl", **changed))


def test_the_cut_of_the_best_f_half_prefers_precision():
    assert best_cut([0.9, 0.8, 0.7, 0.2], [True, True, False, True]) == 0.8


def test_three_methods_are_compared_on_the_same_claims():
    def one(label: str, value: float) -> Judged:
        verdict = Verdict(supported=value > 0.5, score=value, reason=None, receipt=None)
        pair = Pair(id="a", claim="c", label=label, title="", text="t")
        return Judged(pair=pair, overlap=1 - value, cosine=0.5, verdict=verdict)

    judged_pairs = [one("supported", 0.9), one("supported", 0.8), one("partially_supported", 0.3)]
    rows = {row.method: row for row in compare(judged_pairs, judged_pairs)}
    assert (rows["support check"].precision, rows["support check"].recall, rows["support check"].area) == (1, 1, 1)
    assert rows["word overlap"].area == 0
    assert rows["encoder cosine"].area == 0.5


def test_fitting_finds_the_feature_that_tells_and_a_threshold_that_keeps_what_is_true():
    chance = np.random.default_rng(1)
    claims = []
    for right in [True, False] * 60:
        rows = chance.normal(size=(4, len(FEATURES)))
        rows[:, 2] += 3 * right
        claims.append((rows, np.array([True, True, False, False]), right))
    linear = fit_weights(claims)
    assert int(np.argmax(linear.weight)) == 2
    own = [rows for rows, _, right in claims if right]
    assert fit_cut(linear, claims, own) <= fit_cut(linear, claims, own[:1] * 100) + 1
    kept = fit_cut(linear, claims, own)
    assert 0 < kept < 1
