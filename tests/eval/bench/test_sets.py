"""Public test sets: read to the letter, split once by article, answers compared as SQuAD does."""

import hashlib
import json
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.calibrate import fit_threshold
from eval.bench.sets import BenchSet, article_of, load_set
from eval.cases.short_answers import normalise
from index.errors import UserError

Row = Mapping[str, object]


def write_set(
    folder: Path,
    documents: Sequence[Row],
    questions: Sequence[Row],
    relevant: Sequence[tuple[str, str, int]],
    suffix: str = "",
) -> Path:
    """A test set in the documented form."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus.jsonl", documents), (f"queries{suffix}.jsonl", questions)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf-8")
    lines = "".join(f"{question}\t{document}\t{grade}\n" for question, document, grade in relevant)
    (folder / f"qrels{suffix}.tsv").write_text(lines, encoding="utf-8")
    return folder


def document(id_: str, text: str = "The dam has five gates.", **more: object) -> Row:
    return {"id": id_, "title": "A title", "text": text, **more}


def question(id_: str, *, answers: list[str] | None = None, answerable: bool = True) -> Row:
    return {"id": id_, "question": f"What of {id_}?", "answers": answers, "answerable": answerable}


@pytest.fixture
def squad(tmp_path: Path) -> BenchSet:
    """Five articles of two paragraphs, and a question about each paragraph."""
    names = ["Dams", "Anna_Berg", "Zoo", "Maps", "Bees"]
    paragraphs = [f"{name}#{n}" for name in names for n in range(2)]
    write_set(
        tmp_path / "squad",
        [document(id_) for id_ in paragraphs],
        [question(f"q-{id_}", answers=["five"], answerable=not id_.endswith("1")) for id_ in paragraphs],
        [(f"q-{id_}", id_, 0 if id_.endswith("1") else 1) for id_ in paragraphs],
    )
    return load_set(tmp_path / "squad")


def articles_asked_about(bench: BenchSet, *, development: bool) -> set[str | None]:
    return {article_of(document) for q in bench.half(development=development) for document in q.relevant}


# Reading


def test_documents_and_questions_are_read_as_they_stand(squad: BenchSet) -> None:
    first = squad.questions[0]

    assert squad.name == "squad"
    assert squad.documents["Dams#0"] == ("A title", "The dam has five gates.")
    assert (first.id, first.text, first.answers, first.answerable) == ("q-Dams#0", "What of q-Dams#0?", ("five",), True)
    assert first.relevant == {"Dams#0": 1}
    assert squad.questions[1].relevant == {"Dams#1": 0}
    assert not squad.questions[1].answerable


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    text = "One\u2028two\x85three\x0cfour\x1cfive"

    bench = load_set(write_set(tmp_path / "set", [document("d", text)], [question("q")], [("q", "d", 1)]))

    assert bench.documents["d"][1] == text


def test_a_question_without_answers_or_relevant_documents_is_kept(tmp_path: Path) -> None:
    bench = load_set(write_set(tmp_path / "set", [document("d")], [question("q"), question("r")], [("r", "d", 2)]))

    assert [(q.id, q.answers, dict(q.relevant)) for q in bench.questions] == [("q", (), {}), ("r", (), {"d": 2})]


def test_documents_become_articles_but_not_those_without_text(tmp_path: Path) -> None:
    documents = [document("d", title=None), document("e", " \n"), document("f", "Other.", title="")]

    bench = load_set(write_set(tmp_path / "set", documents, [], []))

    assert [(a.source, a.name, a.title, a.text) for a in bench.articles()] == [
        ("bench:d", "d", None, "The dam has five gates."),
        ("bench:f", "f", None, "Other."),
    ]


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_set_that_lacks_a_file_is_an_error_that_says_what_is_needed(tmp_path: Path, missing: str) -> None:
    folder = write_set(tmp_path / "set", [document("d")], [question("q")], [("q", "d", 1)])
    (folder / missing).unlink()

    with pytest.raises(UserError, match=r"is no test set .*it needs corpus\.jsonl, queries\.jsonl") as caught:
        load_set(folder)

    assert missing in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("corpus.jsonl", "{"),
        ("corpus.jsonl", '{"id": "d"}\n'),
        ("corpus.jsonl", "[1]\n"),
        ("queries.jsonl", '{"id": "q", "question": "What?"}\n'),
        ("qrels.tsv", "q\td\n"),
        ("qrels.tsv", "q\td\thigh\n"),
    ],
)
def test_a_file_of_another_form_is_an_error_of_one_line(tmp_path: Path, name: str, text: str) -> None:
    folder = write_set(tmp_path / "set", [document("d")], [question("q")], [("q", "d", 1)])
    (folder / name).write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match="is no test set") as caught:
        load_set(folder)

    assert "\n" not in str(caught.value)


# Halves


def test_articles_in_order_go_to_development_and_held_out_in_turn(squad: BenchSet) -> None:
    assert articles_asked_about(squad, development=True) == {"Anna_Berg", "Dams", "Zoo"}
    assert articles_asked_about(squad, development=False) == {"Bees", "Maps"}


def test_the_order_of_the_files_does_not_change_the_halves(squad: BenchSet, tmp_path: Path) -> None:
    again = write_set(
        tmp_path / "again",
        [document(id_) for id_ in reversed(squad.documents)],
        [question(q.id) for q in reversed(squad.questions)],
        [(q.id, id_, grade) for q in reversed(squad.questions) for id_, grade in q.relevant.items()],
    )

    halves = {q.id: q.development for q in load_set(again).questions}

    assert halves == {q.id: q.development for q in squad.questions}


def test_paragraphs_named_by_two_figures_belong_to_the_article_of_the_first(tmp_path: Path) -> None:
    ids = [f"en-{article:02}-{paragraph:02}" for article in range(4) for paragraph in range(2)]
    folder = write_set(
        tmp_path / "xquad",
        [document(id_) for id_ in ids],
        [question(f"q{id_}") for id_ in ids],
        [(f"q{id_}", id_, 1) for id_ in ids],
    )

    bench = load_set(folder)

    assert articles_asked_about(bench, development=True) == {"en-00", "en-02"}
    assert articles_asked_about(bench, development=False) == {"en-01", "en-03"}


def test_where_a_set_has_halves_of_its_own_they_are_taken(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", [document("MED-1")], [question("t")], [("t", "MED-1", 2)])
    write_set(folder, [document("MED-1")], [question("d")], [("d", "MED-1", 1)], suffix="_dev")

    bench = load_set(folder)

    assert [(q.id, q.relevant["MED-1"]) for q in bench.half(development=True)] == [("d", 1)]
    assert [(q.id, q.relevant["MED-1"]) for q in bench.half(development=False)] == [("t", 2)]


def test_elsewhere_the_hash_of_a_questions_id_decides(tmp_path: Path) -> None:
    names = [f"q{n}" for n in range(40)]

    bench = load_set(
        write_set(tmp_path / "set", [document("d")], [question(n) for n in names], [(n, "d", 1) for n in names])
    )

    for q in bench.questions:
        assert q.development == (hashlib.sha256(q.id.encode()).digest()[0] % 2 == 0)
    assert {q.development for q in bench.questions} == {True, False}


@pytest.mark.parametrize(
    ("id_", "article"),
    [
        ("Dams#3", "Dams"),
        ("A#b#3", "A"),
        ("en-07-03", "en-07"),
        ("two-words-07-03", "two-words-07"),
        ("MED-10", None),
        ("en-7-3", None),
        ("d", None),
        ("2021-03-09", "2021-03"),
    ],
)
def test_a_paragraphs_id_tells_its_article(id_: str, article: str | None) -> None:
    assert article_of(id_) == article


def test_a_part_has_the_paragraphs_of_its_articles_and_the_questions_about_them(squad: BenchSet) -> None:
    part = squad.part({"Dams", "Zoo"})

    assert list(part.documents) == ["Dams#0", "Dams#1", "Zoo#0", "Zoo#1"]
    assert [q.id for q in part.questions] == ["q-Dams#0", "q-Dams#1", "q-Zoo#0", "q-Zoo#1"]
    assert part.half(development=True) == list(part.questions)


# Sets as they are published


def write_beir(folder: Path, **splits: str) -> Path:
    """Two documents, three queries, and judgements by split."""
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "d1", "title": "Dam", "text": "Five gates.", "metadata": {}}, {"_id": "d2", "text": "A zoo."}]
    queries = [{"_id": f"q{n}", "text": f"query {n}", "metadata": {"x": 1}} for n in range(8)]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for split, lines in splits.items():
        (folder / "qrels" / f"{split}.tsv").write_text(f"query-id\tcorpus-id\tscore\n{lines}", encoding="utf-8")
    return folder


def test_beir_is_read_as_it_is_published(tmp_path: Path) -> None:
    bench = load_set(write_beir(tmp_path / "nf", test="q1\td1\t2\nq1\td2\t0\n"))

    assert dict(bench.documents) == {"d1": ("Dam", "Five gates."), "d2": ("", "A zoo.")}
    (question,) = bench.questions
    assert (question.id, question.text, question.answers, question.answerable) == ("q1", "query 1", (), True)
    assert question.relevant == {"d1": 2, "d2": 0}


def test_beirs_dev_split_is_development_and_its_test_split_held_out(tmp_path: Path) -> None:
    folder = write_beir(
        tmp_path / "nf", train="q3\td1\t1\n", dev="q1\td1\t1\nq2\td1\t1\n", test="q0\td1\t1\nq2\td2\t1\n"
    )

    bench = load_set(folder)

    assert [q.id for q in bench.half(development=True)] == ["q1"]
    assert [(q.id, dict(q.relevant)) for q in bench.half(development=False)] == [("q0", {"d1": 1}), ("q2", {"d2": 1})]


def test_beirs_train_split_is_development_where_there_is_no_dev(tmp_path: Path) -> None:
    bench = load_set(write_beir(tmp_path / "fact", train="q3\td1\t1\n", test="q0\td1\t1\n"))

    assert [q.id for q in bench.half(development=True)] == ["q3"]
    assert [q.id for q in bench.half(development=False)] == ["q0"]


def test_a_single_split_of_beir_is_halved_by_the_hash_of_the_ids(tmp_path: Path) -> None:
    bench = load_set(write_beir(tmp_path / "one", test="".join(f"q{n}\td1\t1\n" for n in range(8))))

    expected = [f"q{n}" for n in range(8) if hashlib.sha256(f"q{n}".encode()).digest()[0] % 2 == 0]
    assert [q.id for q in bench.half(development=True)] == expected
    assert 0 < len(expected) < 8


def write_squad(path: Path, titles: Sequence[str] = ("Dams", "Anna_Berg", "Zoo")) -> Path:
    """Articles of two paragraphs, each with an answerable question and, in the second, an impossible one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answers = [{"text": "five", "answer_start": 12}, {"text": "five", "answer_start": 12}]
    answers.append({"text": "five gates", "answer_start": 12})

    def paragraph(title: str, n: int) -> Row:
        asked: list[Row] = [{"id": f"{title}-{n}", "question": "How many?", "answers": answers}]
        if n:
            asked.append({"id": f"{title}-no", "question": "Why?", "answers": [], "is_impossible": True})
        return {"context": f"The dam has five gates, says {title} {n}.", "qas": asked}

    data = [{"title": title, "paragraphs": [paragraph(title, n) for n in range(2)]} for title in titles]
    path.write_text(json.dumps({"version": "v2.0", "data": data}), encoding="utf-8")
    return path.parent


def test_squad_is_read_as_it_is_published(tmp_path: Path) -> None:
    bench = load_set(write_squad(tmp_path / "squad" / "dev-v2.0.json"))

    assert list(bench.documents) == ["Dams#0", "Dams#1", "Anna_Berg#0", "Anna_Berg#1", "Zoo#0", "Zoo#1"]
    assert bench.documents["Anna_Berg#1"] == ("Anna Berg", "The dam has five gates, says Anna_Berg 1.")
    answerable, second, impossible = bench.questions[:3]
    assert (answerable.text, answerable.answers, answerable.relevant) == (
        "How many?",
        ("five", "five gates"),
        {"Dams#0": 1},
    )
    assert second.relevant == {"Dams#1": 1}
    assert (impossible.answerable, impossible.answers, impossible.relevant) == (False, (), {"Dams#1": 0})


def test_squad_is_halved_by_article(tmp_path: Path) -> None:
    bench = load_set(write_squad(tmp_path / "squad" / "dev-v2.0.json"))

    assert articles_asked_about(bench, development=True) == {"Anna_Berg", "Zoo"}
    assert articles_asked_about(bench, development=False) == {"Dams"}


def test_a_title_that_comes_twice_goes_on_counting_its_paragraphs(tmp_path: Path) -> None:
    bench = load_set(write_squad(tmp_path / "squad" / "train.json", ["Dams", "Dams"]))

    assert list(bench.documents) == ["Dams#0", "Dams#1", "Dams#2", "Dams#3"]


def test_other_json_files_beside_squad_are_no_matter_but_a_second_set_is(tmp_path: Path) -> None:
    folder = write_squad(tmp_path / "squad" / "dev-v2.0.json")
    (folder / "package.json").write_text('{"data": 1}', encoding="utf-8")
    assert len(load_set(folder).questions) == 9

    write_squad(folder / "train-v2.0.json")
    with pytest.raises(UserError, match=r"dev-v2\.0\.json, train-v2\.0\.json are each one .*a folder of its own"):
        load_set(folder)


@pytest.mark.parametrize(
    ("lines", "told"),
    [("q1\td1\n", r"test\.tsv:2: line: has 2 columns"), ("q1\td1\tx\n", r"test\.tsv:2: score: is 'x'")],
)
def test_a_wrong_line_of_a_published_set_is_named(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        load_set(write_beir(tmp_path / "nf", test=lines))


def test_our_own_judgements_count_where_both_are_there(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "both", test="q1\td1\t1\n")
    write_set(folder, [document("d")], [question("q")], [("q", "d", 1)])

    assert [q.id for q in load_set(folder).questions] == ["q"]


@pytest.mark.shared
def test_squad_as_it_is_published_gives_what_our_copy_of_it_gives(shared: Path, tmp_path: Path) -> None:
    ours = load_set(shared / "bench" / "squad2_dev")
    asked: dict[str, list[Row]] = {}
    for q in ours.questions:
        (paragraph,) = q.relevant
        text = ours.documents[paragraph][1]
        answers = [{"text": answer, "answer_start": text.find(answer)} for answer in q.answers]
        row = {"id": q.id, "question": q.text, "answers": answers, "is_impossible": not q.answerable}
        asked.setdefault(paragraph, []).append(row)
    articles: dict[str, list[Row]] = {}
    for id_, (_, text) in ours.documents.items():
        articles.setdefault(str(article_of(id_)), []).append({"context": text, "qas": asked.get(id_, [])})
    data = [{"title": title, "paragraphs": paragraphs} for title, paragraphs in articles.items()]
    (tmp_path / "dev.json").write_text(json.dumps({"data": data}), encoding="utf-8")

    raw = load_set(tmp_path)

    assert len(raw.documents) == len(ours.documents)
    halves = {q.id: (q.text, q.answers, q.answerable, q.development) for q in ours.questions}
    assert {q.id: (q.text, q.answers, q.answerable, q.development) for q in raw.questions} == halves


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "documents", "questions"),
    [("squad2_dev", 1204, 11_873), ("xquad_en", 240, 1185), ("xquad_zh", 240, 1181), ("nfcorpus", 3633, None)],
)
def test_the_public_sets_have_their_sizes_and_halves_that_share_no_article(
    shared: Path, name: str, documents: int, questions: int | None
) -> None:
    bench = load_set(shared / "bench" / name)

    assert len(bench.documents) == documents
    assert questions is None or len(bench.questions) == questions
    development, held_out = (articles_asked_about(bench, development=half) for half in (True, False))
    if development != {None}:
        assert not development & held_out
        articles = sorted({str(article_of(id_)) for id_ in bench.documents})
        assert development == set(articles[::2])
        assert held_out == set(articles[1::2])
    else:
        assert len(bench.half(development=False)) == 323
    assert all(set(q.relevant) <= set(bench.documents) for q in bench.questions)
    assert all(q.answerable for q in bench.questions if any(grade > 0 for grade in q.relevant.values()))


# Short answers


def squad_normalise(text: str) -> str:
    """As SQuAD's own evaluate-v2.0.py has it."""

    def remove_articles(text: str) -> str:
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def white_space_fix(text: str) -> str:
        return " ".join(text.split())

    def remove_punctuation(text: str) -> str:
        exclude = set(string.punctuation)
        return "".join(character for character in text if character not in exclude)

    return white_space_fix(remove_articles(remove_punctuation(text.lower())))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Dam", "dam"),
        ("a  dam,\nan  Oldwater dam.", "dam oldwater dam"),
        ("U.S.", "us"),
        ("35,000 crowns", "35000 crowns"),
        ("anthem and theatre", "anthem and theatre"),
        ("the", ""),
        ("don't", "dont"),
        ("「大坝」", "「大坝」"),
    ],
)
def test_answers_are_compared_without_case_punctuation_and_articles(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(st.text(alphabet="aAtThHeE nN.,'-\n大1", max_size=40))
def test_answers_are_normalised_by_squads_own_rules(text: str) -> None:
    assert normalise(text) == squad_normalise(text)
    assert normalise(normalise(text)) == normalise(text)


# Thresholds

asked = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60).filter(
    lambda rows: any(g for _, g in rows)
)


@given(asked, st.sampled_from([0.0, 0.02, 0.04, 0.1, 0.5]))
def test_a_fitted_threshold_refuses_no_more_of_the_answerable_than_allowed_and_reports_what_it_does(
    rows: list[tuple[float, bool]], refuse: float
) -> None:
    fitted = fit_threshold([score for score, _ in rows], [good for _, good in rows], refuse=refuse)

    answered = [good for score, good in rows if score >= fitted.threshold]
    good = sum(good for _, good in rows)
    assert good - sum(answered) <= refuse * good
    assert fitted.questions == len(rows)
    assert fitted.coverage == pytest.approx(len(answered) / len(rows))
    assert fitted.risk == pytest.approx(answered.count(False) / max(1, len(answered)))
    assert fitted.refused_answerable == pytest.approx((good - sum(answered)) / good)


def test_a_threshold_cannot_be_fitted_without_an_answerable_question() -> None:
    with pytest.raises(ValueError, match="no answerable question"):
        fit_threshold([0.3], [False], refuse=0.05)
