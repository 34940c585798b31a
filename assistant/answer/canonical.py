"""Canonical JSON (RFC 8785): the same bytes for equal JSON, whatever wrote it; signatures are over these bytes."""

import json
import math
from decimal import Decimal

from index.counts import shortened
from index.errors import UsageError

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON reads to the last digit."""


def canonical(value: object) -> bytes:
    """The bytes of a JSON value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.

    Raises:
        UsageError: a number is not finite, or larger than is read to the last digit.
    """
    return _text(value).encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    match value:
        case dict():
            keys = sorted(value, key=lambda key: str(key).encode("utf-16-be", "surrogatepass"))
            return "{" + ",".join(f"{_text(str(key))}:{_text(value[key])}" for key in keys) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_text, value)) + "]"
        case bool() | None | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return _number(value)
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON")


def _number(value: float) -> str:
    """A number as ECMAScript's Number::toString prints it: 1.0 as 1, 0.00001 in full, 1e-7 with an exponent."""
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise UsageError(
            f"the number {shortened(str(value), 30)} cannot be signed", "give a finite number of at most 2^53 - 1"
        )
    if value == 0:
        return "0"
    shortest = Decimal(repr(value)).normalize().as_tuple()
    digits, count = "".join(map(str, shortest.digits)), len(shortest.digits)
    point = count + int(shortest.exponent)
    sign = "-" if shortest.sign else ""
    if count <= point:  # Of 16 digits at most.
        return sign + digits + "0" * (point - count)
    if point > 0:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return f"{sign}{digits[0]}{'.' if count > 1 else ''}{digits[1:]}e{point - 1:+d}"
