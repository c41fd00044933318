"""``yanpan train``: the models anew, from the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path

app = typer.Typer(help="重新训练模型(可复现:固定随机种子,记录数据哈希)。", no_args_is_help=True)


@app.command("tagger")
def tagger(
    out: Annotated[Path, typer.Option("--out", "-o", help="模型文件夹")],
    corpus: Annotated[Path | None, typer.Option("--corpus", help="语料文件夹(默认随产品的 narratives)")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="轮数")] = 6,
    layers: Annotated[int, typer.Option(min=1, max=12, help="保留预训练编码器的层数")] = 6,
    threads: Annotated[int, typer.Option(min=1, help="处理器线程")] = 2,
    seed: Annotated[int, typer.Option(help="随机种子")] = 20261122,
) -> None:
    """用标注语料训练标注模型,在开发集作者上校准。"""
    import torch

    from nlp.training.corpus import read_corpus
    from nlp.training.recipe import Recipe, train_tagger
    from nlp.training.tagger import TrainingOptions

    folder = corpus or corpora_path("narratives")
    torch.set_num_threads(threads)
    recipe = Recipe(layers=layers, options=TrainingOptions(epochs=epochs, seed=seed))
    manifest = train_tagger(read_corpus(folder, "train"), read_corpus(folder, "dev"), out, recipe, _say)
    _say(f"完成:{out},用时 {manifest['seconds']} 秒")


@app.command("language-model")
def language_model(
    text: Annotated[list[str], typer.Option("--text", help="文本文件(.txt 或 .txt.xz,一行一段),可写作 文件@份额")],
    out: Annotated[Path, typer.Option("--out", "-o", help="输出文件夹")],
    steps: Annotated[int, typer.Option(min=1, help="步数")] = 6000,
    layers: Annotated[int, typer.Option(min=1, help="层数")] = 3,
    width: Annotated[int, typer.Option(min=32, help="宽度(能被 4 整除)")] = 256,
    threads: Annotated[int, typer.Option(min=1, help="处理器线程")] = 2,
    seed: Annotated[int, typer.Option(help="随机种子")] = 20261122,
) -> None:
    """从零预训练一个汉字小模型(掩码语言模型)。"""
    import torch

    from nlp.training.language_model import Options, pretrain

    torch.set_num_threads(threads)
    pretrain(
        [_source(item) for item in text], out, Options(steps=steps, seed=seed), layers=layers, width=width, report=_say
    )


def _source(item: str):  # type: ignore[no-untyped-def]  # the type lives behind the lazy import
    from nlp.training.language_model import Source

    path, mark, share = item.rpartition("@")
    if not mark:
        return Source(Path(item), 1.0)
    try:
        return Source(Path(path), float(share))
    except ValueError as error:
        raise ConfigurationError(f"{item}: {share!r} is no share", expected="FILE or FILE@NUMBER") from error


def _say(line: str) -> None:
    typer.echo(line, err=True)
