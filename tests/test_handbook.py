"""The printed handbook holds the whole policy in words that a shift leader understands, in each language."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from playbook.cli import main
from playbook.documents import Document, Heading, to_docx, to_html, words
from playbook.handbook import handbook
from playbook.handbook.conditions import in_words
from playbook.handbook.payouts import Worded, given, share
from playbook.messages import has
from playbook.offers import tables_of
from playbook.policy import read_policy
from playbook.policy.model import Condition, Policy
from playbook.policy.vocabulary import HAS, POINTS, SITUATION, STAGES
from playbook.tables import Payout, Table
from playbook.text import LANGUAGES, Language
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = (
    "base",
    "island-air",
    "heri-bakery",
    "anqi-lock",
    "larkmere-water",
    "chenglan-school",
    "example-shop",
)
TWO = ("island-air", "heri-bakery")
YES_NO = [n for n, values in SITUATION.items() if values[:2] == ("yes", "no") and not n.startswith(("has_",))]


def policy_of(name: str) -> Policy:
    return read_policy(name, find_workspace(ROOT))


def whole(document: Document) -> str:
    return "\n".join(piece for block in document.blocks for piece in words(block))


def chapter(document: Document, title: str) -> str:
    """Return the words under a heading of level 2."""
    out: list[str] = []
    inside = False
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 2:
            inside = block.text == title
        if inside:
            out += words(block)
    assert out, title
    return "\n".join(out)


# -- nothing is left out, and nothing is a dump --------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_part_of_the_policy_is_in_the_handbook(name: str, language: Language) -> None:
    policy = policy_of(name)
    text = whole(handbook(policy, language))
    expected = [step.label[language] for step in policy.steps]
    expected += [step.do[language] for step in policy.steps]
    expected += [step.dont[language] for step in policy.steps]
    expected += [step.done_test[language] for step in policy.steps]
    expected += [track.label[language] for track in policy.tracks if track.id != "standard"]
    expected += [clock.label[language] for clock in policy.clocks]
    expected += [rung.label[language] for rung in policy.authority]
    expected += [option.label[language] for option in policy.options]
    expected += [table.title[language] for table in tables_of(policy).values()]
    expected += [row.source for table in tables_of(policy).values() for row in table.rows if row.source]
    expected += [who["name"][language] for who in policy.brand.signatories.values()]
    expected += [word for words in policy.brand.banned_words.values() for word in words]
    expected += [policy.sha256, *policy.layers]
    assert [piece for piece in expected if piece not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_condition_or_switch_is_told_as_data(name: str, language: Language) -> None:
    policy = policy_of(name)
    text = whole(handbook(policy, language))
    fields = [field for field in SITUATION if "_" in field]
    assert [field for field in (*fields, *policy.switches) if "_" in field and field in text] == []
    assert not re.search(r"\w=\w", text)
    assert "{" not in text
    assert "None" not in text
    assert "null" not in text


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
@pytest.mark.parametrize("name", TWO)
def test_a_chinese_handbook_of_an_example_names_no_input_of_a_table(name: str, language: Language) -> None:
    policy = policy_of(name)
    text = whole(handbook(policy, language))
    inputs = {c.name for t in tables_of(policy).values() for c in (*t.inputs, *t.raw_inputs) if "_" in c.name}
    assert [found for found in inputs if found in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_a_policy_may_test_or_choose_has_words(language: Language) -> None:
    base = policy_of("base")
    keys = [f"situation.has_{name}" for name in HAS]
    keys += [f"situation.{answer}_{name}" for name in YES_NO for answer in ("yes", "no")]
    keys += [f"situation.is_{n}" for n in SITUATION if n not in YES_NO and not n.startswith("has_")]
    keys += [f"handbook.point_{name}" for name in POINTS]
    keys += [f"handbook.stage_{name}" for name in STAGES]
    keys += [f"switches.{name}" for name in base.switches]
    for switch in base.switches.values():
        keys += [
            f"switches.{switch.id}.{value}" for value in switch.allowed if value not in ("true", "false")
        ]
    assert [key for key in keys if not has(key)] == []
    for name, values in SITUATION.items():
        for value in values:
            clause = in_words(Condition({name: (value,)}), base, language)
            assert clause, (name, value)
            assert "_" not in clause, clause
            assert language == "en" or not re.search("[a-z]{3,}", clause), clause


# -- what a shift leader opens first -------------------------------------------------------


def test_the_first_hour_tells_who_does_what_by_when_on_a_page_of_its_own() -> None:
    policy = policy_of("island-air")
    page = chapter(handbook(policy, "en"), "The first hour")
    assert "+31 20 000 2604" in page
    assert "☐ Give a first reply that can be seen · handler · 30 minutes from the first signal" in page
    assert "first visible reply (warning): 10 minutes from the first signal" in page
    assert "the next word that was promised" not in page  # it has half a day
    assert [step.id for step in policy.steps if step.stage in ("P0", "P1", "P2", "P3") and step.label["en"] not in page] == []  # fmt: skip
    assert [step.id for step in policy.steps if step.stage == "P8" and step.label["en"] in page] == []


def test_a_clock_that_the_client_changed_by_a_switch_is_told_as_it_runs() -> None:
    page = chapter(handbook(policy_of("chenglan-school"), "zh-Hant"), "第一個小時")
    assert "第一則看得見的回覆（提醒）：收到第一個訊號起 30 分鐘內" in page


def test_a_step_says_in_words_when_it_applies() -> None:
    page = chapter(handbook(policy_of("heri-bakery"), "en"), "P7 Options and compensation")
    assert "When: more than one customer is affected" in page


def test_what_the_client_chose_differently_is_told_with_the_reason_of_the_base() -> None:
    page = chapter(handbook(policy_of("island-air"), "en"), "What we chose")
    differ, same = page.split("As in the base policy")
    assert "never; we answer where they wrote" in differ
    assert "offered, never demanded" in differ  # what the base does
    assert "Answer where they wrote; offer the line, never force it." in differ
    assert "clients/island-air/policy.yaml:" in differ
    assert "When we apologise" in same


def test_a_table_of_the_law_is_marked_as_a_floor_and_its_rows_are_worded() -> None:
    page = chapter(handbook(policy_of("island-air"), "en"), "Compensation tables")
    law = page.index("A floor set by law")
    assert law < page.index("What late passengers need now")
    assert "delay on arrival: at least 3 hours but less than 4 hours" in page
    assert "€300" in page
    assert (
        "option A: the rest of your journey moved to the earliest flight we can find + a travel voucher"
        in page
    )
    assert "head of customer relations has to grant it" in page


def test_the_authority_ladder_tells_the_ceilings() -> None:
    page = chapter(handbook(policy_of("heri-bakery"), "zh-Hant"), "誰有權給什麼")
    for piece in ("客服", "500 元", "店長", "3,000 元", "總經理", "無上限"):
        assert piece in page


def test_the_index_names_every_rule_and_law_with_its_chapters() -> None:
    policy = policy_of("island-air")
    page = chapter(handbook(policy, "en"), "Index of sources")
    rules = {source for step in policy.steps for source in step.sources}
    assert [rule for rule in rules if rule not in page] == []
    law = next(line for line in page.split("\n") if line.startswith("Regulation (EC) No 261/2004"))
    assert "Compensation for late arrival" in law
    assert "Clocks" in law
    assert "C-402" not in rules
    assert not re.search(r"(?m)^C-402 ", page)  # a case of a court is not a rule of the playbook


# -- payouts -------------------------------------------------------------------------------

EURO = Table("t", {}, "need_now", "goodwill", "UNIQUE", "EUR", "half_up", (), (), "", (), (), (), (), "", "")
PAYOUTS = {
    "a sum": (Payout(amount=25000), "€250", ()),
    "a share": (Payout(share=(50, 100), of="fare"), "50% of fare", ()),
    "all of it": (Payout(share=(100, 100), of="fare"), "fare in full", ()),
    "a sum and a share": (Payout(amount=500, share=(1, 464), of="fee"), "€5 + 1/464 of fee", ()),
    "limits": (Payout(amount=500, at_least=100, at_most=900), "€5", ("at least €1", "at most €9")),
    "an adjustment": (Payout(amount=500, times=(120, 100), plus=250), "€5", ("120% of that", "plus €2.50")),
    "a deductible and a threshold": (Payout(amount=500, deductible=50, threshold=400, threshold_inclusive=False), "€5", ("less €0.50", "paid only above €4")),
    "for each of them": (Payout(amount=500, multiply="seats"), "€5", ("times seats",)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAYOUTS)
def test_what_a_row_pays_is_told_in_the_order_in_which_it_is_worked_out(name: str) -> None:
    payout, expected, limits = PAYOUTS[name]
    told = Worded(EURO, "en")
    assert told.sum_of(payout) == expected
    assert tuple(told.limits(payout)) == limits


def test_a_range_left_to_a_person_names_the_person_and_the_bounds() -> None:
    policy = policy_of("island-air")
    row = next(iter(tables_of(policy)["need_now"].rows))
    some = replace(row, payout=Payout("discretion", "cash", decider="manager", at_least=1000, at_most=5000))
    told = "".join(run.text for run in given(some, EURO, policy, "en"))
    assert told == "money\nhead of customer relations decides\nat least €10\nat most €50"


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [((50, 100), "50%"), ((125, 1000), "12.5%"), ((3, 1), "300%"), ((1, 464), "1/464")],
)
def test_a_share_is_a_percentage_where_one_is_exact(fraction: tuple[int, int], expected: str) -> None:
    assert share(fraction) == expected


# -- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TWO)
def test_the_same_policy_gives_the_same_bytes(name: str) -> None:
    for language in LANGUAGES:
        first, second = handbook(policy_of(name), language), handbook(policy_of(name), language)
        assert to_html(first) == to_html(second)
    assert to_docx(first) == to_docx(second)


def test_every_link_of_the_contents_leads_to_a_chapter_and_every_page_is_stamped() -> None:
    page = to_html(handbook(policy_of("island-air"), "en"))
    links = re.findall(r'href="#(\w+)"', page)
    assert len(links) > 20
    assert all(f'<h2 id="{link}"' in page for link in links)
    assert '<header class="head">INTERNAL: not for anyone outside</header>' in page
    document = zipfile.ZipFile(io.BytesIO(to_docx(handbook(policy_of("island-air"), "en", contents=True))))
    heads = [document.read(n).decode() for n in document.namelist() if "header" in n]
    assert any("INTERNAL: not for anyone outside" in head for head in heads)


HOSTILE = '<script>alert(1)</script> {0.__class__} ${x} =cmd|" \u202e <w:p/> & \x1b[31m'


def test_text_of_a_policy_is_never_mark_up(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "policies" / "clients" / "hostile"
    folder.mkdir(parents=True)
    written = json.dumps(HOSTILE)  # a JSON text is a YAML text
    (folder / "policy.yaml").write_text(
        f"extends: [base]\nlanguages: [en]\ncurrency: EUR\nbrand: {{name: {{en: {written}}}, value: {{en: {written}}}}}\n"
        f"contact: {{line: {written}}}\nglossary: {{term: {{en: {written}}}}}\nbanned_words: {{en: [{written}]}}\n"
        f"signatories: {{leader: {{name: {{en: {written}}}, title: {{en: {written}}}}}}}\n",
        encoding="utf-8",
    )
    document = handbook(read_policy("hostile", find_workspace(tmp_path)), "en", contents=True)
    page = to_html(document)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {0.__class__} ${x}" in page
    assert "\x1b" not in page
    archive = zipfile.ZipFile(io.BytesIO(to_docx(document)))
    body = archive.read("word/document.xml").decode()
    assert "&lt;w:p/&gt;" in body


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of its own, in which the action is run."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_action_writes_each_language_in_each_format(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["policy", "handbook", "base", "--languages", "en,zh-Hant", "--out", "printed"]
    assert main(arguments) == 0
    names = {path.name for path in (desk / "printed").iterdir()}
    assert names == {
        f"base.handbook.{code}.{form}" for code in ("en", "zh-Hant") for form in ("html", "docx")
    }
    first = {name: (desk / "printed" / name).read_bytes() for name in names}
    assert main([*arguments, "--format", "json"]) == 0  # again, over what stands there
    assert {name: (desk / "printed" / name).read_bytes() for name in names} == first
    report = json.loads(capsys.readouterr().out.split("\n", 4)[4])
    assert len(report["files"]) == 4


def test_without_out_the_handbook_stands_among_the_packs(desk: Path) -> None:
    assert main(["policy", "handbook", "base", "--languages", "en", "--formats", "html"]) == 0
    assert [path.name for path in (desk / "packs" / "handbook-base").iterdir()] == ["base.handbook.en.html"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["base", "--languages", "fr,en,xx"], ["'fr'", "'xx'"]),
        (["base", "--formats", "pdf"], ["'pdf'"]),
        (["nobody"], ["nobody"]),
        (["base", "--out", "taken"], ["taken"]),
    ],
    ids=[
        "languages that there are not",
        "a format that there is not",
        "an unknown client",
        "a file in its place",
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    arguments: list[str], named: list[str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "taken").write_text("mine", encoding="utf-8")
    assert main(["policy", "handbook", *arguments]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in named)
    assert sorted(path.name for path in desk.iterdir()) == ["playbook.toml", "taken"]
    assert (desk / "taken").read_text(encoding="utf-8") == "mine"
