"""Times as they are stored and logged."""

from datetime import UTC, datetime


def now() -> str:
    """The current time, as `stamp` formats it."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """An ISO 8601 time in UTC, to the millisecond; such times sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
