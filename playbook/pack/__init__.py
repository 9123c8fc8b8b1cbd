"""The pack of an incident: run the notebooks, export them, write the drafts, say what everything was made from."""

from playbook.pack.case import Case, open_case
from playbook.pack.render import FORMATS, PackResult, render_pack

__all__ = ["FORMATS", "Case", "PackResult", "open_case", "render_pack"]
