"""Who a text says did it, how far it apologises, and whether it names a cause: what versions must have in common (S4-21).

Read out of the text, so that it holds for a pasted one as for one of ours. Precision first: another agent is only told
where a sentence gives somebody else the act or the fault, and nothing in the text takes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from playbook.linter import Report
from playbook.text import Language

Agent = Literal["ours", "other", "nobody", "unsaid"]
"""Who did it: we; somebody else; it happened by itself (a passive, 「發生錯誤」); the text does not speak of it."""
Depth = Literal["fault", "feelings", "none"]
"""How far the apology goes: for what we did; for how people feel; not at all."""

_OTHER: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:(?:our|the|a|an|its) (?:[\w-]+ ){0,2}(?:supplier|courier|carrier|vendor|contractor|subcontractor|processor|provider|partner|manufacturer|printer|agency|landlord|operator|weather|customer|user|driver)|third[- ]party|\w+ Logistics)\b"
        r"[^.!?\n]{0,60}\b(?:caused|failed|made (?:a|an|the) (?:mistake|error)|was (?:responsible|to blame|at fault)|is (?:responsible|to blame|at fault)|mixed up|delivered (?:it )?late|lost|damaged|entered|did not)\b"
        r"|\b(?:caused by|due to|because of|the fault of|a failure (?:at|of)|an? (?:error|mistake) (?:by|at|of)) (?:our|the|a|an|its) (?:[\w-]+ ){0,2}(?:supplier|courier|carrier|vendor|contractor|subcontractor|processor|provider|partner|manufacturer|printer|agency|operator|weather|customer|user|driver)\b",
        re.I,
    ),
    "zh-Hant": re.compile(
        r"(?:供應商|廠商|物流(?:業者|公司)?|貨運(?:行|公司)|外包(?:商|廠商|公司)?|承包商|合作(?:夥伴|廠商)|第三方|系統商|印刷廠|司機|天氣|天候|客人|使用者|電信業者)(?:的)?[^。！？\n，]{0,14}(?:造成|導致|所致|疏失|失誤|出錯|弄錯|的錯|該負責|責任|遲到|未能)"
        r"|(?:因|由於|起因於|肇因於)[^。！？\n，]{0,6}(?:供應商|廠商|物流|貨運|外包|承包商|合作夥伴|第三方|系統商|天氣|天候)"
    ),
    "zh-Hans": re.compile(
        r"(?:供应商|厂商|物流(?:公司|方)?|快递(?:公司|员)?|外包(?:商|公司)?|承包商|合作(?:伙伴|方)|第三方|系统商|印刷厂|司机|天气|顾客|用户操作|运营商)(?:的)?[^。！？\n，]{0,14}(?:造成|导致|所致|疏忽|失误|出错|弄错|的错|应负责|责任|迟到|未能)"
        r"|(?:因|由于|起因于|源于)[^。！？\n，]{0,6}(?:供应商|厂商|物流|快递|外包|承包商|合作伙伴|第三方|系统商|天气|运营商)"
    ),
}  # fmt: skip
_NOBODY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:(?:mistakes?|errors?|failures?) (?:was|were|has been|have been) made|there (?:was|has been|were) an? (?:[\w-]+ )?(?:error|issue|problem|mix-up|fault|incident)"
        r"|an? (?:[\w-]+ ){0,2}(?:error|issue|problem|mix-up|incident) (?:occurred|arose|happened)|(?:was|were) (?:inadvertently|mistakenly|accidentally|unfortunately) \w+ed)\b",
        re.I,
    ),
    "zh-Hant": re.compile(
        r"(?:發生|出現|產生)了?(?:一些|部分|些許|一點)?[^。！？\n，]{0,6}(?:錯誤|異常|問題|狀況|疏漏|誤差|失誤)|遭到(?:誤|錯)|(?:作業|流程|系統)(?:上的)?(?:疏漏|異常|瑕疵)"
    ),
    "zh-Hans": re.compile(
        r"(?:发生|出现|产生)了?(?:一些|部分|些许|一点)?[^。！？\n，]{0,6}(?:错误|异常|问题|状况|疏漏|误差|失误)|遭到(?:误|错)|(?:作业|流程|系统)(?:上的)?(?:疏漏|异常|瑕疵)"
    ),
}  # fmt: skip
# Who says sorry for somebody else's act does not say that the act was ours.
_WE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:we|I)\b(?! (?:(?:are|am|do|deeply|sincerely|very|truly|so) )*(?:sorry|apologi[sz]e|regret))"
        r"|\bour (?:own|mistake|error|fault|failure|responsibility)\b",
        re.I,
    ),
    "zh-Hant": re.compile(r"(?:我們|我方|本公司|敝公司|本校|本店)(?![^，。]{0,8}(?:道歉|致歉|抱歉|歉意|對不起|遺憾))|在我"),
    "zh-Hans": re.compile(r"(?:我们|我方|本公司|我司|本校|本店)(?![^，。]{0,8}(?:道歉|致歉|抱歉|歉意|对不起|遗憾))|在我"),
}  # fmt: skip


@dataclass(frozen=True)
class Stance:
    """What a text says of the act: who did it, how far it apologises, whether it names a cause; spans as code points.

    `agent_at`, `regret_at` and `cause_at` are (start, end) of the sentence that says so, (0, 0) where none does.
    """

    agent: Agent
    depth: Depth
    cause: bool
    agent_at: tuple[int, int]
    regret_at: tuple[int, int]
    cause_at: tuple[int, int]


def stance_of(text: str, language: Language, report: Report, meant: frozenset[str] | None = None) -> Stance:
    """Return the stance of a text; `report` is the linter's of the same text, for the parts that it found.

    `meant` are the parts that a generated text was composed of: it says nothing of another one.
    """

    def found_in(part: str, grade: int) -> list[tuple[int, int]]:
        if meant is not None and part not in meant:
            return []
        return [(span.start, span.end) for span in report.parts.get(part, ()) if span.grade >= grade]

    # "The courier company's error" names an error and a company, and neither is ours.
    ours = next((at for at in found_in("responsibility", 2) if not _others(text[slice(*at)], language)), None)
    regret = next(iter(found_in("regret", 2)), None)
    # What explains at grade 2 is often what we do next; a cause in so many words is grade 3.
    cause = next(iter(found_in("explanation", 3)), None)
    other, nobody = _OTHER[language].search(text), _NOBODY[language].search(text)
    agent: Agent = "ours" if ours else "other" if other else "nobody" if nobody else "unsaid"
    found = {"ours": ours, "other": other and other.span(), "nobody": nobody and nobody.span()}.get(agent)
    depth: Depth = "none" if regret is None else "fault" if ours else "feelings"
    return Stance(agent, depth, cause is not None, found or (0, 0), regret or (0, 0), cause or (0, 0))


def _others(sentence: str, language: Language) -> bool:
    return bool(_OTHER[language].search(sentence)) and not _WE[language].search(sentence)
