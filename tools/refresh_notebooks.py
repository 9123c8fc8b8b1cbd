"""Run the notebooks again, on the example incident, and store them with their outputs; with --check, only compare.

    python tools/refresh_notebooks.py [--check] [NAME …]

Where a cell's output changed, the file is written anew and named; --check writes nothing and exits 1 instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playbook.pack.notebooks import normalise, papermill, to_bytes

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"


def refreshed(path: Path) -> bytes:
    """Return a notebook, run where it stands and put into the form in which it is kept."""
    papermill()  # before nbformat: see there
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    return to_bytes(normalise(notebook))


def main(arguments: list[str]) -> int:
    """Refresh all notebooks, or those named; return 1 where --check finds one that is not current."""
    check = "--check" in arguments
    names = [name for name in arguments if name != "--check"]
    changed = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if names and not any(name in path.name for name in names):
            continue
        new = refreshed(path)
        if new != path.read_bytes():
            changed.append(path.name)
            if not check:
                path.write_bytes(new)
    print("\n".join(f"{'not current' if check else 'written'}: {name}" for name in changed) or "all current")
    return 1 if changed and check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
