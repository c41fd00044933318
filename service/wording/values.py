"""Words of the data model that stand inside messages."""

from __future__ import annotations

from typing import Final

VALUES: Final = {
    "draft": "草稿",
    "submitted": "已提交",
    "approved": "已批准",
    "returned": "已退回",
    "open": "未结束",
    "queued": "排队中",
    "running": "进行中",
    "done": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
    "closed": "已了结",
    "MANIFEST.json": "MANIFEST.json",
    "an approved note": "已批准的研判",
    "an annotation": "标注结果",
    "one export": "同一次导出",
    "a Parquet file": "Parquet 文件",
}
