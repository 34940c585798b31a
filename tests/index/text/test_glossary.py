"""A glossary joins the names of one thing; a question under one of them is searched under all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleUnreadable
from index.search.fusion import MAX_WORDINGS, wordings
from index.text.glossary import Glossary, load_glossary

NAIL = ("Zhejiang Government Nail", "Zhezhengding", "浙政钉")
VISIT = ("Maximum One Visit", "run at most once")
GLOSSARY = Glossary((NAIL, VISIT))


def everywhere(_: str) -> bool:
    return True


def test_alias_tables_are_groups_of_names():
    text = '[[alias]]\nname = "A  one"\nalso = ["B", "B", "A one"]\n\n[[alias]]\nname = "C"\n'

    assert Glossary.parse(text, "g").groups == (("A one", "B"), ("C",))
    assert Glossary.parse("", "g") == Glossary()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[alias]", "not valid TOML"),
        ('[alias]\nname = "A"', "unknown entry 'alias'"),
        ('alias = "A"', "unknown entry 'alias'"),
        ('[[aliases]]\nname = "A"', "unknown entry 'aliases'"),
        ('[[alias]]\nalso = ["A"]', "alias number 1 has no usable names"),
        ('[[alias]]\nname = "A"\n[[alias]]\nname = " "', "alias number 2 has no usable names"),
        ('[[alias]]\nname = "A"\nalso = [1]', "alias number 1 has no usable names"),
        ('[[alias]]\nname = "A"\nalso = "B"', "alias number 1 has no usable names"),
        ('[[alias]]\nname = "A"\nalso = 5', "alias number 1 has no usable names"),
        ('[[alias]]\nname = "A"\nalias = ["B"]', "alias number 1 has no usable names"),
        ("alias = [1]", "alias number 1 has no usable names"),
    ],
)
def test_a_glossary_of_another_form_is_refused_with_the_right_one(text, problem):
    with pytest.raises(ArticleUnreadable, match=rf"^g\.toml: {problem}.*write \[\[alias\]\] tables with name = "):
        Glossary.parse(text, "g.toml")


@pytest.mark.parametrize("data", [b"[[alias]]\nname = '\xff'", None])
def test_a_glossary_file_that_cannot_be_read_is_refused(tmp_path, data):
    path = tmp_path / "glossary.toml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(ArticleUnreadable, match=r"glossary\.toml: cannot be read"):
        load_glossary(path)


def test_groups_that_share_a_name_become_one():
    a, b, c = Glossary((("A", "B"), ("X", "Y"))), Glossary((("C", "D"),)), Glossary((("b", "d", "E"),))

    merged = Glossary.merged([a, b, c])

    assert merged.groups == (("X", "Y"), ("A", "B", "C", "D", "b", "d", "E"))


@given(st.lists(st.lists(st.sampled_from("ABCDEFGHabcd"), min_size=1, max_size=3), max_size=8))
def test_after_merging_no_name_is_in_two_groups(groups):
    merged = Glossary.merged([Glossary((tuple(dict.fromkeys(group)),)) for group in groups])

    names = [name for group in merged.groups for name in {name.lower() for name in group}]
    assert sorted(names) == sorted({name.lower() for group in groups for name in group})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What is Zhezhengding?", ["Zhezhengding"]),
        ("what is zhezhengding", ["zhezhengding"]),
        ("the Zhejiang  government-nail app", ["Zhejiang  government-nail"]),
        ("Zhezhengding's users", ["Zhezhengding's"]),
        ("the Zhezhengdings", ["Zhezhengdings"]),
        ("Zhezhengdingers", []),
        ("preZhezhengding", []),
        ("用浙政钉办公", ["浙政钉"]),
        ("Maximum One Visit and Zhezhengding", ["Maximum One Visit", "Zhezhengding"]),
        ("nothing of it", []),
        ("", []),
    ],
)
def test_names_are_found_as_whole_words_and_in_chinese_anywhere(text, found):
    assert [name for name, _ in GLOSSARY.found_in(text)] == found


def test_a_longer_name_hides_the_shorter_one_within_it():
    glossary = Glossary((("nail", "pin"), NAIL))

    found = glossary.found_in("the Zhejiang Government Nail and a nail")

    assert found == [("Zhejiang Government Nail", NAIL), ("nail", ("nail", "pin"))]


def test_names_with_signs_in_them_are_no_patterns():
    glossary = Glossary((("a+b (c)", "x"), ("C++", "y")))

    assert [name for name, _ in glossary.found_in("is a+b (c) like C++?")] == ["a+b (c)", "C++"]
    assert glossary.found_in("aab c CC") == []


def test_a_question_is_put_under_the_other_names_that_occur():
    found = wordings("What is Zhezhengding?", GLOSSARY, lambda name: name != "浙政钉")

    assert found == ["What is Zhezhengding?", "What is Zhejiang Government Nail?"]


def test_a_name_is_replaced_as_a_word_and_not_within_another_one():
    glossary = Glossary((("tram", "light rail"),))

    found = wordings("Does the tram cross the tramway?", glossary, everywhere)

    assert found[1] == "Does the light rail cross the tramway?"


def test_a_question_without_an_alias_has_one_wording():
    assert wordings("Who resigned?", GLOSSARY, everywhere) == ["Who resigned?"]


def test_a_question_with_many_aliases_has_few_wordings():
    glossary = Glossary((tuple(f"name{n}" for n in range(20)),))

    found = wordings("What is name3, really?", glossary, everywhere)

    assert len(found) == MAX_WORDINGS
    assert found[1] == "What is name0, really?"


def test_the_shared_glossary_of_the_program_is_valid(repository):
    text = load_glossary(repository / "index" / "articles" / "glossary.toml")

    groups = Glossary.parse(text, "glossary.toml").groups

    assert Glossary.merged([Glossary(groups)]).groups == groups


@pytest.mark.parametrize("value", ["[" * 5000, "9" * 5000])
def test_a_glossary_that_is_made_to_break_its_parser_is_refused(value):
    with pytest.raises(ArticleUnreadable, match=r"glossary\.toml: not valid TOML"):
        Glossary.parse(f"alias = {value}\n", "glossary.toml")
