"""``yanpan alert``: searches that are kept, and what is new for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.case_index import Backend, BackendOpt, IndexOpt, IndexPlace

if TYPE_CHECKING:
    from nlp.retrieval.saved import SavedSearches

app = typer.Typer(help="保存的检索:新案例入库后,列出新命中的。", no_args_is_help=True)

NameArg = Annotated[str, typer.Argument(help="名称", show_default=False)]


@app.command("save")
def save(
    name: NameArg,
    text: Annotated[str, typer.Argument(help="一段叙述或一个短语", show_default=False)],
    index: IndexOpt = None,
    backend: BackendOpt = None,
    k: Annotated[int, typer.Option("-k", min=1, help="新案例排进前几名才提示")] = 20,
    unit: Annotated[list[str] | None, typer.Option(help="只看这些单位(可重复)")] = None,
    label: Annotated[list[str] | None, typer.Option(help="案例须有的表现,如 integrity-(可重复)")] = None,
    everything: Annotated[bool, typer.Option("--all", help="已有的案例也算新的")] = False,
) -> None:
    """保存一个检索(同名的被替换)。"""
    from nlp.retrieval import Filters
    from nlp.retrieval.saved import SavedSearch

    filters = {key: value for key, value in (("unit", unit), ("labels", label)) if value}
    search = SavedSearch(name=name, text=text, k=k, filters=Filters.of(filters))
    _saved(index, backend).save(search, from_now=not everything)
    typer.echo(f"已保存检索“{name}”", err=True)


@app.command("list")
def list_(index: IndexOpt = None, backend: BackendOpt = None) -> None:
    """列出保存的检索。"""
    for search in _saved(index, backend).all():
        typer.echo(f"{search.name}\t{search.text}\t前 {search.k} 名")


@app.command("remove")
def remove(name: NameArg, index: IndexOpt = None, backend: BackendOpt = None) -> None:
    """删除保存的检索。"""
    if not _saved(index, backend).remove(name):
        typer.echo(f"没有名为“{name}”的检索", err=True)
        raise typer.Exit(3)
    typer.echo(f"已删除“{name}”", err=True)


@app.command("run")
def run(index: IndexOpt = None, backend: BackendOpt = None) -> None:
    """逐个执行保存的检索,列出上次之后新命中的案例。"""
    print_alerts(_saved(index, backend))


def print_alerts(saved: SavedSearches) -> None:
    """Print what is new; nothing when there is nothing."""
    from rich.console import Console
    from rich.text import Text

    from nlp.pipeline import default_pipeline
    from service.render_hits import print_hits

    console = Console(highlight=False)
    for alert in saved.alerts():
        console.print(Text(f"检索“{alert.search.name}”有 {len(alert.hits)} 个新案例", style="bold"))
        print_hits(console, alert.hits, default_pipeline().codebook)


def _saved(index: Path | None, backend: Backend | None) -> SavedSearches:
    from nlp.retrieval.saved import SavedSearches

    place = IndexPlace(index, backend)
    return SavedSearches(place.folder, place.open())
