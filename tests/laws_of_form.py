"""Laws of form: a text could go out as it stands, and is built as its kind is built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from draft_cases import Case, law
from generated_incidents import (
    PEOPLE,
)

from playbook.text import LANGUAGES

# -- a. a text that could go out as it stands ------------------------------------------------------


@law
def no_slot_is_left_open(case: Case) -> Iterator[str]:
    for t in case.texts:
        if re.search(r"[{}]|\bNone\b|\bnull\b", t.text):
            yield t.says("a slot")


_DOUBLED = re.compile(
    r"  |　　| [,.;:!?。，、；：！？]|[,;:!?]{2}|\.\.(?!\.)|[。，、；：！？]{2}|[,.;:!?][。，、；：！？]|[。，、；：！？][,.;:!?]|[。，、；：！？] |[（「『“(][ ，。,.]|[ ，、][）」』”)]"
)


@law
def punctuation_and_spaces_are_single(case: Case) -> Iterator[str]:
    for t in case.texts:
        if found := _DOUBLED.search(t.text):
            yield t.says(f"{t.text[max(0, found.start() - 8) : found.end() + 8]!r}")


@law
def no_paragraph_and_no_line_is_empty(case: Case) -> Iterator[str]:
    for t in case.texts:
        lines = t.text.split("\n\n")
        if any(not p.strip() or p != p.strip() for p in lines) or "\n\n\n" in t.text:
            yield t.says("an empty paragraph")
        if any(line != line.strip() or line in ("•", "・", "-") for p in lines for line in p.split("\n")):
            yield t.says("an empty line, or one that begins or ends with a space")


@law
def nothing_leads_to_a_list_that_is_not_there(case: Case) -> Iterator[str]:
    for t in case.texts:
        voice = case.policy.channels[t.draft.channel].voice
        for this, following in pairwise([*t.sentences, None]):
            if this is None or not this.text.rstrip().endswith((":", "：")):
                continue
            if this.wording.startswith("salute"):  # 各位顾客：
                continue
            after = following if following is not None and following.paragraph == this.paragraph else None
            lead = re.match(r"\w+[_-]lead\b", this.wording) and voice not in ("spoken", "brief")
            if after is None or (lead and not after.line):
                yield t.says(f"{this.text!r} leads to nothing")


_PAIRS = {"）": "（", ")": "(", "」": "「", "』": "『", "”": "“", "》": "《", "]": "["}


@law
def quotes_and_brackets_come_in_pairs(case: Case) -> Iterator[str]:
    for t in case.texts:
        open_: list[str] = []
        for c in t.text:
            if c in _PAIRS.values():
                open_.append(c)
            elif c in _PAIRS and (not open_ or open_.pop() != _PAIRS[c]):
                open_ = ["?"]
                break
        if open_:
            yield t.says("quotes or brackets that do not match")


_END = {"en": re.compile(r"[.!?:,”)]$"), "zh-Hant": re.compile(r"[。！？：，」）]$"), "zh-Hans": re.compile(r"[。！？：，”）]$")}  # fmt: skip


@law
def every_sentence_ends_as_its_language_ends_one(case: Case) -> Iterator[str]:
    for t in case.texts:
        for s in t.sentences:
            if (
                not s.wording.startswith(("sign", "head"))
                and not _END[t.language].search(s.text)
                and "https://" not in s.text[-60:]
            ):
                yield t.says(f"{s.text!r} has no end")
        body = [s for s in t.sentences if not s.wording.startswith("sign")]
        if body and body[-1].text.rstrip().endswith((",", "，", ":", "：")):
            yield t.says("the text stops in the middle")


_SIMPLIFIED = "们这说对没发为订单问题给让过还谢错责专线负务员顾记录应联络经现网页后补偿选择"
_TRADITIONAL = "們這說對沒發為訂單問題給讓過還謝錯責專線負務員顧記錄應聯絡經現網頁後補償選擇"
_OF_BOTH = set(_SIMPLIFIED) & set(_TRADITIONAL)


@law
def a_text_keeps_to_its_language_and_script(case: Case) -> Iterator[str]:
    author = case.incident.signal.author if case.incident.signal else None
    names = [author.display_name] if author and author.display_name else []
    names += [n for p in PEOPLE.values() for n in p] + ["LINE", "App", "CEO", "feng@house.example", "https://house.example/ask"]  # fmt: skip
    names += list(map(str, case.policy.brand.contact.values()))
    for t in case.texts:
        text = t.text
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "").replace(name.split()[0], "").replace(name[0] if name[0] > "\u3400" else name, "")  # fmt: skip
        brand = case.policy.brand.name.get(t.language, "")
        text = text.replace(brand, "") if brand else text
        if t.language == "en":
            if found := re.search(r"[\u3400-\u9fff，。：；「」！？、（）]", text):
                yield t.says(f"{found.group()!r} in English")
            continue
        if found := re.search(r"[A-Za-z]{3,}|[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]", text):
            yield t.says(f"{found.group()!r} in Chinese")
        foreign = set(_TRADITIONAL if t.language == "zh-Hans" else _SIMPLIFIED) - _OF_BOTH
        if found_ := foreign & set(text):
            yield t.says(f"{sorted(found_)} of the other script")


@law
def what_is_written_in_one_language_only_stays_there(case: Case) -> Iterator[str]:
    for t in case.texts:
        for told in case.made.texts:
            for language, word in told.words.items():
                if language != t.language and word in t.text and told.words.get(t.language) != word:
                    yield t.says(f"{told.field}: {word} is {language}")


@law
def what_exists_in_other_languages_only_is_listed(case: Case) -> Iterator[str]:
    """Where a text has words in one language, another's version that lacks them says so."""
    by_id = {d.id: d for d in case.drafts}
    for draft in case.drafts:
        for told in case.made.texts:
            word = told.words.get(draft.language)
            if not word or word not in draft.text or told.hearers == "inside":
                continue
            for language in LANGUAGES:
                other = by_id.get(draft.id.replace(draft.language, language, 1))
                if other is not None and language not in told.words and not other.untranslated:
                    yield f"{other.id}: {told.field} is missing and not listed"


@law
def every_text_says_something(case: Case) -> Iterator[str]:
    for t in case.texts:
        if all(s.wording.startswith(("sign", "salute")) for s in t.sentences):
            yield t.says("a salutation and a signature")


# -- i. how a text is built ------------------------------------------------------------------------------

_SORRY = {
    "en": re.compile(r"\b(?:sorry|apologi[sz]e|apology|apologies)\b", re.I),
    "zh-Hant": re.compile(r"對不起|抱歉|道歉|致歉|歉意"),
    "zh-Hans": re.compile(r"对不起|抱歉|道歉|致歉|歉意"),
}


@law
def sorry_is_said_no_more_often_than_allowed(case: Case) -> Iterator[str]:
    most = int(case.policy.switch("max_apology_phrases"))
    for t in case.outside:
        said = _SORRY[t.language].findall(t.text)
        if len(said) > most:
            yield t.says(f"{len(said)} times: {said}")


@law
def thanks_come_last(case: Case) -> Iterator[str]:
    for t in case.outside:
        if t.draft.kind not in ("public-apology", "final-response"):
            continue
        places = [n for n, s in enumerate(t.sentences) if "thanks" in s.part.split()]
        if places and any(not s.wording.startswith("sign") for s in t.sentences[places[-1] + 1 :]):
            yield t.says("something follows the thanks")


@law
def there_is_one_sentence_of_values_at_most(case: Case) -> Iterator[str]:
    for t in case.outside:
        said = [s for s in t.sentences if "values" in s.part.split()]
        words = [told.words[t.language] for told in case.made.texts if told.field == "brand_value" and t.language in told.words]  # fmt: skip
        if len(said) > 1 or any(t.text.lower().count(w) > 1 for w in words):
            yield t.says("values twice")


@law
def the_feeling_comes_before_the_reasons(case: Case) -> Iterator[str]:
    for t in case.outside:
        parts = [s.part.split() for s in t.sentences]
        regret = next((n for n, p in enumerate(parts) if "regret" in p), None)
        reason = next((n for n, s in enumerate(t.sentences) if "explanation" in parts[n] and not s.wording.startswith(("facts", "cause-open"))), None)  # fmt: skip
        if reason is not None and regret is not None and reason < regret:
            yield t.says("the reason comes first")


@law
def no_sentence_is_said_twice(case: Case) -> Iterator[str]:
    for t in case.texts:
        for text, times in Counter(s.text for s in t.sentences).items():
            if times > 1 and len(text) > 12:
                yield t.says(f"{text!r} twice")
