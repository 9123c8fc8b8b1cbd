"""A draft is shown with its versions and other wordings, and what a person chooses is kept in the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbook.cli import main
from playbook.incident import read_incident

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("in_the_workspace")
DRAFTS = ("en/first-reply.facebook", "zh-Hant/first-reply.facebook", "zh-Hans/public-apology.web")


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["draft", *(str(argument) for argument in arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("draft", DRAFTS)
def test_another_wording_differs_and_the_next_one_again(
    cake: Path, capsys: pytest.CaptureFixture[str], draft: str
) -> None:
    texts = [run(capsys, cake, draft)[1]]
    texts += [run(capsys, cake, draft, "--another", str(n))[1] for n in (1, 2)]
    assert len(set(texts)) == 3


def test_three_versions_stand_side_by_side_with_what_each_gains_and_risks(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, cake, "en/public-apology.web", "--versions")
    assert code == 0
    headings = [line for line in out.splitlines() if line.startswith("--- ")]
    assert headings == ["--- full", "--- short", "--- cautious"]
    assert sum(line.startswith("+ ") for line in out.splitlines()) == 3
    assert sum(line.startswith("- ") and not line.startswith("---") for line in out.splitlines()) == 3


def test_what_is_kept_stands_in_the_record_and_every_later_text_follows(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = "en/first-reply.facebook"
    _, other, _ = run(capsys, cake, draft, "--another", "--keep")
    assert list(read_incident(cake).wording_choice) == [f"{draft}:again"]
    assert run(capsys, cake, draft)[1] == other
    assert "# " in (cake / "incident.yaml").read_text(encoding="utf-8"), "comments stay"


def test_without_keep_nothing_is_written(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (cake / "incident.yaml").read_bytes()
    run(capsys, cake, "en/first-reply.facebook", "--another")
    assert (cake / "incident.yaml").read_bytes() == before


def test_a_wording_is_chosen_by_its_id(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = "en/first-reply.facebook"
    for wanted in ("handler.comment.mine", "handler.comment.ask-for"):
        _, out, _ = run(capsys, cake, draft, "--choose", f"handler={wanted}", "--wordings")
        assert wanted in {line.split()[0] for line in out.splitlines() if line.strip()}


@pytest.mark.parametrize("choice", ["handler=nonsense", "shape=nonsense"])
def test_a_choice_that_the_text_cannot_take_is_refused_and_nothing_is_kept(
    cake: Path, capsys: pytest.CaptureFixture[str], choice: str
) -> None:
    before = (cake / "incident.yaml").read_bytes()
    code, _, err = run(capsys, cake, "en/first-reply.facebook", "--choose", choice, "--keep")
    assert code == 2
    assert "nonsense" in err
    assert (cake / "incident.yaml").read_bytes() == before


def test_a_text_that_a_person_wrote_is_not_reworded(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = cake / "drafts" / "en" / "first-reply.facebook.md"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("Ms Chen, we are looking into it.\n", encoding="utf-8")
    code, _, err = run(capsys, cake, "en/first-reply.facebook", "--another")
    assert code == 2
    assert "a person wrote" in err


def test_the_end_of_the_bank_is_told(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, cake, "en/follow-up.sms", "--another", "150")
    assert code == 1
    assert "no other wording" in err


def test_a_sum_that_begins_with_its_currency_stands_without_a_space(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, hans, _ = run(capsys, cake, "zh-Hans/options-letter.email")
    _, hant, _ = run(capsys, cake, "zh-Hant/options-letter.email")
    assert "（价值新台币 1,280 元）" in hans
    assert "（價值 1,280 元）" in hant


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_a_holding_statement_tells_the_same_core_in_every_language(
    cake: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    what = read_incident(cake).what_happened[language]
    _, out, _ = run(capsys, cake, f"{language}/holding-statement.web")
    assert what.rstrip("。.") in out
    assert "412" not in out, "counts came later"
