"""How search hits look on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from nlp.codebook import Codebook
from nlp.retrieval import Hit
from nlp.retrieval.hits import Circumstance, TagEvidence
from nlp.retrieval.sayings import Meaning

_CHANNELS = {"bm25": "用词", "dense": "语义", "tags": "标签", "leaning": "倾向", "neighbours": "同类"}
_MAX_PAIRS = 2


def print_meanings(console: Console, meanings: Sequence[Meaning]) -> None:
    """What the query was understood as, and how to do without."""
    for meaning in meanings:
        said = f"“{meaning.saying}”" if meaning.form == meaning.saying else f"“{meaning.saying}”({meaning.form})"
        console.print(Text.assemble(("按词典理解 ", "bold"), f"{said}:{' / '.join(meaning.means)}"))
    if meanings:
        console.print(Text("只按原话检索用 --no-sayings", style="dim"))


def print_hits(console: Console, hits: Sequence[Hit], codebook: Codebook) -> None:
    """Each hit with its matched passages, shared, opposite and differing tags, and its rank in each channel."""
    if not hits:
        console.print(Text("没有找到相似案例。"))
    for hit in hits:
        console.print(_hit(hit, codebook))


def _hit(hit: Hit, codebook: Codebook) -> Panel:
    facts = " ".join(part for part in (hit.unit, hit.date, f"结果:{hit.outcome}" if hit.outcome else None) if part)
    rows: list[Text] = [Text(facts, style="dim")] if facts else []
    for pair in hit.pairs[:_MAX_PAIRS]:
        rows.append(Text.assemble(("查询 ", "bold"), pair.query.quote))
        rows.append(Text.assemble(("案例 ", "bold"), pair.case.quote))
        why = [f"语义相似 {pair.cosine:.2f}"] if pair.cosine is not None else []
        if pair.shared_words:
            why.append("共有词 " + "、".join(pair.shared_words[:6]))
        rows.append(Text("  理由:" + ";".join(why), style="dim"))
    for phrase in hit.phrases:
        places = [*phrase.title, *phrase.text]
        where = "、".join(dict.fromkeys(quote.quote for quote in places))
        rows.append(Text.assemble((f"原文“{phrase.phrase}” ", "bold"), f"{len(places)} 处:{where}"))
    for title, tags in (
        ("相同表现", hit.shared_tags),
        ("表现相反", hit.opposite_tags),
        ("不同之处", hit.differing_tags),
        ("同一表现但说的是他人", hit.other_subject_tags),
    ):
        if tags:
            rows.append(Text(f"{title}:" + "、".join(_tag(tag, codebook) for tag in tags)))
    for circumstance in hit.circumstances:
        rows.append(_circumstance(circumstance))
    if hit.resembles:
        rows.append(Text("与同批找到的案例相近:" + "、".join(hit.resembles), style="dim"))
    if hit.near_duplicates:
        rows.append(Text(f"另有内容近乎相同的 {len(hit.near_duplicates)} 个:" + "、".join(hit.near_duplicates)))
    if hit.handling:
        rows.append(Text(f"当时处理:{hit.handling}"))
    shares = "、".join(
        f"{_CHANNELS[name]} {channel.contribution:+.2f}" + (f"(第{channel.rank}名)" if channel.rank is not None else "")
        for name, channel in hit.channels.items()
    )
    rows.append(Text(f"得分 {hit.score:.2f} 的构成:{shares}", style="dim"))
    title = f"{hit.rank}. {hit.title or hit.id} [{hit.id}]"
    return Panel(Group(*rows), title=Text(title), title_align="left")


def _circumstance(found: Circumstance) -> Text:
    """Words of both sides on one of the three distinctions; where they differ, it says so first."""
    parts = [
        f"{side}“{'、'.join(quote.quote for quote in quotes)}”"
        for side, quotes in (
            ("查询:", [*found.query_honest, *found.query_wilful]),
            ("案例:", [*found.case_honest, *found.case_wilful]),
        )
        if quotes
    ]
    mark = "三个区分开来(情形不同)" if found.differs else "三个区分开来"
    return Text(f"{mark}|{found.zh}|" + ";".join(parts), style="yellow" if found.differs else "dim")


def _tag(tag: TagEvidence, codebook: Codebook) -> str:
    name = codebook.label(tag.label).zh if tag.label in codebook else tag.label
    return f"{name}{tag.polarity}"
