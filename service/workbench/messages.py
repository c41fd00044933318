"""What the workbench says in Chinese where the API answers with a code."""

from __future__ import annotations

from service.wording.titles import TITLES, title_of

PROBLEMS = {code: f"{title}。" for code, title in TITLES.items()}


def in_chinese(code: str) -> str:
    """One sentence for a problem's code; the problem's own detail goes below it."""
    return f"{title_of(code)}。"
