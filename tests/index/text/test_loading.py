"""Files become articles; what is no article is refused with its name and a remedy."""

import os
import subprocess
from pathlib import Path

import pytest

from index.errors import ArticleUnreadable, UserError
from index.text import finding
from index.text.finding import Found, find_files, find_glossaries, read_bytes
from index.text.formats.decoding import read_text
from index.text.formats.table import FORMATS
from index.text.loading import article_slug, load, load_text

TEXT = "A heading\n\nThe river rose.\nCafé, 改革.\n"


def article_in(path):
    return load(path, read_bytes(path))[0]


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".txt", ".text", ".MD"])
def test_text_files_are_articles(tmp_path, suffix):
    path = tmp_path / f"2021-03-09 River{suffix}"
    path.write_text(TEXT, encoding="utf-8")

    article = article_in(path)

    assert (article.text, article.name, article.source) == (TEXT, "2021-03-09 River", str(path))
    assert article.title == "A heading"
    assert len(article.source_sha256) == len(article.sha256) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_and_marks_give_the_same_text(encoding):
    assert read_text(TEXT.encode(encoding), "a.txt") == TEXT


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_either_byte_order_is_read(order):
    assert read_text("\ufeff改革 rose".encode(order), "a.txt") == "改革 rose"


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_ends_of_all_systems_become_one(line_end):
    assert read_text(TEXT.replace("\n", line_end).encode(), "a.txt") == TEXT


def test_the_bytes_decide_the_source_hash_and_the_text_its_own():
    unix, windows = (load_text(data, Path("/a.md")) for data in (b"# T\n\nA.\n", b"# T\r\n\r\nA.\r\n"))

    assert unix.sha256 == windows.sha256
    assert unix.source_sha256 != windows.source_sha256


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xe9",
        b"\xff",
        b"\xff\xfe\x00\xd8",
        b"%PDF-1.7\n\xe2\xe3\xcf\xd3",
        b"a\0b",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\xef\xbb\xbf\xff",
    ],
)
def test_what_is_no_text_is_refused_with_its_name(data):
    with pytest.raises(ArticleUnreadable, match=r"junk\.txt: .*convert it"):
        read_text(data, "junk.txt")


@pytest.mark.parametrize("data", [b" \n\t\n", b"\xef\xbb\xbf", b"---\ntitle: Only a title\n---\n"])
def test_a_file_without_text_is_refused(data):
    with pytest.raises(ArticleUnreadable, match=r"empty\.md: no text in it"):
        load_text(data, Path("/empty.md"))


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_an_empty_file_is_told_to_be_empty_whatever_its_format(suffix):
    with pytest.raises(ArticleUnreadable, match=r"/new\.\w+: the file is empty; leave it out, or copy it again"):
        load(Path(f"/new{suffix}"), b"")


def test_binary_data_are_not_said_to_be_in_another_encoding():
    with pytest.raises(ArticleUnreadable, match=r"junk\.txt: binary data, not text; leave it out"):
        read_text(bytes(range(256)) * 4, "junk.txt")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(finding, "MAX_FILE_BYTES", 2_000_000)
    path = tmp_path / "large.txt"
    path.write_bytes(b"a" * 2_000_001)

    with pytest.raises(ArticleUnreadable, match=r"large\.txt: 2 MB is more than the 2 MB"):
        read_bytes(path)


def test_a_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(ArticleUnreadable, match=r"gone\.md: cannot be read \(No such file"):
        read_bytes(tmp_path / "gone.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_refused(tmp_path):
    path = tmp_path / "secret.md"
    path.write_text(TEXT)
    path.chmod(0)

    with pytest.raises(ArticleUnreadable, match=r"secret\.md: cannot be read \(Permission denied\)"):
        read_bytes(path)


def test_a_type_that_cannot_be_read_is_named_with_those_that_can(tmp_path):
    path = tmp_path / "photo.png"

    with pytest.raises(ArticleUnreadable, match=r"photo\.png: \.png files cannot be read; supported: \.md"):
        load(path, b"\x89PNG")


def test_folders_are_searched_in_order_and_hidden_files_and_notices_passed_over(tmp_path):
    for name in (
        "b.md",
        "a.txt",
        "sub/c.md",
        "sub/.hidden.md",
        ".git/d.md",
        "README.md",
        "sub/readme.txt",
        "LICENSE.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT)
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "glossary.toml").write_text("")
    (tmp_path / "sub" / "glossary.toml").write_text("")

    found = find_files([tmp_path])

    assert [p.relative_to(tmp_path).as_posix() for p in found.files] == ["a.txt", "b.md", "sub/c.md"]
    assert [p.name for p in found.unsupported] == ["photo.png"]
    aside = [p.relative_to(tmp_path).as_posix() for p in found.set_aside]
    assert aside == ["LICENSE.txt", "README.md", "sub/glossary.toml", "sub/readme.txt"]
    assert find_files([tmp_path, tmp_path / "README.md", tmp_path / "sub"]).set_aside == [
        tmp_path / "LICENSE.txt",
        tmp_path / "sub" / "readme.txt",
    ]


def test_a_file_that_was_named_is_always_taken(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(TEXT)

    assert find_files([readme]) == Found(files=[readme], unsupported=[], set_aside=[])


def test_a_file_that_was_named_twice_is_found_once(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TEXT)

    assert find_files([path, tmp_path, tmp_path / "." / "a.md"]).files == [path]


def test_relative_paths_are_found_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "a.md").write_text(TEXT)
    monkeypatch.chdir(tmp_path)

    assert find_files([Path("a.md")]).files == [tmp_path / "a.md"]


def test_a_path_that_does_not_exist_is_the_users_mistake(tmp_path):
    with pytest.raises(UserError, match=r"no file or folder .*missing'; check the path"):
        find_files([tmp_path / "missing"])


def test_glossaries_stand_directly_in_the_folders(tmp_path):
    (tmp_path / "sub").mkdir()
    for folder in (tmp_path, tmp_path / "sub"):
        (folder / "glossary.toml").write_text("")

    assert find_glossaries([tmp_path]) == [tmp_path / "glossary.toml"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("2022-03-06 Wu Xiaodong", "2022-03-06-wu-xiaodong"),
        ("a__b..c", "a-b-c"),
        ("数字 改革", "数字-改革"),
        ("Über Öl", "über-öl"),
        ("!!!", "article"),
        ("", "article"),
    ],
)
def test_an_id_is_readable_in_any_script(name, slug):
    assert article_slug(name) == slug


def test_the_shared_articles_load_with_what_their_front_matter_says(shared):
    found = find_files([shared / "articles"])

    articles = {a.name: a for a in map(article_in, found.files)}

    assert found.unsupported == []
    assert {name: str(a.published) for name, a in articles.items()} == {
        "2020-03-26-integrated-intelligent-governance": "2020-03-26",
        "2021-03-09-zhejiang-plan-interview": "2021-03-09",
        "2022-03-06-wu-xiaodong": "2022-03-06",
        "2022-04-26-promotion-meeting": "2022-04-26",
        "2022-10-28-yiwu-arrangements": "2022-10-28",
    }
    agency = {name for name, a in articles.items() if a.publisher == "China News Service"}
    assert agency == {"2021-03-09-zhejiang-plan-interview", "2022-03-06-wu-xiaodong"}
    assert all(a.publisher is None for name, a in articles.items() if name not in agency)
    assert (
        articles["2022-03-06-wu-xiaodong"].title == 'Wu Xiaodong: Deepening digital reform and building "Digital China"'
    )
    assert articles["2022-10-28-yiwu-arrangements"].title.startswith("Yiwu makes arrangements")
    assert {a.language for a in articles.values()} == {"en"}
    assert {a.url for a in articles.values()} == {None}
    assert not any(a.text.startswith("---") or "seed:" in a.text for a in articles.values())


def test_a_title_without_end_is_cut_and_the_problem_told():
    article = load_text(b"---\ntitle: " + b"Long " * 2_000 + b"\n---\n\nText.\n", Path("/a.md"))

    assert len(article.title) <= 300
    assert article.title.endswith("…")
    assert article.problems == ("its title of 9,999 characters was cut to 300",)


def test_folders_of_any_depth_are_searched(tmp_path):
    folder = tmp_path
    for _ in range(1200):
        folder = folder / "d"
        folder.mkdir()
    (folder / "a.md").write_text(TEXT)

    found = find_files([tmp_path]).files

    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # Python 3.11 removes by recursion, which ends sooner.
    assert [file.name for file in found] == ["a.md"]


def linked(folder: Path, name: str, target: Path) -> None:
    (folder / name).symlink_to(target)


def test_a_link_that_leads_out_of_the_folder_is_refused_unless_allowed(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
    (inside / "a.md").write_text(TEXT)
    (outside / "secret.md").write_text(TEXT)
    linked(inside, "file.md", outside / "secret.md")
    linked(inside, "folder", outside)
    linked(inside, "etc", Path("/etc"))

    found = find_files([inside])

    assert [file.name for file in found.files] == ["a.md"]
    leading_out = [str(inside / name) for name in ("etc", "file.md", "folder")]
    assert [line.split(":")[0] for line in found.refused] == leading_out
    assert all("leads out of the folder" in line and "--follow-links" in line for line in found.refused)
    followed = find_files([inside, outside], follow_links=True).files
    assert {file.name for file in followed} >= {"a.md", "secret.md"}


def test_links_within_the_folder_are_taken_once_and_circles_end(tmp_path):
    (tmp_path / ".store").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / ".store" / "kept.md").write_text(TEXT)
    (tmp_path / "sub" / "b.md").write_text(TEXT)
    linked(tmp_path, "a-link.md", tmp_path / "sub" / "b.md")
    linked(tmp_path, "store", tmp_path / ".store")
    linked(tmp_path, "again", tmp_path / "sub")
    linked(tmp_path / "sub", "up", tmp_path)
    linked(tmp_path, "itself.md", tmp_path / "itself.md")

    found = find_files([tmp_path])

    names = [file.relative_to(tmp_path).as_posix() for file in found.files]
    assert names == ["sub/b.md", "itself.md", "store/kept.md"]
    assert found.refused == []


def test_a_folder_that_is_a_link_and_was_named_is_taken(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.md").write_text(TEXT)
    linked(tmp_path, "link", tmp_path / "real")

    assert find_files([tmp_path / "link"]).files == [tmp_path / "link" / "a.md"]


def test_a_crash_of_a_reader_is_the_files_fault(monkeypatch):
    monkeypatch.setattr("index.text.loading.reader_for", lambda suffix: lambda data, source: [][0])

    with pytest.raises(ArticleUnreadable, match=r"/a\.md: cannot be read as \.md \(IndexError: .*\); open it"):
        load(Path("/a.md"), b"Text.")
