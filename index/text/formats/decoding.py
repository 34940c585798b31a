"""Turns the bytes of a text file into text."""

import re

from index.errors import ArticleUnreadable
from index.text.formats.characters import clean

CHARSETS = re.compile(
    r"(?:utf-?8|utf-16(?:[bl]e)?|us-ascii|iso-?8859-\d{1,2}|latin-?1|(?:windows|cp)-?125\d|gbk|gb18030|big5(?:-hkscs)?"
    r"|shift_jis|euc-(?:jp|kr)|iso-2022-jp|koi8-[ru]|mac-?roman|tis-620)",
    re.IGNORECASE,
)
"""Charsets that a file may name; of others that Python knows, some are no encodings of text and some are slow."""

BINARY = "binary data, not text"
NO_TEXT = "leave it out or convert it to text"


def read_text(data: bytes, source: str) -> str:
    """Decode the bytes of a text file: UTF-8, or UTF-16 with a byte order mark.

    Line ends become line feeds, and what is not seen is removed (`index.text.formats.characters`).

    Raises:
        ArticleUnreadable: the bytes are not text in these encodings.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if is_binary(data.decode("latin-1")):
            raise ArticleUnreadable(f"{source}: {BINARY}", NO_TEXT) from error
        raise ArticleUnreadable(
            f"{source}: not UTF-8 text (byte {error.start} is 0x{data[error.start]:02x})", "convert it to UTF-8"
        ) from error
    if "\0" in text:
        raise ArticleUnreadable(f"{source}: {BINARY}", NO_TEXT)
    return clean(text)


CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
"""Characters that no text has, but for a stray one; an escape may begin a colour."""


def is_binary(text: str) -> bool:
    """Whether decoded bytes are no text: more than one in a hundred is a control character, beside a stray two."""
    return len(CONTROLS.findall(text)) > 2 + len(text) / 100


def decoded(data: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """Decode bytes whose charset is named beside them, as in HTML or a message; with what could not be decoded.

    A byte order mark goes before the name; where the name is unknown or missing it is UTF-8, or else Windows-1252, as
    browsers have it.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    elif data[:3] == b"\xef\xbb\xbf":
        charset = "utf-8-sig"
    named = charset.strip().lower()
    if named in ("gb2312", "x-gbk"):  # Of which GB 18030 is the later and larger form.
        named = "gb18030"
    for encoding in [named if CHARSETS.fullmatch(named) or named == "utf-8-sig" else "utf-8", "utf-8", "cp1252"]:
        try:
            return data.decode(encoding), ()
        except (UnicodeError, LookupError):
            continue
    return data.decode("cp1252", "replace"), ("some bytes are no text in any encoding that was tried",)
