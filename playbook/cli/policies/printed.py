"""Where the actions of `playbook policy` put what they say: on the screen, or into a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playbook.cli.place import refuse_policies
from playbook.errors import InputError, Problem


def put(text: str, out: str | None) -> None:
    """Print a text, or write it to a file. Raises InputError where that cannot be written."""
    if out is None:
        print(text)
        return
    refuse_policies(Path(out), "--out")
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        Path(out).write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError(
            [Problem(out, 0, 0, "--out", found, "a file that can be written", "Choose another.")]
        ) from error


def as_json(data: Any) -> str:
    """Write data as JSON that a terminal can show as it is."""
    from playbook.messages.printable import printable_json

    return printable_json(json.dumps(data, ensure_ascii=False, indent=2, default=str))
