"""Formats counts for messages: "1 case", "521 cases", "1 of 3 receipts holds"; and shortens what they quote."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Format a number with its noun.

    Args:
        number: how many.
        noun: of one.
        plural: of several; None for the noun with an "s".
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def holding(number: int, of: int, noun: str) -> str:
    """Format how many of some hold: "0 of 1 receipt holds", "1 of 3 receipts holds", "2 of 3 receipts hold"."""
    return f"{number:,} of {counted(of, noun)} {'holds' if 1 in {number, of} else 'hold'}"


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, the last of which is an ellipsis if more was there."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
