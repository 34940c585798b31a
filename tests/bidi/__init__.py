"""Debian's Firefox over WebDriver BiDi: as much of the protocol, and of WebSocket, as the tests of the page need.

Playwright drives a Firefox of its own, or one that knows commands which Debian's does not have yet.
"""

import base64
import json
import os
import re
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 30


class Firefox:
    """A page of a running Firefox."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /session HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self._socket.sendall(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self._file = self._socket.makefile("rb")
        while self._file.readline().strip():
            pass
        self._number = 0
        self.thrown: list[str] = []
        """What scripts of the page failed with."""
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        self._context = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """The result of a command."""
        self._number += 1
        self._send(json.dumps({"id": self._number, "method": method, "params": params}).encode())
        while True:
            message = json.loads(self._received())
            if message.get("method") == "log.entryAdded" and message["params"]["type"] == "javascript":
                self.thrown.append(message["params"]["text"])
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]

    def resize(self, width: int, height: int = 800) -> None:
        """Give the page a size in CSS pixels."""
        self.call("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})

    def open(self, url: str) -> None:
        """Load a page and wait until it is there."""
        self.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited; it goes through JSON."""
        wrapped = f"(async () => JSON.stringify((await ({script})) ?? null))()"
        found = self.call("script.evaluate", expression=wrapped, target={"context": self._context}, awaitPromise=True)
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])

    def until(self, script: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({script})"):
            assert time.monotonic() < end, script
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        actions = [{"type": what, "value": key} for key in keys for what in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", context=self._context, actions=[source])

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def _send(self, data: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        sizes = {125: bytes([0x80 | min(len(data), 125)]), 0xFFFF: b"\xfe" + struct.pack(">H", len(data) & 0xFFFF)}
        size = next((one for most, one in sizes.items() if len(data) <= most), b"\xff" + struct.pack(">Q", len(data)))
        self._socket.sendall(b"\x81" + size + mask + masked)

    def _received(self) -> bytes:
        whole = b""
        while True:
            first, second = self._file.read(2)
            size = second & 127
            if size > 125:
                size = int.from_bytes(self._file.read(2 if size == 126 else 8))
            part = self._file.read(size)
            if first & 15 in (0, 1):
                whole += part
                if first & 128:
                    return whole


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """Firefox with a new profile, from before the block until after it."""
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"MOZ_CRASHREPORTER_DISABLE": "1"})
    try:
        end = time.monotonic() + SECONDS
        while not (found := re.search(r"ws://127\.0\.0\.1:(\d+)", (profile / "log").read_text(errors="replace"))):
            assert process.poll() is None, (profile / "log").read_text(errors="replace")
            assert time.monotonic() < end
            time.sleep(0.05)
        driven = Firefox(int(found[1]))
        try:
            yield driven
        finally:
            driven.close()
    finally:
        process.terminate()
        process.wait(SECONDS)
