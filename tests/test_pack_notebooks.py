"""A notebook runs, gives its blocks back, and is the same file each time."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from playbook.documents import MIME, Heading, Image, Paragraph, Run, table, text
from playbook.documents.cell import Section, from_output
from playbook.pack.notebooks import NotebookFailed, normalise, read_blocks, run, to_bytes

CELL = """from playbook.documents import Heading, Paragraph, text
from playbook.documents.cell import Section
Section((Heading(2, incident), Paragraph(text("七點的蛋糕"))), "zh-Hant")"""


def notebook(tmp_path: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.cells = [nbformat.v4.new_markdown_cell("# A title"), nbformat.v4.new_code_cell('incident = "one"')]
    made.cells[1].metadata.tags = ["parameters"]
    made.cells += [nbformat.v4.new_code_cell(source) for source in cells]
    path = tmp_path / "n.ipynb"
    nbformat.write(made, path)
    return path


def test_a_section_comes_back_from_a_cell_s_output_with_its_pixels() -> None:
    blocks = (
        Heading(2, "h"),
        Image("<svg/>", "alt", table(["a"], [["1"]]), b"\x89PNG"),
        Paragraph((Run("p", strong=True),)),
    )
    data, metadata = Section(blocks, "en")._repr_mimebundle_()
    assert "png" not in str(data[MIME])
    assert from_output({"output_type": "execute_result", "data": data, "metadata": metadata}) == blocks
    assert set(data) == {"text/plain", "text/markdown", "text/html", MIME}


def test_what_a_person_s_own_cell_prints_is_kept_as_plain_text() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]}
    assert from_output(stream) == (Paragraph(text("a\nb"), "verbatim"),)
    assert from_output(stream | {"name": "stderr"}) == ()
    rich = {"output_type": "display_data", "data": {"text/html": "<script>", "text/plain": "<table>"}}
    assert from_output(rich) == (Paragraph(text("<table>"), "verbatim"),)


def test_an_output_that_only_pretends_to_be_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="not a block"):
        from_output({"output_type": "display_data", "data": {MIME: {"blocks": [{"type": "Script"}]}}})


@pytest.mark.slow
def test_a_notebook_runs_with_any_text_as_its_parameter_and_repeats(tmp_path: Path) -> None:
    source = notebook(tmp_path, CELL)
    hostile = 'a "quote" \\ \n {x} 蛋糕'
    files = []
    for _ in range(2):
        done = run(source, {"incident": hostile}, tmp_path)
        assert read_blocks(done) == (Heading(2, hostile), Paragraph(text("七點的蛋糕")))
        files.append(to_bytes(normalise(done, {"incident": "name"})))
    assert files[0] == files[1]
    assert b"papermill" not in files[0]
    assert str(tmp_path).encode() not in files[0]
    assert b"incident = 'name'" in files[0]
    assert all(c.execution_count for c in nbformat.reads(files[0].decode(), 4).cells if c.cell_type == "code")


@pytest.mark.slow
def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed, match=r"n\.ipynb, cell \d+: ValueError: too late"):
        run(notebook(tmp_path, "raise ValueError('too late')"), {}, tmp_path)
