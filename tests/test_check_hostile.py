"""`playbook check` and the charts take any input in bounded time, and refuse what they cannot read in one sentence."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import docx
import pytest

from playbook.charts import Happening, timeline, volume
from playbook.charts.kinds import MOST_BARS, MOST_POINTS
from playbook.checks.quantities import quantities
from playbook.cli import main
from playbook.linter.document import Extracted, plain
from playbook.linter.findings import Report
from playbook.linter.show import Checked, as_github

ROOT = Path(__file__).resolve().parent.parent
CAKE = ROOT / "incidents" / "2026-05-09-cake"
SIZE = 200_000
SECONDS = 20.0  # each takes at most a few here; what is mended took from half a minute to hours
ZONE = timezone(timedelta(hours=8))

UNITS = [
    pytest.param("a", "md", id="one letter"),
    pytest.param("".join(f"5月{n % 28 + 1}日" for n in range(60_000)), "md", id="dates without a blank"),
    pytest.param("1", "md", id="one digit"),
    pytest.param(",111", "md", id="thousands without end"),
    pytest.param("@", "md", id="at signs"),
    pytest.param("《", "md", id="titles that never close"),
    pytest.param("`", "md", id="backticks"),
    pytest.param("```\n", "md", id="fences"),
    pytest.param("```x\n~~~\n", "md", id="fences that never close"),
    pytest.param("<!-- allow x: y -->", "md", id="allowances"),
    pytest.param("我們會退款", "md", id="words that many rules look for"),
    pytest.param("We will refund you 5 dollars. ", "md", id="promises"),
    pytest.param("<a ", "html", id="tags that never close"),
    pytest.param("&", "html", id="ampersands"),
]


def long(unit: str) -> str:
    return (unit * (SIZE // len(unit) + 1))[:SIZE]


@pytest.mark.parametrize(("unit", "ending"), UNITS)
def test_two_hundred_thousand_characters_of_anything_are_checked_in_seconds(
    unit: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"long.{ending}"
    path.write_text(long(unit), encoding="utf-8")
    started = time.process_time()
    assert main(["check", str(path), "--incident", str(CAKE)]) in (0, 1, 2)
    assert time.process_time() - started < SECONDS
    capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("Write to desk12@example.com5 by 5 May.", ["date"], id="a mail address"),
        pytest.param(
            "寫信到desk12@a.example.com，5月6日", ["date"], id="a mail address that Chinese runs into"
        ),
        pytest.param("依《消費者保護法》第17條", [], id="a law"),
        pytest.param("See https://example.com/12?a=3 at 10:30", ["time"], id="a web address"),
        pytest.param("NT$1,234,567.50 and 12%", ["money", "share"], id="figures"),
    ],
)
def test_addresses_and_titles_still_hold_no_figures(text: str, kinds: list[str]) -> None:
    assert [q.kind for q in quantities(text, "en")] == kinds


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        pytest.param("a\n```py\nb\n```\nc", "a c", id="closed"),
        pytest.param("a\n````\nb\n```\nc", "a", id="a shorter mark closes nothing"),
        pytest.param("a\n~~~\nb\n```\n~~~~  \nc", "a c", id="another mark closes nothing, a longer one does"),
        pytest.param("a\n```\nb", "a", id="never closed"),
        pytest.param("a\n```", "a ```", id="nothing behind it"),
    ],
)
def test_fenced_code_is_no_prose(text: str, prose: str) -> None:
    assert " ".join(plain("a.md", text, (), markdown=True).prose.split()) == prose


# -- what is no file -------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name here")
def test_a_named_pipe_is_refused_and_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    assert main(["check", str(pipe)]) == 2
    assert "found a pipe or a device; expected a regular file" in capsys.readouterr().err


@pytest.mark.skipif(not Path(os.devnull).is_char_device(), reason="no devices by name here")
def test_a_device_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", os.devnull]) == 2
    assert "found a pipe or a device" in capsys.readouterr().err


# -- broken files ----------------------------------------------------------------------------


def word() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("We are sorry. " * 400)
    document.save(out)
    return out.getvalue()


def corrupt_deflate() -> bytes:
    raw = bytearray(word())
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as packed:
        item = packed.getinfo("word/document.xml")
    start = item.header_offset + 30 + len(item.filename)
    raw[start : start + item.compress_size] = b"\xff" * item.compress_size
    return bytes(raw)


def without_body() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "word/document.xml":
                space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
                data = f'<w:document xmlns:w="{space}"/>'.encode()
            new.writestr(item, data)
    return out.getvalue()


def encrypted() -> bytes:
    raw = bytearray(word())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + flags] |= 1
            at = raw.find(signature, at + 4)
    return bytes(raw)


@pytest.mark.parametrize(
    ("name", "make", "found"),
    [
        pytest.param("a.docx", corrupt_deflate, "a file that is no DOCX", id="corrupt deflate"),
        pytest.param("a.docx", without_body, "no body", id="no body"),
        pytest.param("a.docx", encrypted, "an encrypted file", id="encrypted"),
        pytest.param("a.html", lambda: b"<p>Hi</p><![x]>", "broken markup", id="an unknown marked section"),
        pytest.param(
            "a.html", lambda: b"<p>&#" + b"9" * 5000 + b";", "broken markup", id="an endless number"
        ),
    ],
)
def test_a_broken_file_is_one_sentence_and_exit_code_two(
    name: str, make: Callable[[], bytes], found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    assert main(["check", str(path)]) == 2
    assert found in capsys.readouterr().err


@pytest.mark.parametrize(
    "markup", ["Sorry.<![", "Sorry.&#999999999999;", "<pre>Sorry.&#1;</pre>", "<pre>&#1;</pre>"]
)
def test_a_page_that_ends_in_broken_markup_is_read_or_refused(
    markup: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.html"
    path.write_text(markup, encoding="utf-8")
    assert main(["check", str(path)]) in (0, 1, 2)
    capsys.readouterr()


# -- annotations -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["::error file=x::pwned.md", " ::stop-commands::x.md", "a##[error]b.md"])
def test_the_name_of_a_file_is_no_command_to_a_code_host(name: str) -> None:
    report = Report("en", "public-apology", "public", (), {}, 0, (), path=name)
    shown = as_github([Checked(Extracted(name, ""), report)])
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in shown.split("\n"))
    assert "pwned" in shown or "x.md" in shown or "b.md" in shown


# -- charts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1, 26, 1926, 9999])
def test_one_complaint_of_another_age_is_said_in_words_and_not_drawn(year: int) -> None:
    times = [datetime(2026, 5, 9, hour, tzinfo=ZONE) for hour in (12, 13, 15)]
    stray = datetime(year, 12, 30, tzinfo=ZONE)
    drawn = volume([*times, stray], [(times[1], "first reply")], "en")
    assert f"1 outside the 4 days shown, dated {year:04}-12-30" in drawn.alt.replace("hours", "days")
    assert "4 complaints" in drawn.alt


def test_a_year_of_complaints_has_at_most_two_hundred_bars() -> None:
    times = [datetime(2025, 1, 1, tzinfo=ZONE) + timedelta(days=n) for n in range(700)]
    drawn = volume(times, [], "zh-Hant")
    assert f"另有 {700 - MOST_BARS} 件" in drawn.alt
    assert drawn.table is not None
    assert len(drawn.table.rows) == 700


def test_a_timeline_draws_sixty_points_and_lists_all() -> None:
    begun = datetime(2026, 5, 9, tzinfo=ZONE)
    points = [Happening(begun + timedelta(hours=n), f"thing {n}", "deeds") for n in range(4_000)]
    drawn = timeline(points, "en")
    assert drawn.table is not None
    assert len(drawn.table.rows) == 4_000
    assert "Drawn: the first 30 and the last 30 of 4,000" in drawn.alt
    assert MOST_POINTS == 60
