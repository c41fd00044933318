"""The walk through the four steps, each over HTTP by the one whose work it is."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from nlp.errors import DemoError
from service.demo.loading import Loaded
from service.demo.printing import Printer
from service.review.labels import codebook

_PERSON, _CONTRADICTED = "wang", "li"


class Walk:
    """Asks the service what it holds, step by step, and prints it.

    Args:
        made: what was put in.
        console: where to print.
    """

    def __init__(self, made: Loaded, console: Console) -> None:
        cast = made.material.cast
        self._made = made
        self._names = {made.admin.login: "管理员", **{user.login: user.name for user in cast.users}}
        self._codes = {subject.key: subject.code for subject in cast.subjects}
        self._print = Printer(console, self._names)
        self._book = codebook()
        flow = made.material.workflow
        self._analyst, self._archivist = made.people[flow.search.by], made.people[flow.batch.by]
        self._noted = next(item for item in flow.assessments if item.decisions)

    def run(self) -> None:
        """All four steps, and what was written down about them.

        Raises:
            DemoError: the service answers otherwise than it should.
        """
        self._made.tell(self._print.exchange)
        try:
            self.recording()
            self.observing()
            self.assessing()
            self.applying()
            self.watching()
        finally:
            self._made.tell(None)

    def recording(self) -> None:
        """记实: records, versions, a batch with a broken file, duplicates told, reviews."""
        print_, made = self._print, self._made
        print_.chapter("记实:材料进来,原样保存,逐句标注")
        page = self._archivist.get("/v1/records", limit=200)["items"]
        print_.say(f"共 {len(page)} 份材料,{len({row['unit_id'] for row in page})} 个单位;最近一份:{page[0]['title']}")
        key = self._noted_record()
        there = made.records[key]
        said = self._analyst.get(f"/v1/records/{there.id}/annotation")
        print_.say(f"《{made.material.record(key).title}》{len(said['text'])} 字,标注 {len(said['tags'])} 处,例如:")
        print_.lines(self._named(tag) for tag in said["tags"])
        correction = made.material.workflow.corrections[0]
        versions = self._archivist.get(f"/v1/records/{made.records[correction.record].id}/versions")["items"]
        print_.say(f"更正不覆盖原件:第 {versions[0]['number']} 版,理由“{versions[0]['correction']}”,第 1 版仍可查")
        items = self._archivist.get(f"/v1/batches/{made.batch_id}/items")["items"]
        for item in items:
            if item["error"]:
                print_.say(
                    f"成批 {len(items)} 个文件,《{item['file_name']}》没有读成:{item['error']['message']};其余照常"
                )
        waiting = self._analyst.get("/v1/reviews/queue", limit=2)
        print_.say(f"待复核标注 {waiting['waiting']} 处,最没有把握的在前:")
        print_.lines({**self._named(one["tag"]), "title": one["title"]} for one in waiting["items"])
        agreed = self._analyst.get("/v1/reviews/agreement")
        print_.say(
            f"双盲复核 {agreed['rounds']} 份,按分句的 kappa {_figure(agreed['kappa'])},alpha {_figure(agreed['alpha'])}"
        )

    def observing(self) -> None:
        """观测: ledgers by source, contradictions side by side, an early sign, gaps."""
        print_ = self._print
        print_.chapter("观测:谁说的、说了几处、有没有相反的话")
        seen = self._observed(_CONTRADICTED)
        print_.say(f"{seen['subject']['name']}(化名):材料 {seen['records']} 份,只列证据,不打分")
        for view in seen["positive"][:2]:
            print_.say(f"实绩清单·{view['zh']}:{view['pieces']} 处,独立来源 {view['sources']} 个")
            print_.lines(view["lines"], 2)
        for one in seen["contradictions"][:1]:
            print_.say(f"说法相反·{one['zh']}:哪边对由人去查")
            print_.lines(one["positive"], 2)
            print_.lines(one["negative"], 2)
        print_.say("没有人说到:" + "、".join(gap["zh"] for gap in seen["gaps"] if gap["nobody"]))
        other = self._observed(_PERSON)
        for sign in other["early_signs"]:
            if sign["kind"] == "fact_after_praise":
                print_.say(f"{other['subject']['name']} 的苗头·{self._book.label(sign['label']).zh}:{sign['zh']}")
                print_.lines([*sign["before"][:2], sign["line"]])

    def assessing(self) -> None:
        """研判: a note whose findings cite evidence, a refused one, similar cases, a returned note, the dossier."""
        print_, made = self._print, self._made
        print_.chapter("研判:每条认定都引经过复核的证据")
        subject_id = made.subjects[self._noted.subject]
        bare = {"statement": "作风过硬", "label": "work_style", "polarity": "+", "evidence": []}
        empty = {"subject_id": subject_id, "occasion": "试写", "summary": "", "findings": [bare]}
        print_.say(f"没有证据的认定不收:{self._analyst.refused('POST', '/v1/assessments', empty)}")
        note = self._analyst.get(f"/v1/assessments/{made.assessments[self._noted.key]}")
        by = self._name_of(note["decided_by"])
        print_.say(f"《{note['occasion']}》第 {note['versions']} 版,已由{by}批准(起草人不能批准自己的)")
        for finding in note["current"]["findings"]:
            print_.say(f"认定:{finding['statement']}")
            print_.lines(finding["evidence"], 2)
        for said in note["current"]["circumstances"][:3]:
            honest, _, wilful = said["zh"].partition(" / ")
            print_.say(f"三个区分开来·“{said['quote']}”,可归入:{honest if said['side'] == 'honest' else wilful}")
        for case in note["current"]["cases"]:
            print_.say(
                f"相似案例 {case['case_id']}《{case['reasons']['title']}》,当时结果:{case['reasons']['outcome']}"
            )
            for pair in case["reasons"]["pairs"][:1]:
                print_.say(f"  对得上的两段:“{pair['query']['quote']}” / “{pair['case']['quote']}”")
        for item in made.material.workflow.assessments:
            if item.judged is not None and not item.judged.approve:
                other = self._analyst.get(f"/v1/assessments/{made.assessments[item.key]}")
                print_.say(f"退回的一份《{other['occasion']}》:{other['return_reason']}")
        content = self._analyst.download(f"/v1/assessments/{note['id']}/dossier.pdf")
        print_.say(f"卷宗 PDF {len(content):,} 字节,引文带出处")

    def applying(self) -> None:
        """运用: what people decided, the case that came of it, the alert it raised."""
        print_, made = self._print, self._made
        print_.chapter("运用:人作决定,到期回访,了结成为案例")
        note_id = made.assessments[self._noted.key]
        decisions = self._analyst.get("/v1/decisions", assessment_id=note_id)["items"]
        for one in decisions:
            print_.say(f"{one['measure_zh']}:{one['decided_by']},{one['decided_on']},回访 {one['follow_up_on']}")
        closed = next(one for one in decisions if one["state"] == "closed")
        search = made.material.workflow.search
        found = self._analyst.post("/v1/search", {"text": search.text, "k": 5})["hits"]
        own = next((hit for hit in found if hit["id"] == closed["case_id"]), None)
        if own is None:
            raise DemoError("the closed decision is not among the cases", path=closed["case_id"])
        print_.say(f"了结的“{closed['measure_zh']}”已成为案例,再搜同样的话排第 {own['rank']}:{own['snippet'][:60]}…")
        for alert in self._analyst.get("/v1/alerts", unseen=True)["items"]:
            print_.say(f"提醒:保存的检索“{search.name}”有了新案例 …{alert['case_id'][-10:]}")
        due = self._analyst.get("/v1/decisions/due", on=max(one["follow_up_on"] for one in decisions))["items"]
        print_.say(
            f"到期待回访 {len(due)} 项:" + "、".join(f"{one['measure_zh']}({one['follow_up_on']})" for one in due)
        )

    def watching(self) -> None:
        """Who may know of what, and the log of all of it."""
        print_, made = self._print, self._made
        print_.chapter("权限和留痕")
        investigator = next(
            made.people[user.login] for user in made.material.cast.users if "investigator" in user.roles
        )
        outside = made.records[self._noted_record()]
        print_.say(f"别的单位的材料,连有没有都不告诉:{investigator.refused('GET', f'/v1/records/{outside.id}')}")
        auditor = next(made.people[user.login] for user in made.material.cast.users if "auditor" in user.roles)
        chain = auditor.get("/v1/audit/verify")
        if not chain["intact"]:
            raise DemoError("the audit log does not hold", place=chain["broken_at"])
        print_.say(f"审计日志 {chain['entries']:,} 条,逐条相扣,核验无误;审计员看得到谁做了什么,看不到材料内容")

    def _noted_record(self) -> str:
        return self._noted.findings[0].evidence[0].record

    def _observed(self, key: str) -> Any:
        return self._analyst.get(f"/v1/subjects/{self._made.subjects[key]}/observation")

    def _named(self, tag: dict[str, Any]) -> dict[str, Any]:
        return {**tag, "title": self._book.label(tag["label"]).zh}

    def _name_of(self, user_id: str) -> str:
        known = {person.id: login for login, person in self._made.people.items()}
        return self._names[known[user_id]]


def _figure(value: float | None) -> str:
    return "无" if value is None else f"{value:.2f}"
