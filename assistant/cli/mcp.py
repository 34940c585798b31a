"""`assistant mcp`: the assistant as tools of the Model Context Protocol."""

from assistant.cli.common import IndexOption, opened, settings_from
from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse


def mcp(index: IndexOption = None) -> None:
    """Serve ask, search and read-article to agent programs.

    Over the Model Context Protocol, on standard input and output.
    """
    from assistant.integrations.mcp import build_server
    from assistant.settings.own_key import own_key

    with opened(settings_from({"index": index})) as assistant:
        server = build_server(assistant, own_key(note=note))
        pulse.stop()
        server.run("stdio")
