"""Numbers of things as messages write them: "1 case", "521 cases"."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    Args:
        number: how many.
        noun: of one.
        plural: of several; None for the noun with an "s".
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
