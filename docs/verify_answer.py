"""Verify a signed answer with nothing but Python's standard library, and no code of the assistant.

    python verify_answer.py PUBLIC_KEY answer.json

PUBLIC_KEY is 64 hexadecimal digits, as `assistant keys signing show` prints it or a server tells at /api/key. Prints
"signed: …" and ends with 0 if the answer is, to the last character, what the owner of the key gave; else ends with 1.
The signature is Ed25519 (RFC 8032) over the canonical JSON (RFC 8785) of the answer without its key "signature".
"""

import hashlib
import json
import re
import sys
from decimal import Decimal

P = 2**255 - 19
"""The field's prime."""
L = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point."""
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
"""A square root of -1."""

Point = tuple[int, int, int, int]
"""X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z (RFC 8032, section 5.1.4)."""


def added(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A multiple of a point."""
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = added(total, point)
        point, number = added(point, point), number >> 1
    return total


def point_of(data: bytes) -> Point | None:
    """The point that 32 bytes stand for; None if they stand for none (section 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def equal(one: Point, other: Point) -> bool:
    """Whether two points are the same."""
    return not ((one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P)


def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes is of this message and this public key of 32 bytes (section 5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L:
        return False
    base = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert base is not None
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return equal(times(s, base), added(r, times(h, key)))


def canonical(value: object) -> str:
    """Canonical JSON: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False)


def number_text(value: float) -> str:
    """A number as ECMAScript prints it; numbers that not every program reads to the last digit are refused."""
    if not abs(value) < 2**53:
        raise ValueError(f"the number {value} is too large")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    minus = "-" if sign else ""
    if point >= len(text):
        return minus + text + "0" * (point - len(text))
    if point > 0:
        return f"{minus}{text[:point]}.{text[point:]}"
    if point > -6:
        return f"{minus}0.{'0' * -point}{text}"
    return f"{minus}{text[0]}{'.' if len(text) > 1 else ''}{text[1:]}e{point - 1:+d}"


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, each of whose keys stands once: of two equal ones, readers take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def problem(public: str, text: str) -> str | None:
    """Why a text is no answer that the owner of a public key gave; None if it is one."""
    try:
        answer = json.loads(text, object_pairs_hook=once)
        signature = answer.pop("signature")
        if set(signature) != {"algorithm", "public_key", "value"} or signature["algorithm"] != "ed25519":
            return "the signature has another form"
        if signature["public_key"] != public:
            return f"it is signed with another key: {signature['public_key']}"
        if not re.fullmatch("[0-9a-f]{64}", public) or not re.fullmatch("[0-9a-f]{128}", signature["value"]):
            return "a key is 64 and a signature 128 hexadecimal digits, in small letters"
        message = canonical(answer).encode("utf-8")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return f"it is no signed answer ({type(error).__name__}: {error})"
    fits = verified(bytes.fromhex(public), message, bytes.fromhex(signature["value"]))
    return None if fits else "it was altered: the signature does not fit"


def main() -> int:
    """Verify the answer that the command line names."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(sys.argv[2], encoding="utf-8") as file:
            text = file.read()
    except (OSError, ValueError) as error:
        print(f"{sys.argv[2]} cannot be read ({error})", file=sys.stderr)
        return 2
    found = problem(sys.argv[1].lower(), text)
    print(f"NOT signed: {found}" if found else f"signed: {sys.argv[2]} is what the owner of {sys.argv[1]} gave")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
