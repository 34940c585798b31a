"""Removes pictures, keys and other data that stand in a text as a run of characters, and are no text."""

import re

DATA_URL = (
    r"""data:(?:[a-z]{2,20}/[\w.+-]{1,100}+(?:;[\w.+=-]{1,100}+){0,5}|(?:;[\w.+=-]{1,100}+){1,5}),[^\s"'<>()]*+"""
)
DEFINITION = re.compile(
    rf"^ {{0,3}}\[[^\]\n]{{1,200}}\]:[ \t]{{0,20}}<?{DATA_URL}[^\n]*\n?", re.MULTILINE | re.IGNORECASE
)
URL = re.compile(rf"(?<!\w){DATA_URL}", re.IGNORECASE)

SHORTEST_BLOB = 160
RUN = re.compile(rf"[A-Za-z0-9+/_=-]{{{SHORTEST_BLOB},}}+")
"""A run that may be base64 or hexadecimal; no word and hardly an address is as long."""

LINES = re.compile(r"(?:^[ \t>]{0,12}[A-Za-z0-9+/]{40,159}+={0,2}[ \t]{0,9}(?:\n|\Z)){3,}+", re.MULTILINE)
LAST_LINE = re.compile(r"[ \t>]{0,12}[A-Za-z0-9+/]{1,159}+={1,2}[ \t]{0,9}(?:\n|\Z)")
ARMOUR = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]{1,60}-----")
"""What stands around keys and certificates in PEM and PGP."""


def without_blobs(text: str) -> str:
    """Remove data URLs, base64, hexadecimal data and armoured keys from `text`; their surroundings stay.

    A link reference whose target is a data URL goes as a whole, since nothing of it is shown.
    """
    if "data:" in text or "DATA:" in text:
        text = URL.sub("", DEFINITION.sub("", text))
    if "-----BEGIN " in text:
        text = _without_armour(text)
    text = RUN.sub(lambda match: "" if _is_data(match[0]) else match[0], text)
    return _without_lines(text)


def _without_armour(text: str) -> str:
    kept, done, begin = [], 0, -1
    for match in ARMOUR.finditer(text):
        if match[1] == "BEGIN":
            begin = match.start()
        elif begin >= done:
            kept.append(text[done:begin])
            done, begin = match.end(), -1
    return "".join(kept) + text[done:]


def _without_lines(text: str) -> str:
    """Remove base64 that is wrapped into lines."""
    kept, done = [], 0
    for match in LINES.finditer(text):
        if match.start() >= done and _is_data("".join(match[0].split()).replace(">", "")):
            kept.append(text[done : match.start()])
            last = LAST_LINE.match(text, match.end())
            done = last.end() if last else match.end()
    return "".join(kept) + text[done:]


def _is_data(run: str) -> bool:
    """Whether a long run of letters and digits is data: hexadecimal, or base64 with its even mix of characters."""
    digits = sum(map(str.isdigit, run))
    upper = sum(map(str.isupper, run))
    lower = sum(map(str.islower, run))
    size = len(run)
    if digits + len(re.findall("[a-f]", run)) == size or digits + len(re.findall("[A-F]", run)) == size:
        return digits >= 0.3 * size and digits < size
    # Of 64 characters, 26 are capitals, 26 small letters and 10 digits; camelCase and paths are far from that.
    return upper >= 0.2 * size and lower >= 0.2 * size and digits >= 0.04 * size
