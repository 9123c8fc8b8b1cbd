"""A draft as it goes out, and the hash by which approvals and what was sent speak of it."""

from __future__ import annotations

import hashlib
import re

from playbook.drafts.model import Draft
from playbook.messages import say

# Controls, direction overrides, lone surrogates and non-characters: nothing that anybody means to paste.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def outgoing(draft: Draft) -> str:
    """Return a draft as the pack's `.md` file holds it, ready to paste; internal texts begin with their stamp."""
    parts = [say("pack.stamp_internal", draft.language)] if draft.audience == "internal" else []
    if draft.subject and not draft.edited:
        parts.append(draft.subject)
    return _printable("\n\n".join([*parts, draft.text.strip()])) + "\n"


def content_sha256(draft: Draft) -> str:
    """Return the SHA-256 of a draft as it goes out: that of the pack's file, and of a person's own file of it."""
    return hashlib.sha256(outgoing(draft).encode()).hexdigest()
