"""Chinese words of the pages for values that the API names in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nlp.codebook import Codebook

GROUP_CLASS: Final[Mapping[str | None, str]] = {"德": "g1", "能": "g2", "勤": "g3", "绩": "g4", "廉": "g5", None: "g6"}
"""Group of a label to the class that colours it; labels without a group are those of 政绩观."""

SUBJECT_KINDS: Final = {"person": "个人", "team": "班子", "unit": "班子"}
LINK_ROLES: Final = {"target": "评价对象", "team": "所在班子", "mentioned": "提到"}
LINK_STATES: Final = {"proposed": "待确认", "confirmed": "已确认", "rejected": "已否定"}
SOURCE_KINDS: Final = {
    "superior": "上级",
    "peer": "同级",
    "subordinate": "下级",
    "public": "群众",
    "self": "本人",
    "organisation": "组织",
}
NOTE_STATES: Final = {"draft": "草稿", "submitted": "待批准", "approved": "已批准", "returned": "已退回"}
NOTE_TONES: Final = {"draft": "", "submitted": "warn", "approved": "good", "returned": "bad"}
SIDES: Final = {"honest": "属失误、可容一侧", "wilful": "属违规、不可容一侧"}
DECISION_STATES: Final = {"open": "未了结", "closed": "已了结"}
JOB_STATES: Final = {
    "queued": "排队",
    "running": "进行中",
    "done": "完成",
    "failed": "失败",
    "cancelled": "已取消",
}
JOB_TONES: Final = {"queued": "", "running": "warn", "done": "good", "failed": "bad", "cancelled": ""}
JOB_KINDS: Final = {
    "batch": "成批录入",
    "index.sync": "更新案例索引",
    "alerts": "检查提醒",
    "reannotate": "重新标注",
    "export": "导出",
}
FINDERS: Final = {"lexicon": "词库", "classifier": "模型", "both": "词库与模型", "human": "人工"}
CHANNELS: Final = {"bm25": "用词", "dense": "语义", "tags": "标签", "leaning": "倾向", "neighbours": "同类"}
BATCH_STATES: Final = {"open": "待处理", "running": "进行中", "done": "已处理", "cancelled": "已取消"}
ITEM_STATES: Final = {
    "queued": "排队",
    "running": "正在读",
    "done": "完成",
    "duplicate": "重复",
    "failed": "失败",
    "cancelled": "已取消",
}
ITEM_TONES: Final = {"queued": "", "running": "warn", "done": "good", "duplicate": "", "failed": "bad", "cancelled": ""}
CHANGES: Final = {"added": "增加", "removed": "删去", "changed": "改动"}
PARTS: Final = {"summary": "综述", "finding": "认定", "evidence": "证据", "case": "案例", "circumstance": "情形"}


def label_names(book: Codebook) -> dict[str, str]:
    """Label id to its Chinese name."""
    return {label.id: label.zh for label in book.labels}


def label_classes(book: Codebook) -> dict[str, str]:
    """Label id to the class of its group's colour."""
    return {label.id: GROUP_CLASS.get(label.group, "g6") for label in book.labels}
