"""Security headers of every response."""

from starlette.datastructures import MutableHeaders

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def add_security_headers(headers: MutableHeaders, path: str) -> None:
    """Add those that a response does not set itself; answers of the API are not to be cached."""
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(("/api/", "/v1/")):
        headers.setdefault("Cache-Control", "no-store")
