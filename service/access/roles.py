"""What each role may do. Roles are sets of permissions; a person has any number of roles."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.errors import InvalidInputError

PERMISSIONS = {
    "text.annotate": "标注、切分所给的文本(不入库)",
    "record.read": "查阅记实材料、标注、复核记录和观测清单",
    "record.write": "录入、更正材料,重新标注",
    "batch.write": "成批录入",
    "subject.read": "查阅被评价对象(化名)",
    "subject.write": "建立对象,认定材料与对象的关联",
    "subject.identify": "查看、登记化名背后的姓名",
    "review.write": "复核标注",
    "review.adjudicate": "裁定双盲复核的分歧",
    "assessment.read": "查阅研判和运用",
    "assessment.write": "起草、提交研判",
    "assessment.approve": "批准、退回研判",
    "decision.write": "登记运用(决定、回访、了结)",
    "case.search": "检索相似案例",
    "case.write": "加入历史案例",
    "search.save": "保存检索、接收提醒",
    "export.create": "导出卷宗和清单",
    "key.own": "管理自己的密钥",
    "audit.read": "查阅、核验审计日志",
    "user.manage": "管理用户",
    "key.manage": "查看、吊销他人的密钥",
    "unit.manage": "管理单位",
    "operation.read": "查看运行状况和全部后台任务",
}

_READING = {"record.read", "subject.read", "assessment.read", "text.annotate", "case.search", "search.save", "key.own"}

ROLES: dict[str, frozenset[str]] = {
    "analyst": frozenset(
        _READING
        | {
            "subject.write",
            "subject.identify",
            "review.write",
            "assessment.write",
            "decision.write",
            "export.create",
        }
    ),
    "reviewer": frozenset(
        _READING
        | {
            "subject.identify",
            "review.write",
            "review.adjudicate",
            "assessment.approve",
            "decision.write",
            "export.create",
        }
    ),
    "investigator": frozenset(_READING | {"subject.identify", "export.create"}),
    "archivist": frozenset(
        {
            "record.read",
            "record.write",
            "batch.write",
            "subject.read",
            "subject.write",
            "text.annotate",
            "case.search",
            "case.write",
            "key.own",
        }
    ),
    # Sees that something was done, never what it was about.
    "auditor": frozenset({"audit.read", "key.own"}),
    # Manages people and machines; reads no record.
    "admin": frozenset({"user.manage", "key.manage", "unit.manage", "operation.read", "key.own"}),
}

ROLE_ZH = {
    "analyst": "分析员",
    "reviewer": "复核员",
    "investigator": "调查员",
    "archivist": "档案员",
    "auditor": "审计员",
    "admin": "管理员",
}

# Levels of records and clearances. A reader sees what is at or below the own level.
LEVELS = {0: "公开", 1: "内部", 2: "秘密", 3: "机密", 4: "绝密"}
HIGHEST = max(LEVELS)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All that these roles may do together.

    Raises:
        InvalidInputError: there is no such role.
    """
    found: set[str] = set()
    for role in roles:
        if role not in ROLES:
            raise InvalidInputError(f"no such role: {role}", expected="、".join(ROLES))
        found |= ROLES[role]
    return frozenset(found)
