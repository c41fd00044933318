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


@app.command("encoder")
def encoder(
    pairs: Annotated[
        list[Path],
        typer.Option("--pairs", help="有人工分值的句对(句、句、分,制表符分隔;如 STS-B 训练集;可多次给出)"),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="输出文件夹")],
    cases: Annotated[Path | None, typer.Option("--cases", help="案例语料文件夹(默认随产品的 cases)")] = None,
    corpus: Annotated[Path | None, typer.Option("--corpus", help="句库所在语料(默认随产品的 narratives)")] = None,
    tagger: Annotated[Path | None, typer.Option("--tagger", help="从哪个标注模型起步(默认随产品的)")] = None,
    from_foundation: Annotated[
        bool, typer.Option("--from-foundation", help="不从标注模型、从预训练编码器起步")
    ] = False,
    go_on: Annotated[Path | None, typer.Option("--go-on", help="从这个行为句向量模型接着训练")] = None,
    glosses: Annotated[
        list[Path] | None,
        typer.Option("--glosses", help="成语、俗语、歇后语及其释义(制表符分隔,一行一条;可多次给出)"),
    ] = None,
    updates: Annotated[int, typer.Option(min=1, help="更新次数")] = 350,
    rate: Annotated[float, typer.Option(min=0, help="最高学习率")] = 1.5e-4,
    families: Annotated[int, typer.Option(min=1, help="每次更新取几族案例")] = 2,
    sketches: Annotated[int, typer.Option(min=0, help="每次更新取几则短例")] = 12,
    frozen: Annotated[int, typer.Option(min=0, help="最低几层不训练")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="处理器线程")] = 2,
    seed: Annotated[int, typer.Option(help="随机种子")] = 20261122,
) -> None:
    """用案例、句库和句对训练检索用的句向量(对比学习)。"""
    import torch

    from nlp.evaluation.search.archetypes import read_case_corpus
    from nlp.training.corpus import read_corpus
    from nlp.training.encoder import EncoderOptions
    from nlp.training.encoder_data import read_glosses, read_scored_pairs
    from nlp.training.encoder_recipe import EncoderRecipe, train_encoder

    torch.set_num_threads(threads)
    start = None if from_foundation else tagger or corpora_path("models") / "tagger"
    options = EncoderOptions(updates=updates, rate=rate, families=families, sketches=sketches, seed=seed)
    manifest = train_encoder(
        read_case_corpus(cases or corpora_path("cases")),
        read_corpus(corpus or corpora_path("narratives"), "train").bank,
        [pair for path in pairs for pair in read_scored_pairs(path)],
        out,
        EncoderRecipe(tagger=start, encoder=go_on, frozen=frozen, options=options),
        _say,
        [pair for path in glosses or () for pair in read_glosses(path)],
    )
    _say(f"完成:{out},用时 {manifest['seconds']} 秒")


@app.command("leaning")
def leaning(
    out: Annotated[Path, typer.Option("--out", "-o", help="刻度文件")],
    cases: Annotated[Path | None, typer.Option("--cases", help="案例语料文件夹(默认随产品的 cases)")] = None,
) -> None:
    """量出标签倾向的刻度:各类文本上每个标签得分的均值与离差(只用训练部分)。"""
    import json

    import nlp
    from nlp.evaluation.search.archetypes import read_case_corpus
    from nlp.retrieval.leaning import TextKind, learn_scale

    corpus = read_case_corpus(cases or corpora_path("cases"))
    _, records, queries = corpus.part("train")
    texts: dict[TextKind, list[str]] = {
        "record": [row.text for row in (*records, *corpus.unrelated)],
        "narrative": [row.text for row in queries if row.kind == "narrative"],
        "phrase": [row.text for row in queries if row.kind == "phrase"],
    }
    peaks = {kind: [found for text in rows if (found := nlp.annotate(text).peaks)] for kind, rows in texts.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(learn_scale(peaks), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _say(f"已写入 {out}({'、'.join(f'{kind} {len(rows)} 篇' for kind, rows in peaks.items())})")


@app.command("fusion")
def fusion(
    index: Annotated[Path, typer.Option("--index", help="由案例语料建立的索引(含全部案例和无关记录)")],
    out: Annotated[Path, typer.Option("--out", "-o", help="权重文件;已有的其他模型的权重保留")],
    cases: Annotated[Path | None, typer.Option("--cases", help="案例语料文件夹(默认随产品的 cases)")] = None,
    split: Annotated[str, typer.Option(help="用哪一部分的查询")] = "dev",
) -> None:
    """学习检索各通道的权重(短语与叙述各一套)。"""
    import nlp
    from nlp.evaluation.search.archetypes import read_case_corpus, to_queries
    from nlp.retrieval import CaseIndex
    from nlp.training.search_fusion import learn_fusion, write_weights

    corpus = read_case_corpus(cases or corpora_path("cases"))
    rows = corpus.part(split)[2]
    judgements = corpus.judgements(rows)
    opened = CaseIndex.open(index)
    learned = {}
    for kind in ("phrase", "narrative"):
        queries = to_queries(row for row in rows if row.kind == kind)
        one = learned[kind] = learn_fusion(opened, queries, nlp.annotate, judgements)
        told = f"{one.weights},{one.feedback},词典 {one.understanding}"
        _say(f"{kind}:{told},nDCG@10 {one.ndcg:.3f}({len(queries)} 条查询)")
    name = opened.info().encoder
    write_weights(out, name, learned, {"split": split, "version": opened.info().encoder_version})
    _say(f"已写入 {out}({name})")


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
