"""Run a notebook with papermill, make what it left comparable, and read its blocks."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playbook.documents import Block
from playbook.documents.cell import from_output
from playbook.errors import PlaybookError

NOTEBOOKS: dict[str, str] = {
    "writeup": "20-playbook.ipynb",
    "compensation": "30-compensation.ipynb",
    "apology": "40-apology.ipynb",
    "review": "50-review.ipynb",
}
"""The documents of a pack and the notebooks that they are made by."""

ENGINE = "PLAYBOOK_ENGINE"
"""The setting that names papermill's engine; empty is papermill's own."""


class NotebookFailed(PlaybookError):
    """A notebook of the pack stopped with an error; the message names the cell."""


def papermill() -> Any:
    """Import papermill, without the grammar that a JSON Schema extra builds at every start (1.4 s)."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import papermill as module

    return module


def engine_name() -> str | None:
    """Return the papermill engine that notebooks are run by, where the setting names one; else papermill's own."""
    return os.environ.get(ENGINE) or None


def run(source: Path, parameters: Mapping[str, str], folder: Path) -> Any:
    """Run a notebook with string parameters, its kernel standing in `folder`; return the executed notebook.

    Raises NotebookFailed where a cell ends in an error.
    """
    import logging
    import warnings

    module = papermill()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return module.execute_notebook(
                str(source), None, parameters=dict(parameters), cwd=str(folder), kernel_name="python3",
                engine_name=engine_name(), progress_bar=False, log_output=False,
                # The kernel listens on loopback only; its remarks about that are not for people who render a pack.
                # A file playbook.py beside an incident must not be taken for the package.
                extra_arguments=["--log-level=CRITICAL", "--IPKernelApp.ignore_cwd=True"],
            )  # fmt: skip
    except module.PapermillExecutionError as error:
        message = re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue))
        raise NotebookFailed(f"{source.name}, cell {error.cell_index}: {error.ename}: {message}") from error


_NOISE = ("papermill", "execution", "widgets", "ExecuteTime", "collapsed", "scrolled")


def normalise(
    notebook: Any, parameters: Mapping[str, str] | None = None, *, keep_pixels: bool = False
) -> Any:
    """Take out of an executed notebook what differs from run to run; return the same object.

    `parameters` are written into papermill's cell in place of those that the notebook ran with: names, not places
    of one machine. Two outputs of one stream that arrived apart are put together.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        for key in _NOISE:
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type != "code":
            continue
        if parameters is not None and "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = "# Parameters\n" + "\n".join(
                f"{key} = {value!r}" for key, value in parameters.items()
            )
        cell.outputs = _outputs(cell.outputs, keep_pixels)
    for number, cell in enumerate([c for c in notebook.cells if c.cell_type == "code"], start=1):
        if cell.execution_count is not None:
            cell.execution_count = number
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = number
    return notebook


def _outputs(outputs: list[Any], keep_pixels: bool) -> list[Any]:
    kept: list[Any] = []
    for output in outputs:
        if (
            output.output_type == "stream"
            and kept
            and kept[-1].output_type == "stream"
            and kept[-1].name == output.name
        ):
            kept[-1].text += output.text
            continue
        output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)  # its kernel is gone
        if "metadata" in output and not keep_pixels:
            output.metadata = {}
        kept.append(output)
    return kept


def read_blocks(notebook: Any) -> tuple[Block, ...]:
    """Return the blocks that an executed notebook shows, in order; its prose and its code are not among them."""
    return tuple(
        block
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for block in from_output(output)
    )


def to_bytes(notebook: Any) -> bytes:
    """Return the notebook as a file, one form for the same content."""
    import nbformat

    written: str = nbformat.writes(notebook, version=4)
    return (written.rstrip("\n") + "\n").encode()
