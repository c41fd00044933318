"""The pages that the head of every page leads to."""

from __future__ import annotations

from dataclasses import dataclass

from service.access import Principal


@dataclass(frozen=True, slots=True)
class Entry:
    """A link, for those who hold one of the permissions (for all, where there is none)."""

    path: str
    name: str
    permissions: tuple[str, ...] = ()


ENTRIES = (
    Entry("/", "首页"),
    Entry("/records", "材料", ("record.read",)),
    Entry("/subjects", "观测", ("subject.read",)),
    Entry("/review", "复核", ("review.write", "review.adjudicate")),
    Entry("/cases", "相似案例", ("case.search",)),
    Entry("/assessments", "研判", ("assessment.read",)),
    Entry("/decisions", "运用", ("assessment.read",)),
    Entry("/batches", "批次", ("batch.write",)),
    Entry("/quality", "质量", ("record.read",)),
    Entry("/codebook", "标签体系"),
    Entry("/admin", "管理", ("user.manage", "key.manage", "unit.manage", "operation.read")),
    Entry("/audit", "审计", ("audit.read",)),
)


def entries_for(principal: Principal) -> list[Entry]:
    """What this person can open."""
    return [entry for entry in ENTRIES if not entry.permissions or principal.may(*entry.permissions)]
