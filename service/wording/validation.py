"""What is wrong with a field of a request, in Chinese, by the type that pydantic gives the error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TYPES: Final = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段",
    "none_required": "应当为空",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "不超过 {max_length} 个字符",
    "string_pattern_mismatch": "格式不对（{pattern}）",
    "string_unicode": "不是有效的 Unicode 文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数太大",
    "int_from_float": "应为整数",
    "float_type": "应为数",
    "float_parsing": "应为数",
    "finite_number": "应为有限的数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "too_short": "至少 {min_length} 项",
    "too_long": "不超过 {max_length} 项",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "json_invalid": "不是有效的 JSON",
    "json_type": "应为 JSON",
    "date_type": "应为日期",
    "date_parsing": "应为日期 YYYY-MM-DD",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD",
    "date_from_datetime_inexact": "应为日期，不带时间",
    "datetime_type": "应为日期和时间",
    "datetime_parsing": "应为日期和时间",
    "datetime_from_date_parsing": "应为日期和时间",
    "timezone_aware": "须注明时区",
    "uuid_parsing": "不是有效的编号",
    "bytes_type": "应为文件",
    "url_parsing": "不是有效的地址",
    "value_error": "值不对",
    "assertion_error": "值不对",
}


def told(error: Mapping[str, Any]) -> str:
    """One error as ``ValidationError.errors()`` gives it; pydantic's own words where the type is not known here."""
    found = _TYPES.get(str(error["type"]))
    if found is None:
        return str(error["msg"])
    if error["type"] in ("value_error", "assertion_error"):
        _, _, reason = str(error["msg"]).partition(", ")
        return f"{found}：{reason}" if reason else found
    words = {name: str(value).replace(" or ", " 或 ") for name, value in (error.get("ctx") or {}).items()}
    try:
        return found.format_map(words)
    except KeyError:
        return str(error["msg"])
