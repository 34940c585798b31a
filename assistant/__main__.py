"""The command `assistant`, also as `python -m assistant`."""

import sys


def main() -> None:
    """Run the command line; interrupts are reported in one line even during imports."""
    try:
        from assistant.cli import main as run

        run()
    except KeyboardInterrupt:
        print("assistant: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
