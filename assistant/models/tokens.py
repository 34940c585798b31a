"""Counts tokens with a model's tokenizer, or estimates them."""

import math
from collections.abc import Callable
from pathlib import Path

from index.errors import ConfigurationError

TokenCount = Callable[[str], int]

ASCII, OTHER, WIDE = 1 / 3, 0.7, 1.5
"""Tokens a character: of ASCII, of other alphabets, and of Chinese, Japanese, Korean and what lies beyond.

On the safe side, since a prompt that does not fit is refused whole: English has about four characters
a token with the tokenizers of today's models, and Chinese about one.
"""

FIRST_WIDE = "\u2e80"
"""The first of the characters that count as wide."""


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too high than too low."""
    ascii_ = len(text.encode("ascii", "ignore"))
    wide = 0 if text.isascii() else sum(character >= FIRST_WIDE for character in text)
    return math.ceil(ascii_ * ASCII + (len(text) - ascii_ - wide) * OTHER + wide * WIDE)


LEAST_A_WORD = 0.8
"""Lower bound on tokens a word: a common word is one token, and hardly ever are two words one."""


def least_tokens(text: str) -> int:
    """A lower bound for any tokenizer; weak for text without spaces."""
    return math.ceil(len(text.split()) * LEAST_A_WORD)


def token_count(tokenizer: str) -> TokenCount:
    """Return what counts the tokens of a text: a `tokenizer.json` or the folder that has it, or for "" an estimate.

    Raises:
        ConfigurationError: there is no such file, or it holds no tokenizer.
    """
    if not tokenizer:
        return estimated_tokens
    path = Path(tokenizer).expanduser()
    path = path / "tokenizer.json" if path.is_dir() else path
    from tokenizers import Tokenizer

    try:
        own = Tokenizer.from_file(str(path))
    except Exception as error:  # The library raises plain `Exception`.
        raise ConfigurationError(
            f"model.tokenizer is {tokenizer!r}, which is no tokenizer ({error})",
            "give the path of a tokenizer.json, or unset it for an estimate",
        ) from error
    own.no_truncation()
    own.no_padding()
    return lambda text: len(own.encode(text).ids)
