"""`playbook policy` tells every value with its origin, and finds what is wrong before a customer does."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from playbook.checks.policies import check_policy, wrong_names
from playbook.cli import main
from playbook.drafts.listed import values_of
from playbook.offers import make_options, price_case
from playbook.policy import clients, read_policy
from playbook.policy.effective import changes
from playbook.policy.model import Condition
from playbook.sources import read_csv
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ("base", *clients(find_workspace(ROOT)))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with copies of the project's clients."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    shutil.copytree(ROOT / "policies" / "clients", tmp_path / "policies" / "clients")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "playbook.policy.read._cache", {}
    )  # it does not tell two workspaces of one content apart
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def client(desk: Path, name: str, **files: str) -> Path:
    folder = desk / "policies" / "clients" / name
    folder.mkdir(parents=True, exist_ok=True)
    files.setdefault("policy.yaml", "extends: [base]\nlanguages: [en]\ncurrency: TWD\n")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


# -- list and new --------------------------------------------------------------------------


def test_the_clients_are_listed_those_that_cannot_be_read_too(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client(desk, "broken", **{"policy.yaml": "colour: blue\n"})
    code, out, _ = run(capsys, "list", "--format", "json")
    data = json.loads(out)
    assert code == 0
    by_name = {row["name"]: row for row in data["clients"]}
    assert by_name["heri-bakery"]["layers"] == ["base", "sectors/food-retail", "clients/heri-bakery"]
    assert by_name["broken"]["readable"] is False
    assert "base" in data["layers"]
    text = run(capsys, "list")[1]
    assert "broken: cannot be read" in text
    assert "layers to extend: base" in text


def test_a_new_client_extends_base_and_is_right_at_once(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "new", "harbour-ferries")[0] == 0
    assert run(capsys, "check", "harbour-ferries")[0] == 0
    policy = read_policy("harbour-ferries", find_workspace(desk))
    assert policy.layers == ("base", "clients/harbour-ferries")
    before = (desk / "policies/clients/harbour-ferries/policy.yaml").read_bytes()
    assert run(capsys, "new", "harbour-ferries")[0] == 2
    assert (desk / "policies/clients/harbour-ferries/policy.yaml").read_bytes() == before


def test_a_new_client_has_a_table_with_worked_examples_and_a_list_of_what_to_fill_in(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [
        "--currency",
        "EUR",
        "--timezone",
        "Europe/Amsterdam",
        "--jurisdiction",
        "NL",
        "--extends",
        "base,statutes/eu",
    ]
    code, out, _ = run(capsys, "new", "acme", "--format", "json", *options)
    data = json.loads(out)
    folder = desk / "policies/clients/acme"
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "FILL-IN.md", "authority.patch.csv", "cases.yaml", "policy.yaml", "remedy.csv", "remedy.table.yaml",
    ]  # fmt: skip
    text = (folder / "FILL-IN.md").read_text(encoding="utf-8")
    assert all(f"- [ ] {item}" in text for item in data["to_fill_in"])
    assert any("contact.line" in item for item in data["to_fill_in"])
    assert not any("currency" in item or "timezone" in item for item in data["to_fill_in"])
    policy = read_policy("acme", find_workspace(desk))
    assert (policy.currency, policy.jurisdiction, policy.calendar) == ("EUR", "NL", "NL")
    assert len(make_options(policy, price_case(policy, {"unusable": "true", "price": "100"}))) == 2


@pytest.mark.parametrize(
    "options",
    [["--timezone", "Mars"], ["--languages", "fr"], ["--extends", "base,../x"], ["--currency", "EUR\nswitches: {}"], ["--extends", "base,statutes/atlantis"]],
    ids=["no such zone", "no such language", "a path", "a line break", "no such layer"],
)  # fmt: skip
def test_a_new_client_with_a_wrong_setting_is_not_written(
    options: list[str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(desk.rglob("*"))
    code, _, err = run(capsys, "new", "acme", *options)
    assert code == 2
    assert "expected" in err
    assert sorted(desk.rglob("*")) == before


def test_every_switch_of_a_new_client_may_be_taken_into_use(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "new", "acme")
    path = desk / "policies/clients/acme/policy.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.index("# switches:")
    live = "\n".join(line.removeprefix("# ") if line != "#" else "" for line in text[at:].split("\n"))
    path.write_text(text[:at] + live, encoding="utf-8")
    policy = read_policy("acme", find_workspace(desk))
    base = read_policy("base", find_workspace(desk))
    assert {s.origin.layer for s in policy.switches.values()} == {"clients/acme"}
    assert {n: s.value for n, s in policy.switches.items()} == {n: s.value for n, s in base.switches.items()}


@pytest.mark.parametrize("name", ["../x", "a/b", "", "base", ".hidden", "a b", "-x"])
def test_a_name_that_is_no_folder_is_refused(
    name: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(desk.rglob("*"))
    code, _, err = run(capsys, "new", "--", name)
    assert code == 2
    assert "harbour-ferries" in err
    assert sorted(desk.rglob("*")) == before


# -- show and diff -------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLIENTS)
def test_every_origin_leads_to_a_line_that_holds_the_value(name: str) -> None:
    workspace = find_workspace(ROOT)
    policy, values = values_of(name, workspace)
    folders = dict(zip(policy.layers, policy.folders, strict=True))
    assert len(values) > 500
    for value in values.values():
        if value.path.startswith("wording."):
            continue
        path = folders[value.origin.layer] / value.origin.file
        lines = path.read_text(encoding="utf-8").split("\n")
        assert 1 <= value.origin.line <= len(lines), value
        if path.suffix == ".csv" and "\n" not in path.read_text(encoding="utf-8").strip('"'):
            assert value.text in lines[value.origin.line - 1]


@pytest.mark.parametrize("name", CLIENTS)
def test_the_values_shown_are_the_values_in_force(name: str) -> None:
    policy, values = values_of(name, find_workspace(ROOT))
    texts = {path: value.text for path, value in values.items()}
    assert texts.get("currency", policy.currency) == policy.currency
    for rung in policy.authority:
        ids = [
            p.split(".")[1]
            for p in texts
            if p.startswith("authority.") and p.endswith(".role") and texts[p] == rung.role
        ]
        assert len(ids) == 1
        assert int(texts[f"authority.{ids[0]}.rank"]) == rung.rank
    steps = {path.removeprefix("steps.").rpartition(".")[0] for path in texts if path.startswith("steps.")}
    assert steps == {step.id for step in policy.steps}
    for step in policy.steps:
        assert texts.get(f"steps.{step.id}.label_en", "") == step.label.get("en", "")


def test_a_patched_cell_is_told_with_the_line_of_its_patch(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "show", "heri-bakery", "--only", "authority.manager", "--format", "json")
    values = {value["path"]: value for value in json.loads(out)["values"]}
    ceiling = values["authority.manager.ceiling"]
    assert (code, ceiling["layer"], ceiling["file"]) == (0, "clients/heri-bakery", "authority.patch.csv")
    patches = read_csv(desk / "policies/clients/heri-bakery/authority.patch.csv")[1]
    line = next(p.line for p in patches if (p["id"], p["column"]) == ("manager", "ceiling"))
    assert (ceiling["value"], ceiling["line"]) == ("3000", line)
    assert values["authority.manager.rank"]["layer"] == "base"
    text = run(capsys, "show", "heri-bakery", "--only", "authority.manager.ceiling")[1]
    assert f"authority.manager.ceiling = 3000    clients/heri-bakery/authority.patch.csv:{line}" in text


def test_a_policy_differs_from_base_in_what_its_layers_say(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client(
        desk,
        "acme",
        **{
            "policy.yaml": "extends: [base]\nlanguages: [en]\nswitches: {closing: apology_last}\nbrand: {name: Acme}\n",
            "clocks.patch.csv": "op,id,column,was,value,reason\nset,first-reply,period,1,1,x\n",
        },
    )
    (desk / "policies/clients/acme/clocks.patch.csv").unlink()
    code, out, _ = run(capsys, "diff", "acme", "--format", "json")
    found = {
        c["path"]: (c["before"] and c["before"]["value"], c["after"] and c["after"]["value"])
        for c in json.loads(out)["changes"]
    }
    assert code == 0
    assert found["switches.closing"] == ("thanks_last", "apology_last")
    assert found["brand.name"] == (None, "Acme")
    assert not [path for path in found if path.startswith(("steps.", "authority."))]
    text = run(capsys, "diff", "acme", "--only", "switches")[1].splitlines()
    assert text[1:3] == ["switches.closing", "  - thanks_last    " + text[2].split()[-1]]
    assert text[3].endswith("clients/acme/policy.yaml:3")


def test_a_policy_does_not_differ_from_itself() -> None:
    _, values = values_of("heri-bakery", find_workspace(ROOT))
    assert changes(values, dict(values)) == ()


def test_the_output_goes_to_a_file_where_asked(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diff", "heri-bakery", "anqi-lock", "--out", "out/diff.txt")
    assert (code, out) == (0, "")
    assert (desk / "out" / "diff.txt").read_text(encoding="utf-8").startswith("heri-bakery against anqi-lock")


@pytest.mark.parametrize(
    "arguments", [["show", "nobody"], ["diff", "heri-bakery", "nobody"], ["show", "base", "--only", "x"]]
)
def test_what_does_not_exist_is_an_error(
    arguments: list[str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "expected" in err


# -- check ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLIENTS)
def test_the_policies_of_the_project_have_no_errors(name: str) -> None:
    found = check_policy(read_policy(name, find_workspace(ROOT)), date(2026, 6, 1))
    assert [str(f) for f in found if f.level == "error"] == []


TABLE = """table: late
line: need_now
basis: goodwill
hit_policy: UNIQUE
currency: TWD
inputs:
  delay_min: {type: int, domain: "[0..100)", required: true, harm: up}
"""


@pytest.mark.parametrize(
    ("files", "check"),
    [
        ({"late.table.yaml": TABLE, "late.csv": "id,delay_min,kind,amount,source\na.b,<50,cash,10,x\n"}, "gap"),
        (
            {"late.table.yaml": TABLE, "late.csv": "id,delay_min,kind,amount,source\na.b,-,cash,10,x\na.c,>50,cash,20,x\n"},
            "overlap",
        ),
        (
            {"late.table.yaml": TABLE, "late.csv": "id,delay_min,kind,amount,source\na.b,<50,cash,10,x\na.c,>=50,cash,5,x\n"},
            "monotone",
        ),
        ({"steps.csv": "id,stage,label_en,role,condition,sources\nmine,P3,x,handler,wether=yes,S0-01\n"}, "condition"),
        ({"steps.csv": "id,stage,label_en,role,condition,sources\nmine,P3,x,handler,mode=lively,S0-01\n"}, "condition"),
        ({"steps.csv": "id,stage,label_en,role,condition,sources\nmine,P3,x,handler,switch.nope=1,S0-01\n"}, "condition"),
        ({"steps.csv": "id,stage,label_en,role,done_when,sources\nmine,P3,x,handler,has_cake=yes,S0-01\n"}, "condition"),
        ({"tracks.csv": "id,label_en,condition\nT7,x,severity=SEV-1\n"}, "condition"),
        ({"kinds.csv": "id,label_en,audience,parts,channels\nmemo,x,internal,grovel,internal\n"}, "part"),
        ({"kinds.csv": "id,label_en,audience,parts,channels\nmemo,x,internal,,pigeon\n"}, "channel"),
        ({"steps.csv": "id,stage,label_en,role,by_when,sources\nmine,P3,x,handler,someday,S0-01\n"}, "clock"),
        ({"steps.csv": "id,stage,label_en,role,sources\nmine,P3,x,wizard,S0-01\n"}, "role"),
        (
            {"clocks.csv": "id,label_en,starts_from,met_by,period,unit,level\nmine,x,dawn,first_reply,1,hours,warn\n"},
            "point",
        ),
        ({"wording/en/mine.yaml": "moves: {heard: {variants: [{text: x, when: {weather: rain}}]}}\n"}, "condition"),
        ({"wording/en/mine.yaml": "moves: {heard: {variants: [{text: x, when: {voice: opera}}]}}\n"}, "condition"),
        ({"wording/mine.yaml": "moves: {mine: {part: grovelling}}\n"}, "part"),
        ({"wording/mine.yaml": "plans: {poem: [[heard]]}\n"}, "plan"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_where_it_stands(
    files: dict[str, str], check: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = client(desk, "acme", **files)
    code, out, _ = run(capsys, "check", "acme", "--format", "json")
    data = json.loads(out)
    found = [f for f in data["findings"] if f["check"] == check and f["level"] == "error"]
    assert code == 1
    assert data["errors"] >= 1
    assert any(
        Path(f["path"]).parent in (folder, folder / "wording", folder / "wording" / "en") for f in found
    ), data
    text = run(capsys, "check", "acme")[1]
    assert f"error: {check}: " in text


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"policy.yaml": "extends: [base]\ncolour: blue\n"}, "colour"),
        ({"policy.yaml": "extends: [base]\nswitches: {closing: never}\n"}, "thanks_last"),
        (
            {"authority.patch.csv": "op,id,column,was,value,reason\nset,manager,ceiling,7,9,x\n"},
            "the value below",
        ),
        ({"late.table.yaml": TABLE, "late.csv": "id,delay_min,kind\na.b,whenever,cash\n"}, "late.csv:2"),
        ({"wording/en/mine.yaml": "moves: {heard: {variants: [{text: '{a.b}'}]}}\n"}, "plain name"),
        ({"wording/mine.yaml": "plans: {first-reply: [[nonsense]]}\n"}, "nonsense"),
    ],
)
def test_what_cannot_be_read_ends_with_2(
    files: dict[str, str], told: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client(desk, "acme", **files)
    code, out, err = run(capsys, "check", "acme")
    assert (code, out) == (2, "")
    assert told in err


def test_warnings_alone_are_no_failure(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client(desk, "acme", **{"wording/mine.yaml": "moves: {mine: {part: harm}}\n"})
    code, out, _ = run(capsys, "check", "acme", "--format", "json")
    data = json.loads(out)
    assert (code, data["errors"]) == (0, 0)
    assert [f["check"] for f in data["findings"] if "mine" in f["message"]] == ["no-words"]


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ({"kind": ("complaint",), "has_facts": ("yes",), "jurisdiction": ("anywhere",)}, 0),
        ({"switch.closing": ("thanks_last",), "switch.first_reply_minutes.warn": ("10",)}, 0),
        ({"kind": ("storm",)}, 1),
        ({"doc": ("first-reply",)}, 1),
    ],
)
def test_a_condition_names_only_what_exists(condition: dict[str, tuple[str, ...]], wrong: int) -> None:
    policy = read_policy("base", find_workspace(ROOT))
    assert len(list(wrong_names(Condition(condition), policy))) == wrong
    assert list(wrong_names(Condition({"doc": ("first-reply",)}), policy, text=True)) == []
