"""Answers on a terminal: broken to its width, bold, faint and linked, paged; elsewhere as they always were."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from datetime import date
from pathlib import Path

import pytest
from commands import environment
from library import Library

from assistant.cli.output.links import address
from assistant.cli.output.screen import Flow, Screen, Style, columns_of
from index.text.article import Article, IndexedArticle

QUESTION = "How much will the tram cost?"
SEQUENCE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
LINK = re.compile(r"\x1b\]8;id=[^;]*;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\", re.DOTALL)


def on_terminal(
    *arguments: object, columns: int = 60, rows: int = 50, stderr: int = subprocess.PIPE, **variables: object
) -> str:
    """What a command shows on a terminal of this size."""
    screen, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    own = environment(**({"TERM": "xterm-256color"} | variables))
    own = {
        name: value
        for name, value in own.items()
        if name not in {"COLUMNS", "LINES", "NO_COLOR", "LESS"} - set(variables)
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=stderr,
        env=own,
    )
    os.close(end)
    shown = b""
    while True:
        try:
            more = os.read(screen, 65_536)
        except OSError:  # The other end is closed.
            break
        if not more:
            break
        shown += more
    os.close(screen)
    assert process.wait(60) == 0, process.stderr and process.stderr.read()
    if process.stderr:
        process.stderr.close()
    return shown.decode().replace("\r\n", "\n")


def piped(*arguments: object) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=environment(TERM="xterm-256color"),
        timeout=60,
        check=True,
    )
    return run.stdout


def joined(text: str) -> str:
    return " ".join(SEQUENCE.sub("", text).split())


# The whole command


def test_an_answer_is_broken_to_the_width_with_its_receipts_faint_and_linked(town: Library) -> None:
    ask = ("ask", *QUESTION.split(), "--index", town.root, "--threshold", "0")

    shown, plain = on_terminal(*ask, columns=44), piped(*ask)

    lines = SEQUENCE.sub("", shown).splitlines()
    assert max(map(columns_of, lines)) <= 44 < max(map(columns_of, plain.splitlines()))
    assert joined(shown) == joined(plain)
    assert "\x1b" not in plain
    assert shown.startswith("\x1b[1m35,000 crowns a metre\x1b[22m [1]\n")
    (receipt,) = [line for line in shown.splitlines() if "sha256" in SEQUENCE.sub("", line)]
    assert receipt.startswith("    \x1b[2mtram, characters ")
    assert receipt.endswith("\x1b[22m")
    assert (town.folder / "tram.md").as_uri() in [uri for uri, _ in LINK.findall(shown)]


def test_plain_and_no_color_and_a_dumb_terminal(town: Library) -> None:
    ask = ("ask", *QUESTION.split(), "--index", town.root, "--threshold", "0")
    plain = piped(*ask)

    assert on_terminal(*ask, "--plain", columns=44) == plain
    for variables in ({"NO_COLOR": 1}, {"TERM": "dumb"}):
        shown = on_terminal(*ask, columns=44, **variables)
        assert "\x1b" not in shown
        assert max(map(len, shown.splitlines())) <= 44
        assert joined(shown) == joined(plain)


def test_what_is_longer_than_the_screen_goes_through_the_pager_and_what_fits_does_not(town: Library) -> None:
    show = ("index", "list", "--index", town.root)
    pager = {"PAGER": "sed 's/^/paged: /'"}

    assert "paged: " not in on_terminal(*show, rows=20, **pager)
    long = on_terminal(*show, rows=2, **pager)
    assert [line[:7] for line in long.splitlines()] == ["paged: "] * 3
    for unpaged in ({"NO_PAGER": 1, **pager}, {"PAGER": "cat"}, {"PAGER": ""}, {"PAGER": "no-such-pager-here"}):
        shown = on_terminal(*show, rows=2, **unpaged)
        assert "paged: " not in shown
        assert "The mayor resigns" in shown
    assert "paged: " not in on_terminal(*show, "--plain", rows=2, **pager)


def test_less_gets_the_options_that_git_gives_it_unless_the_person_has_some(town: Library, tmp_path: Path) -> None:
    show = ("index", "list", "--index", town.root)
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "LESS=$LESS"\n', encoding="utf-8")
    pager.chmod(0o755)

    assert "LESS=FRX" in on_terminal(*show, rows=2, PAGER=pager)
    assert "LESS=-S" in on_terminal(*show, rows=2, PAGER=pager, LESS="-S")


def test_search_marks_the_sentence_that_matched_on_a_terminal_and_elsewhere(town: Library) -> None:
    search = ("search", "how", "many", "gates", "did", "engineers", "open", "--index", town.root, "-k", "1")

    shown, plain = on_terminal(*search, columns=70), piped(*search)

    assert " > Engineers opened two of its five gates on Monday.\n" in plain
    assert "The dam at Oldwater held.\n" in plain
    assert " \x1b[1m> Engineers opened two of its five gates on Monday.\x1b[22m\n" in shown
    assert joined(shown) == joined(plain)


# Layout


def laid_out(width: int, *runs: tuple[str, Style], styled: bool = True, indent: int = 0) -> str:
    out: list[str] = []
    flow = Flow(Screen(columns=width, rows=9, styled=styled), out.append)
    for text, style in runs:
        flow.add(text, style, indent=indent)
    return "".join(out)


def test_lines_are_broken_at_words_with_an_indent_and_words_longer_than_a_line_in_parts() -> None:
    text = ("    one two three four fifteen\n", Style.PLAIN)

    assert laid_out(14, text, indent=4) == "    one two\n    three four\n    fifteen\n"
    assert laid_out(20, ("abcdefghijklmnopqrstuvwxyz 1", Style.PLAIN)) == "abcdefghijklmnopqrst\nuvwxyz 1"


def test_a_marker_stays_with_the_word_before_it() -> None:
    assert laid_out(22, ("The dam at Oldwater held. [12] So it did.", Style.PLAIN)) == (
        "The dam at Oldwater\nheld. [12] So it did."
    )


def test_a_style_is_closed_at_each_line_break_and_text_is_the_same_in_pieces() -> None:
    text = "Thirty brains [1] and sixty-one factories."

    bold = laid_out(20, (text, Style.BOLD))
    pieces = laid_out(20, *[(piece, Style.PLAIN) for piece in re.findall(r"\s*\S+", text)])

    assert bold == "\x1b[1mThirty brains [1]\x1b[22m\n\x1b[1mand sixty-one\x1b[22m\n\x1b[1mfactories.\x1b[22m"
    assert pieces == laid_out(20, (text, Style.PLAIN))


def test_ideographs_take_two_columns_and_are_broken_between_but_not_before_their_punctuation() -> None:
    shown = laid_out(20, ("数字化改革一二三四五，六七。", Style.PLAIN), styled=False)

    assert shown == "数字化改革一二三四\n五，六七。"
    assert [columns_of(line) for line in shown.splitlines()] == [18, 10]
    assert columns_of("e\u0301") == 1


def test_an_articles_own_sequences_are_shown_as_codes_and_none_of_ours_is_opened_by_them() -> None:
    shown = laid_out(80, ("a\x1b[2Jb \x1b]8;;https://evil.example\x1b\\c", Style.PLAIN))

    assert "\x1b" not in shown
    assert "\\u001b[2J" in shown


# Links


def article(source: str, url: str | None = None) -> IndexedArticle:
    value = Article(source=source, name="a", text="The dam held.", url=url, published=date(2021, 3, 9))
    return IndexedArticle.of(value, number=1, article_id="a")


def test_a_receipt_leads_to_the_articles_own_file_or_else_to_its_url(tmp_path: Path) -> None:
    file = tmp_path / "the dam.pdf"
    file.write_bytes(b"")
    several = tmp_path / "several.jsonl"
    several.write_bytes(b"")
    url = "https://example.org/dam"

    assert address(article(str(file), url), page=3) == f"{file.as_uri()}#page=3"
    assert address(article(f"{several}#7")) == several.as_uri()
    assert address(article("default:glossary.md")).endswith("/index/articles/glossary.md")
    assert address(article(str(tmp_path / "gone.md"), url)) == url
    assert address(article("memory:x", url), passage="The dam-wall held.") == f"{url}#:~:text=The%20dam%2Dwall%20held."
    assert address(article("memory:x", f"{url}#top"), passage="held") == f"{url}#top:~:text=held"
    assert address(article("memory:x")) is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "ssh://x", "http://[", "", "x\x1b]8;;y"])
def test_no_other_address_of_an_article_becomes_a_link(url: str) -> None:
    assert address(article("memory:x", url)) is None


def test_an_address_cannot_end_the_link_and_steer_the_terminal() -> None:
    found = address(article("memory:x", "https://example.org/\x1b\\\x1b[2J\x07 ü"), passage="\x1b[2J")

    assert found.isascii()
    assert found.isprintable()
    assert " " not in found


def test_a_list_of_articles_on_a_narrow_terminal_has_titles_below_the_ids(library: Library) -> None:
    long = "a-walk-along-the-old-canal-from-mill-to-weir"
    library.write(f"{long}.md", "# A walk along the old canal, in two afternoons\n\nIt is level.\n")
    library.write("tram.md", "# The tram\n\nIt is late.\n")
    library.add()
    show = ("index", "list", "--index", library.root)

    narrow, wide = (SEQUENCE.sub("", on_terminal(*show, columns=columns)) for columns in (60, 120))

    assert narrow.splitlines() == [
        f"undated     {long}",
        "            A walk along the old canal, in two afternoons",
        "undated     tram",
        "            The tram",
    ]
    assert wide == piped(*show)
    assert wide.splitlines()[0] == f"undated     {long}  A walk along the old canal, in two afternoons"
