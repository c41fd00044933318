"""The word before a number that says what it is."""

from __future__ import annotations

import re
from typing import Final, Literal

Cue = Literal["identity_number", "phone", "bank_card", "passport", "other"]

_REACH: Final = 18
_CUES: Final = re.compile(
    r"(?P<identity_number>身份证|身份號|公民身份|证件|證件|身分證|身份)"
    r"|(?P<phone>电话|電話|手机|手機|座机|座機|传真|傳真|联系方式|聯繫方式|拨打|撥打|致电|热线|号码为?(?=1[3-9])|[Tt][Ee][Ll])"
    r"|(?P<passport>护照|護照|通行证|通行證|签证)"
    r"|(?P<bank_card>银行|銀行|卡号|卡號|账号|账户|帐号|帐户|賬號|开户|户名|[工农中建交招]行|信用社|农信社|农商行|卡[上内里]?)"
    r"|(?P<other>订单|流水|发票|合同|文号|代码|凭证|编码|编号|案号|批号|序列号|金额|资金|投资|统计)"
)


def cue_before(plain: str, start: int) -> Cue | None:
    """The last word within the 18 characters before a number, on its line, that says what the number is."""
    window = plain[max(0, start - _REACH) : start].rpartition("\n")[2]
    last: str | None = None
    for match in _CUES.finditer(window):
        last = match.lastgroup
    return last  # type: ignore[return-value]
