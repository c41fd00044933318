"""The command ``yanpan``. Heavy imports wait inside the commands, so that ``--help`` answers at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nlp.errors import YanpanError
from nlp.version import PIPELINE_VERSION
from service.commands import (
    alert,
    annotate,
    archive,
    audit,
    backup,
    demo,
    evaluate,
    evaluate_search,
    export,
    imports,
    index,
    key,
    migrate,
    redact,
    search,
    segment,
    serve,
    train,
    unit,
    user,
    worker,
)

app = typer.Typer(
    name="yanpan",
    help="研判:考察评价材料的行为标注与相似案例检索。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"yanpan {PIPELINE_VERSION}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本")] = False,
) -> None:
    """研判:考察评价材料的行为标注与相似案例检索。"""


app.command("annotate")(annotate.annotate)
app.command("segment")(segment.segment)
app.add_typer(index.app, name="index")
app.add_typer(train.app, name="train")
app.command("search")(search.search)
app.add_typer(alert.app, name="alert")
app.add_typer(archive.app, name="archive")
app.command("evaluate")(evaluate.evaluate)
app.command("evaluate-search")(evaluate_search.evaluate_search)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("migrate")(migrate.migrate)
app.add_typer(user.app, name="user")
app.add_typer(unit.app, name="unit")
app.add_typer(key.app, name="key")
app.add_typer(audit.app, name="audit")
app.command("export")(export.export)
app.command("import")(imports.import_)
app.add_typer(redact.app, name="redact")
app.command("demo")(demo.demo)


def main() -> None:
    """Entry point: product errors become two lines on stderr, Chinese first, and exit code 2 or 3, never a traceback."""
    try:
        app()
    except YanpanError as error:
        from service.wording.chinese import on_terminal

        typer.echo(f"错误：{on_terminal(error)}", err=True)
        sys.exit(2 if error.code in ("configuration", "codebook", "lexicon", "cue") else 3)
    except OSError as error:
        # Readers turn what they meet into errors of items; what is left is an output that cannot be written.
        typer.echo(f"错误：{error.filename or ''}：{error.strerror or error}", err=True)
        sys.exit(3)
