"""Planted errors, labelled pairs and what is reported of them."""

import json
import random

import pytest
from library import Library

from assistant.checking.support import Verdict
from assistant.language.values import agrees, read
from assistant.settings.locations import default_files
from eval.lab.support_check.caught import judged, table
from eval.lab.support_check.labelled_claims import Judged, best_cut, compare
from eval.lab.support_check.negations import denials
from eval.lab.support_check.pairs import Pair, load_pairs, pairs_set
from eval.lab.support_check.paraphrases import Paraphrase, exchanges, load_paraphrases
from eval.lab.support_check.planted_claims import MOVED, OWN_WORDS, denied_sentences, denied_set, own_claims, tells
from eval.lab.support_check.planted_errors import errors, names_in, paraphrases
from index.errors import UserError
from index.search.engine import Filters
from index.text.glossary import Glossary
from index.text.loading import load

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


def test_a_negation_is_dropped_where_it_stands():
    assert made("negation dropped", "The tram was not late.") == "The tram was late."


def test_a_number_word_is_changed_to_another():
    changed = made("number word changed", "Two trams and five buses left.")
    assert changed != "Two trams and five buses left."
    assert len(changed.split()) == 6


def test_a_word_is_swapped_for_another_of_the_same_ending():
    made_of = errors(
        "The tram carried passengers.", (), GLOSSARY, random.Random(3), words=("buried", "harbours", "tower")
    )
    swapped = [one.text for one in made_of if one.kind == "word swapped"]
    assert swapped in (["The tram buried passengers."], ["The tram carried harbours."])


def test_figures_are_exchanged_where_they_count_different_things():
    assert made("figures exchanged", "It built 30 trams and 61 halls.") == "It built 61 trams and 30 halls."


def test_each_way_to_deny_makes_a_sentence_of_its_own_and_none_of_what_is_denied():
    said = dict(denials("The mayor and the harbour were ready with a clear plan."))
    assert said["not"] == "The mayor and the harbour were not ready with a clear plan."
    assert said["neither"] == "Neither The mayor nor the harbour were ready with a clear plan."
    assert said["without"] == "The mayor and the harbour were ready without a clear plan."
    assert said["un-"] == "The mayor and the harbour were ready with a unclear plan."
    assert dict(denials("It was to build a tram."))["failed to"] == "It failed to build a tram."
    assert dict(denials("It had a tram."))["lacked"] == "It lacked a tram."
    assert dict(denials("It had a tram."))["no"] == "It had no tram."
    assert not list(denials("Nobody had a tram."))


def test_every_paraphrase_quotes_sentences_that_stand_in_its_articles_of_one_half():
    texts = {path.stem: load(path, path.read_bytes())[0].text for path in default_files()}
    half = {id_: place % 2 for place, id_ in enumerate(sorted(texts))}
    written = load_paraphrases()
    assert len(written) > 150
    for one in written:
        assert all(quote in texts[id_] for id_, quote in one.quotes), one
        assert one.text not in "".join(texts[id_] for id_ in one.articles)
        assert len(one.articles) <= 2
        assert len({half[id_] for id_ in one.articles}) == 1, one


def test_what_one_article_says_is_given_to_the_other():
    quotes = (("a", "Anna Berg left on 6 March."), ("b", "Karl Lind built 3 trams by 9 May."))
    one = Paraphrase(
        text="Anna Berg left on 6 March, and Karl Lind built 3 trams by 9 May.", articles=("a", "b"), quotes=quotes
    )
    assert list(exchanges(one)) == [
        "Anna Berg left on 9 May, and Karl Lind built 3 trams by 6 March.",
        "Karl Lind left on 6 March, and Anna Berg built 3 trams by 9 May.",
    ]


def test_a_reversal_and_a_unit_change_touch_one_word():
    assert "4% less than" in made("reversed")
    assert "4 yuan more" in made("unit changed")


def test_a_reversal_changes_whichever_word_is_drawn():
    for seed in range(10):
        assert "reversed" in {one.kind for one in errors("It rose from 3 to 4.", (), GLOSSARY, random.Random(seed))}


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


def test_a_table_counts_what_is_lost_and_what_is_caught(town: Library):
    engine = town.search()
    lines = list(table(judged(engine, own_claims(engine, development=True), retrieved=0)))
    assert lines[0] == f"{OWN_WORDS}: true sentences, lost"
    assert f"{OWN_WORDS}: planted errors, caught" in lines
    assert any(line.split()[:2] == ["as", "written"] and line.endswith("0.0%") for line in lines)


def test_in_denied_articles_denials_are_true_and_plain_sentences_are_not(town: Library):
    engine = town.search()
    sentences = denied_sentences(engine, development=True)
    assert sentences
    bench = denied_set(engine, sentences)
    assert all(one.text in bench.documents[one.article][1] for one in sentences)
    assert not any(one.plain in bench.documents[one.article][1] for one in sentences)


def test_a_passage_tells_what_it_says_in_nearly_the_same_words(town: Library):
    (passage, *_) = town.search().search("The river rose by three metres", k=1, filters=Filters()).passages
    assert tells(passage, "By three metres the river rose in March.")
    assert not tells(passage, "By four metres the river rose in March.")
    assert not tells(passage, "The harbour froze in March.")


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


def test_the_methods_are_compared_on_the_same_claims():
    def one(label: str, value: float) -> Judged:
        verdict = Verdict(supported=value > 0.5, score=value, reason=None, receipt=None)
        pair = Pair(id="a", claim="c", label=label, title="", text="t")
        return Judged(pair=pair, overlap=1 - value, cosine=0.5, verdict=verdict, signs=(value, 0.0, value))

    judged_pairs = [one("supported", 0.9), one("supported", 0.8), one("partially_supported", 0.3)]
    rows = {row.method: row for row in compare(judged_pairs, judged_pairs)}
    assert (rows["support check"].precision, rows["support check"].recall, rows["support check"].area) == (1, 1, 1)
    assert rows["word overlap"].area == 0
    assert rows["encoder cosine"].area == 0.5
    assert rows["signs, weighed"].area == 1
