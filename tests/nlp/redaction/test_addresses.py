"""Addresses of houses; the names of counties, towns and offices are none."""

from __future__ import annotations

import pytest

from nlp.reading.splitting.characters import matching_form
from nlp.redaction.addresses import find_addresses


def found(text: str) -> list[str]:
    return [item.quote for item in find_addresses(text, matching_form(text))]


@pytest.mark.parametrize(
    ("before", "address", "behind"),
    [
        ("现住", "A省B市C区青山路18号3单元502室", "。"),
        ("户籍所在地", "A省C市D县石桥镇柳树村三组12号", "，"),
        ("家住", "A县城关镇解放街5号", "，"),
        ("住在", "西关街道将军巷3号院5栋201室", "，"),
        ("地址：", "D县东关镇后街村四社", "。"),
        ("寄到", "北京市某区和平里东街99号院1号楼", "，"),
        ("在", "E市F区桃园路桃园小区7幢2单元301", "。"),
        ("户籍地：", "A省B市C县", "。"),
        ("住址：", "Ａ省Ｂ市Ｃ区人民路１００号", "（邮编"),
        ("住址：", "臺北街道中山路十二號", "。"),
    ],
)
def test_addresses(before: str, address: str, behind: str) -> None:
    assert found(before + address + behind) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "项目部设在A县B镇，途经青山路、人民大街，三号楼封顶，二组负责验收，5号前完工。",
        "中央一号文件、县委三楼会议室、六村联建、第3组",
        "他在石桥镇柳树村驻村两年。",
        "国务院、全国人大、北京市、B市驻点",
        "走好群众路线1条",
    ],
)
def test_no_addresses(text: str) -> None:
    assert found(text) == []
