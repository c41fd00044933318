"""Postal addresses: from the province down to the room, as far as a house or a village group is named.

The name of a county, town or village alone is no address: it says where somebody works, and every report is full of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nlp.reading.splitting.characters import HAN
from nlp.redaction.model import Finding

# Characters of the words that stand before an address end it to the left: 现住, 位于, 户籍地址为, 寄到.
_LEAD: Final = "地住在位于於为為是系至到从從與与及的了本址"
_LEVEL: Final = "省市县縣区區镇鎮乡鄉村号號"
_NAME: Final = rf"(?![{_LEAD}{_LEVEL}路街])[{HAN}A-Z]"
# 后街村, 村前路: the names of villages and roads hold each other's endings.
_LOOSE: Final = rf"(?![{_LEAD}{_LEVEL}])[{HAN}A-Z]"
_NUMBER: Final = (
    r"(?:\d{1,5}(?:[-—－]\d{1,4}){0,3}|[一二三四五六七八九十百零〇]{1,5}|[甲乙丙丁A-Z](?=[座栋棟幢区區组組]))"
)
_ADMIN: Final = rf"(?:{_NAME}){{1,8}}?(?:特别行政区|自治区|自治州|自治县|开发区|新区|地区|省|市|州|盟|县|縣|旗|区|區)"
_TOWN: Final = rf"(?:{_NAME}){{1,6}}?(?:街道(?!办)|镇(?!政府|党委)|鎮|乡(?!政府|党委)|鄉|苏木)"
_PLACE: Final = (
    rf"(?:{_LOOSE}){{1,8}}?(?:行政村|自然村|新村|村(?!委|民|支|党|主任|干部)|社区|社區|嘎查|屯|庄|莊|寨|家属院|宿舍|大院"
    r"|小区|小區|花园|花園|公寓|家园|大厦|大廈|苑|城(?=\d))"
)
_ROAD: Final = (
    rf"(?:{_LOOSE}){{1,8}}?(?:大街|大道|胡同|东街|西街|南街|北街|路|街(?!道)|道(?=\d)|巷|弄|里(?=\d)|坊(?=\d))"
    r"(?:[东西南北中]段)?"
)
_HOUSE: Final = rf"附?{_NUMBER}(?:号|號)(?:院|楼|樓|大院)?"
_DETAIL: Final = (
    rf"(?:{_HOUSE}"
    rf"|{_NUMBER}(?:单元|單元|村民小组|小组|弄|巷|幢|栋|棟|座|门|門|室|楼|樓|层|層|组|組|社|队|隊|户|房)"
    r"|(?<=[楼樓幢栋棟])\d{3,4}(?![\d月年])|(?<=单元)\d{3,4}(?![\d月年]))"
)
_TAIL: Final = rf"(?:{_DETAIL}[ ，]?)*{_DETAIL}"
_HEAD: Final = rf"(?:{_ADMIN}){{0,4}}(?:{_TOWN}){{0,2}}"
_ADDRESS: Final = re.compile(
    rf"{_HEAD}(?:(?:{_PLACE}){{1,2}}(?:{_ROAD})?|{_ROAD}(?:{_PLACE})?|(?<=镇)|(?<=乡)|(?<=街道)){_TAIL}"
)
# Behind a word that promises an address, a chain of names is enough.
_CUE: Final = r"(?:住址|住所|地址|现住|現住|家住|租住|居住在|居住于|住在|户籍地|户籍所在地|户口所在地|籍所在地|常住)(?:为|為|是|在|于)?[：\s]{0,3}"
_CUED: Final = re.compile(rf"{_CUE}((?:{_ADMIN}){{0,4}}(?:{_TOWN}){{0,2}}(?:{_PLACE}|{_ROAD})?)")
_LEVELS: Final = re.compile("[省市州县縣区區镇鎮乡鄉村路街]|社区|街道|苏木|嘎查")
_HINT: Final = re.compile("[号號弄幢栋棟室组組社队隊楼樓院]|单元|單元|门|住|址|籍")


def find_addresses(text: str, plain: str) -> Iterator[Finding]:
    """Places of addresses.

    Args:
        text: any text.
        plain: its matching form.

    Yields:
        In order, without overlap. An address names a road with a house number, an estate with a building, or a village
        with a group; behind 住址, 现住, 户籍地 and the like two levels of names are enough.
    """
    position = 0
    for line in plain.split("\n"):
        end = position + len(line)
        if _HINT.search(line):
            found = [match.span() for match in _ADDRESS.finditer(plain, position, end)]
            for match in _CUED.finditer(plain, position, end):
                span = match.span(1)
                if len(_LEVELS.findall(match[1])) >= 2 and not any(a < span[1] and span[0] < b for a, b in found):
                    found.append(span)
            for start, stop in sorted(found):
                bare = re.sub(r"[\s\-—－，]", "", plain[start:stop])
                yield Finding(start, stop, text[start:stop], "address", bare)
        position = end + 1
