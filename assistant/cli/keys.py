"""`assistant keys`: create, list and revoke keys of the service; the key that signs answers."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output.progress import note
from assistant.cli.tree import Sections

if TYPE_CHECKING:
    from assistant.service.store.keys import Keys

app = typer.Typer(
    help="Keys of the service, and the key that signs answers.",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,
)
signing = typer.Typer(help="The key that signs answers.", cls=Sections, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(signing, name="signing")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Owner or purpose of the key.")],
    scope: Annotated[list[str] | None, typer.Option("--scope", help="ask or manage; repeatable; default ask.")] = None,
    per_minute: Annotated[
        int, typer.Option("--per-minute", min=1, max=1_000_000, help="Rate limit, in requests a minute.")
    ] = 120,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Create a key and print it, this once: only its hash is stored."""
    from assistant.service.store.keys import Scope
    from index.errors import UsageError

    if not name.strip():
        raise UsageError("the name is empty", "say whose the key is, or what for")
    chosen = scope or [Scope.ASK]
    for one in chosen:
        if one not in list(Scope):
            raise UsageError(f"--scope is {one!r}", f"give one of: {', '.join(Scope)}")
    key, secret = _keys().create(name.strip(), scopes=[Scope(one) for one in chosen], per_minute=per_minute)
    print(json.dumps({**asdict(key), "key": secret}, ensure_ascii=False, indent=2) if json_ else secret)


@app.command("list")
def list_(json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List all keys, revoked ones included."""
    keys = _keys().listed()
    if json_:
        print(json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=2))
        return
    if not keys:
        note("there are no keys; assistant keys create NAME makes one")
    for key in keys:
        state = f"revoked {key.revoked}" if key.revoked else f"{key.per_minute} a minute"
        print(f"{key.id}  {','.join(key.scopes)}  {state}  made {key.created}  {key.name}")


@app.command("revoke")
def revoke(id_: Annotated[str, typer.Argument(metavar="ID", help="Id, as `assistant keys list` shows it.")]) -> None:
    """Revoke a key, from the next request on."""
    key = _keys().revoke(id_)
    print(f"revoked {key.id} ({key.name})")


@signing.command("create")
def create_signing(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the key that signs answers, and print its public key; a key that is there is never overwritten.

    The first answer that is given as JSON makes it by itself.
    """
    from assistant.answer.signing import create_key
    from assistant.settings.own_key import key_path

    _print_key(create_key(key_path()).public, json_=json_)


@signing.command("show")
def show_signing(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the public key, for whoever verifies answers with `assistant verify --public-key`."""
    from assistant.answer.signing import load_key
    from assistant.settings.own_key import key_path
    from index.errors import ConfigurationError

    key = load_key(key_path())
    if key is None:
        raise ConfigurationError(f"there is no signing key in {key_path()}", "assistant keys signing create makes one")
    _print_key(key.public, json_=json_)


def _print_key(public: str, *, json_: bool) -> None:
    from assistant.answer.signing import ALGORITHM
    from assistant.settings.own_key import key_path

    data = {"algorithm": ALGORITHM, "public_key": public, "file": str(key_path())}
    print(json.dumps(data, ensure_ascii=False, indent=2) if json_ else public)


def _keys() -> "Keys":
    from assistant.service.store.database import Database, database_path
    from assistant.service.store.keys import Keys

    return Keys(Database(database_path()))
