"""Why a file could not be taken in, and what its uploader can do, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.wording.chinese import value
from service.workbench.messages import PROBLEMS

_REASONS = {
    "unsupported_format": "不支持这种文件格式。",
    "undecodable_text": "文字编码辨认不出。",
    "corrupt_file": "文件已损坏，或者内容和扩展名不符。",
    "encrypted_file": "文件有密码保护。",
    "too_large": "文件太大，或者解开后太大。",
    "unsafe_path": "压缩包里有不安全的路径。",
    "conversion": "旧格式文件转换失败。",
    "invalid_record": "文件内容不合格式。",
    "invalid_input": "随文件填写的内容不合要求。",
    "time_limit": "读得太久，已中止。",
    "memory_limit": "读这个文件占用内存太多，已中止。",
    "worker_crash": "读这个文件时处理进程意外退出。",
    "annotating": "文字读出来了，标注时出错。",
    "missing_extra": "缺少读这种文件的组件。",
    "access_denied": "没有在这个单位或这个密级录入的权限。",
    "not_found": "要录入的单位不在了。",
    "reading": "文件读不出来。",
    "internal": "系统出错了，详情在服务日志里。",
}
_ADVICE = {
    "unsupported_format": "换成 docx、pdf、txt、html、xlsx 等格式再传。",
    "undecodable_text": "用记事本另存为 UTF-8 再传。",
    "corrupt_file": "在原来的程序里打开，另存一份再传。",
    "encrypted_file": "去掉密码再传。",
    "too_large": "拆成几个文件再传，或者请管理员调整上限。",
    "conversion": "另存为 docx 再传。",
    "invalid_record": "按说明改好那一处再传。",
    "invalid_input": "改好日期、来源等填写内容，重新建批次。",
    "time_limit": "拆小再传。",
    "memory_limit": "拆小再传。",
    "worker_crash": "重试一次；还不行就另存为别的格式。",
    "annotating": "重试一次；还不行请告诉管理员。",
    "missing_extra": "请管理员安装后重试。",
    "internal": "重试一次；还不行请告诉管理员。",
}


@dataclass(frozen=True, slots=True)
class FileError:
    """An error as the page tells it.

    Attributes:
        reason: what happened.
        advice: what to do; empty where nothing general can be said.
        place: line, page or part of the file, where it is known.
        detail: as the reader put it, for whoever looks into it.
        parts: errors of single parts of a file whose other parts were taken in.
    """

    reason: str
    advice: str = ""
    place: str = ""
    detail: str = ""
    parts: list[FileError] = field(default_factory=list)


def told(error: Mapping[str, Any] | None) -> FileError | None:
    """An error as ``BatchItem`` keeps it, in Chinese; None where there is none."""
    if not error:
        return None
    if error.get("parts"):
        parts = [made for part in error["parts"] if (made := told(part)) is not None]
        return FileError(f"读出了文件，其中 {len(parts)} 处没有录入。", parts=parts)
    code = str(error.get("code", "internal"))
    detail = "；".join(value(str(error[key])) for key in ("message", "expected", "hint") if error.get(key))
    reason = _REASONS.get(code) or PROBLEMS.get(code) or "没有录入成功。"
    return FileError(reason, _ADVICE.get(code, ""), value(str(error.get("place", ""))), detail)
