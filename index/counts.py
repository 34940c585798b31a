"""Formats counts for messages: "1 case", "521 cases"."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Format a number with its noun.

    Args:
        number: how many.
        noun: of one.
        plural: of several; None for the noun with an "s".
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
