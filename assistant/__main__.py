"""The command `assistant`, also as `python -m assistant`."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; interrupts are reported in one line even during imports."""
    interrupts: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        from assistant.cli import main as run

        run()
    except (KeyboardInterrupt, ImportError):
        # Libraries written in C turn an interrupt while they are imported into an ImportError.
        if not interrupts and sys.exc_info()[0] is not KeyboardInterrupt:
            raise
        print("assistant: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
