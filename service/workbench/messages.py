"""What the workbench says in Chinese where the API answers with a code."""

from __future__ import annotations

PROBLEMS = {
    "unauthenticated": "请先登录,或者用户名、密码不对。",
    "access_denied": "您没有做这件事的权限。",
    "too_many_attempts": "尝试太多次了,请稍后再试。",
    "not_found": "没有找到,或者不在您可以查阅的范围内。",
    "conflict": "与现有内容冲突。",
    "version_conflict": "别人刚刚改过这一项。请刷新后再改,您的输入没有保存。",
    "precondition_missing": "缺少版本号,请刷新页面再试。",
    "idempotency_conflict": "同一请求重复提交,内容却不相同。",
    "invalid_input": "填写的内容不符合要求。",
    "invalid_request": "填写的内容不符合要求。",
    "invalid_cursor": "翻页位置已失效,请从头翻起。",
    "too_large": "文件或文本太大。",
    "unsupported_format": "不支持这种文件格式。",
    "reading": "文件读不出来。",
    "undecodable_text": "文字编码辨认不出。",
    "corrupt_file": "文件已损坏。",
    "encrypted_file": "文件有密码保护。",
    "index_missing": "还没有建立案例索引。",
    "index_locked": "案例索引正在更新,请稍后再试。",
    "store_busy": "系统正忙,请稍后再试。",
    "internal": "系统出错了,详情在服务日志里。",
}


def in_chinese(code: str) -> str:
    """One sentence for a problem's code; the problem's own detail goes below it."""
    return PROBLEMS.get(code, "没有成功。")
