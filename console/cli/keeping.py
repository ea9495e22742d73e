"""Backup, restore and keys: what an operator does so that nothing is lost, and when something was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Output, shape_of

if TYPE_CHECKING:
    from workers.manifest import Manifest

_Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copy lies, or shall lie.")]


def backup(
    ctx: typer.Context,
    folder: _Folder,
    keys: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Copy the keys too, into this folder; keep it elsewhere.")
    ] = None,
    shape: Output = None,
) -> None:
    """Copy what lies under home while everything runs: databases, vault, wrapped keys of cases. Never the keys."""
    from console.cli.output import emit, say
    from domain.errors import Code
    from workers.backup import back_up, back_up_keys
    from workers.settings import load_settings

    settings, folder = load_settings(), folder.expanduser().absolute()
    apart = keys and keys.expanduser().absolute()
    if apart and (apart.is_relative_to(folder) or folder.is_relative_to(apart)):
        from console.cli.exits import Told

        raise Told(Code.INVALID, "Keys beside what they open protect nothing; name another folder for --keys.")
    manifest = back_up(settings, folder)
    copied = back_up_keys(settings, apart) if apart else []
    rows = _rows(manifest)
    if copied:
        rows.append(("keys", f"{len(copied)} files in {apart}; keep them apart from the rest"))
    else:
        rows.append(("keys", "not copied; without them nothing here can be read: --keys FOLDER copies them"))
    emit(shape_of(ctx, shape), {**manifest.model_dump(mode="json"), "keys": copied}, ("Part", "What"), rows)
    say(f"Backed up to {folder}. Rehearse the way back: see docs/operations.md.")


def restore(
    ctx: typer.Context,
    folder: _Folder,
    keys: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The folder of the keys; else put them there yourself.")
    ] = None,
    shape: Output = None,
) -> None:
    """Put a backup into an empty home. It is checked whole before anything is written."""
    from console.cli.output import emit, say
    from workers.restore import restore as bring_back
    from workers.settings import load_settings

    settings = load_settings()
    done = bring_back(settings, folder.expanduser().absolute(), keys and keys.expanduser().absolute())
    rows = _rows(done.manifest)
    rows.append(("keys", f"{len(done.keys)} files" if done.keys else f"not copied; put them into {settings.keys_dir}"))
    emit(shape_of(ctx, shape), {**done.manifest.model_dump(mode="json"), "keys": done.keys}, ("Part", "What"), rows)
    say(
        f"Restored to {settings.home}, as of {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC. Now run `holdfast doctor`."
    )


def _rows(manifest: Manifest) -> list[tuple[str, str]]:
    def of(part: str) -> list[int]:
        return [seal.size for name, seal in manifest.files.items() if name.partition("/")[0] == part]

    return [(part, f"{len(of(part))} files, {sum(of(part))} bytes") for part in manifest.parts]


def list_keys(ctx: typer.Context, shape: Output = None) -> None:
    """The names of the keys on each ring, which one seals, and how many cases' keys each of the store's wraps."""
    from console.cli.output import emit
    from integrations.base.keyring import load_ring
    from integrations.vault.keys import CaseKeys
    from workers.rotation import rings
    from workers.settings import load_settings

    settings = load_settings()
    wraps = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring)).wrapped_by()
    rows = []
    for ring, found in rings(settings).items():
        for name in found.keys:
            behind = list(found.keys).index(name) < list(found.keys).index(found.active)
            use = "seals" if name == found.active else "opens only" if behind else "waits"
            rows.append((ring, name, use, str(wraps[name]) if ring == settings.store_ring.name else ""))
    data = [dict(zip(("ring", "key", "use", "cases"), row, strict=True)) for row in rows]
    emit(shape_of(ctx, shape), data, ("Ring", "Key", "Use", "Cases"), rows)


def add(ctx: typer.Context, shape: Output = None) -> None:
    """Put a new key on each ring without sealing by it. Then restart every process, and only then `keys rotate`."""
    from console.cli.output import emit
    from workers.rotation import add_keys, rings
    from workers.settings import load_settings

    settings = load_settings()
    changed, found = add_keys(settings), rings(settings)
    rows = [(name, found[name].newest, "added" if name in changed else "waited already") for name in found]
    data = [dict(zip(("ring", "key", "result"), row, strict=True)) for row in rows]
    emit(shape_of(ctx, shape), data, ("Ring", "Key", "Result"), rows)


def rotate(ctx: typer.Context, shape: Output = None) -> None:
    """Seal with the newest keys from now on and wrap cases' keys by it. Old keys stay for reading.

    An interrupted run is finished by the next one, which makes no new key then.
    """
    import asyncio

    from console.cli.auditing import answers
    from console.cli.exits import Told
    from console.cli.output import emit, patience, say
    from domain.errors import Code
    from workers.rotation import Rewrapped, advance, rewrap, rings, unfinished
    from workers.settings import load_settings

    settings = load_settings()

    async def work() -> tuple[list[str], Rewrapped]:
        async with patience("Wrapping the keys of cases …"):
            if await unfinished(settings):
                return [], await rewrap(settings)
            ready = any(ring.newest != ring.active for ring in rings(settings).values())
            if not ready and await answers(settings.desk_url):
                raise Told(
                    Code.NOT_ALLOWED,
                    "A desk runs that would not know the new keys; `holdfast keys add`, restart every process, then "
                    "rotate; or stop everything first.",
                )
            return advance(settings), await rewrap(settings)

    changed, done = asyncio.run(work())
    found = rings(settings)
    rows = [(name, f"seals with {found[name].active}" + ("" if name in changed else ", as before")) for name in found]
    rows.append(("case-keys", f"{done.done} wrapped anew, {done.left} left under an older key"))
    data = {"rings": {name: ring.active for name, ring in found.items()}, "changed": changed, **vars(done)}
    emit(shape_of(ctx, shape), data, ("What", "Result"), rows)
    say("Restart every process, and back up the keys: `holdfast backup FOLDER --keys FOLDER`.")
