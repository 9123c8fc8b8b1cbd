"""Keep a sentence that a person wrote as a phrase of the client, or list the phrases that a client has of its own.

`keep` takes the words that stand in an edited draft in place of a sentence of ours, puts slots where the incident's
names, times and sums stand, and adds them to the client's wording/<language>/own.yaml, to be used where the sentence
that they replaced would be. It shows what it would write, and writes only with --yes or when a terminal says yes.
Exit code 0: kept, or shown with --dry-run; 1: not kept; 2: input error, nothing written.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.against import OnFile
    from playbook.checks.own_phrases import Instead, Phrase
    from playbook.drafts import Draft
    from playbook.drafts.wording import Bank, Move, Variant
    from playbook.text import Language

EXAMPLE = """playbook phrase keep incidents/today en/final-response.email
playbook phrase keep incidents/today en/final-response.email --sentence 4 --yes
playbook phrase keep incidents/today zh-Hant/public-apology.web --text "這件事，我們自己都看不下去。" --dry-run
playbook phrase list heri-bakery"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    keep = actions.add_parser(
        "keep", help="keep a sentence of an edited draft", description=(__doc__ or "").strip()
    )
    keep.add_argument("incident", metavar="INCIDENT", help="the folder of the incident")
    keep.add_argument("draft", metavar="DRAFT", help="an edited draft, such as en/final-response.email")
    which = keep.add_mutually_exclusive_group()
    which.add_argument("--sentence", metavar="N", type=int, help="which sentence of the draft, from 1")
    which.add_argument("--text", metavar="WORDS", help="the words themselves, as they stand in the draft")
    keep.add_argument("--move", metavar="MOVE", help="what it says, where it stands for no sentence of ours")
    keep.add_argument("--id", metavar="ID", help="the phrase's id (default: own.MOVE.1, 2 …)")
    keep.add_argument(
        "--with-figures", action="store_true", help="keep figures and dates that are no slot's value"
    )
    keep.add_argument(
        "--from-exercise", action="store_true", help="keep a phrase from an exercise all the same"
    )
    keep.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")
    keep.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    keep.add_argument("--yes", action="store_true", help="write without asking")
    lists = actions.add_parser("list", help="list a client's own phrases, and how often each was sent")
    lists.add_argument("client", metavar="CLIENT", help="the client")
    lists.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 1, or raises InputError."""
    return _keep(args) if args.action == "keep" else _list(args)


def _keep(args: argparse.Namespace) -> int:
    from playbook.checks.against import OnFile
    from playbook.checks.likeness import words_of_record
    from playbook.checks.own_phrases import phrase_of, values_of
    from playbook.drafts.own_file import own_path, read_raw, variant_data, with_phrase, write
    from playbook.drafts.wording import bank_of
    from playbook.messages.printable import one_line, printable_lines

    known = OnFile.read(args.incident, args.client)
    draft = known.draft(args.draft)
    folder = _client_folder(known)
    words = _chosen(args, known, draft)
    bank = bank_of(known.policy, draft.language)
    move, variant = _stands_for(args, words, bank, draft)
    sentence = words.ours[0] if words.ours else None
    slots = values_of(draft, sentence, variant, known.incident, known.policy, known.assessment, known.offers)
    record = words_of_record(known.incident, known.policy)
    phrase = phrase_of(
        words.text, move, variant, slots, draft.language, (*record.english, *record.chinese)
    )  # fmt: skip
    _refuse(args, known, draft, phrase)
    identifier = _identifier(args, bank, move)
    path = own_path(folder, draft.language)
    raw = read_raw(folder, path)
    entry = variant_data(identifier, variant, phrase.text)
    content = with_phrase(raw, path, move.id, entry)
    _show(phrase, words, path, entry)
    if args.dry_run:
        print(printable_lines(content.decode("utf-8-sig").replace("\r\n", "\n")).rstrip("\n"))
        return 0
    if not (args.yes or _confirmed()):
        print("not kept: nothing was written (--yes writes without asking)", file=sys.stderr)
        return 1
    write(path, raw, content)
    print(one_line(f"kept as {identifier} in {path}"))
    return 0


def _client_folder(known: OnFile) -> Path:
    policy = known.policy
    if policy.layers[-1].startswith("clients/"):
        return policy.folders[-1]
    found = f"the policy {policy.name}, which is no client's"
    raise InputError(
        [Problem(str(known.folder), 0, 0, "client", found, "a client", "Start one: playbook policy new NAME")]
    )


def _chosen(args: argparse.Namespace, known: OnFile, draft: Draft) -> Instead:
    """Return the words to keep, and what they stand for. Raises InputError where it is not clear which they are."""
    from playbook.checks.own_phrases import Instead, reworded

    path = str(known.folder / "drafts" / f"{draft.id}.md")
    if not draft.edited:
        remedy = "Edit the draft first, in the pack or there; its sentences are ours until then."
        raise InputError([Problem(path, 0, 0, "DRAFT", "no text of a person", "an edited draft", remedy)])
    own = known.own.get(draft.id)
    found = reworded(draft.text, own.sentences if own else (), draft.language)
    listed = (
        "; ".join(f"{_numbers(one)} {one.text[:40]!r}" for one in found) or "none: every sentence is ours"
    )
    if args.text is not None:
        text = args.text.strip()
        if not text or text not in draft.text:
            raise InputError(
                [
                    Problem(
                        path,
                        0,
                        0,
                        "--text",
                        repr(args.text[:80]),
                        "words that stand in the draft",
                        f"Sentences of a person: {listed}",
                    )
                ]
            )
        around = [one for one in found if text in one.text or one.text in text]
        return Instead(around[0].numbers if around else (), text, around[0].ours if around else ())
    if args.sentence is not None:
        one = next((one for one in found if args.sentence in one.numbers), None)
        if one is None:
            raise InputError(
                [
                    Problem(
                        path,
                        0,
                        0,
                        "--sentence",
                        str(args.sentence),
                        "a sentence that a person wrote",
                        f"These are: {listed}",
                    )
                ]
            )
        return one
    if len(found) == 1:
        return found[0]
    remedy = f"Name one with --sentence N: {listed}"
    raise InputError(
        [Problem(path, 0, 0, "--sentence", f"{len(found)} sentences of a person", "one of them", remedy)]
    )


def _numbers(one: Instead) -> str:
    return f"{one.numbers[0]}" if len(one.numbers) < 2 else f"{one.numbers[0]}-{one.numbers[-1]}"


def _stands_for(args: argparse.Namespace, words: Instead, bank: Bank, draft: Draft) -> tuple[Move, Variant]:
    """Return the move that the words say, and the variant whose place they took. Raises InputError where there is none."""
    from playbook.checks.own_phrases import variant_of
    from playbook.drafts.wording import Variant
    from playbook.policy.model import Condition

    found = variant_of(bank, words.ours[0].wording) if words.ours else None
    if args.move is None and found:
        return found
    if args.move is None:
        expected = "words in place of a sentence of ours"
        remedy = "Name what it says with --move, a move of docs/wording.md."
        raise InputError([Problem(draft.id, 0, 0, "--text", repr(words.text[:80]), expected, remedy)])
    if args.move not in bank.moves:
        from difflib import get_close_matches

        close = get_close_matches(args.move, bank.moves, n=1)
        remedy = f"Did you mean {close[0]}?" if close else "See docs/wording.md."
        raise InputError(
            [Problem("--move", 0, 0, "", repr(args.move), "one of " + ", ".join(bank.moves), remedy)]
        )
    move = bank.moves[args.move]
    if found and found[0] is move:
        return found
    # Nothing of ours stood there: the phrase is for texts of this kind.
    return move, Variant("", Condition({"doc": (draft.kind,)}), "", "", (), "")


def _refuse(args: argparse.Namespace, known: OnFile, draft: Draft, phrase: Phrase) -> None:
    """Raise InputError with everything that must not be kept in a phrase."""
    from playbook.linter import check_text

    path = str(known.folder / "drafts" / f"{draft.id}.md")
    problems: list[Problem] = []

    def add(found: str, expected: str, remedy: str) -> None:
        problems.append(Problem(path, 0, 0, "phrase", found, expected, remedy))

    if known.incident.mode == "exercise" and not args.from_exercise:
        add("an exercise", "a text that people were to read", "Add --from-exercise to keep it all the same.")
    if "{" in phrase.words or "}" in phrase.words:
        add("a brace", "words without braces", "Take the braces out of the draft.")
        raise InputError(problems)
    if not re.sub(r"\{\w+\}|[\W_]", "", phrase.text):
        add(repr(phrase.text), "words around the slots", "Choose another sentence.")
    start = draft.text.find(phrase.words)
    end = start + len(phrase.words)
    for finding in known.report(draft).findings:
        inside = start >= 0 and finding.start >= 0 and finding.start < end and start < finding.end
        if inside and finding.level in ("block", "error"):
            add(
                f"{finding.rule}: {finding.message}",
                "words that the check lets pass",
                finding.fix or "Rewrite it.",
            )
    brand = [*known.policy.brand.name.values(), *map(str, known.policy.brand.contact.values())]
    bare = re.sub(r"\{\w+\}", "…", phrase.text)
    kept = check_text(bare, language=draft.language, kind=draft.kind, audience="public", public=brand)
    for finding in kept.findings:
        if finding.rule.startswith("pii"):
            add(
                f"personal data: {finding.match or finding.message}",
                "a phrase without it",
                "Take it out of the draft.",
            )
    names = {p.found for p in problems}
    for words in phrase.left:
        if _is_name(words, draft.language) and f"personal data: {words}" not in names:
            add(f"a name or number of a person: {words}", "a phrase without it", "Take it out of the draft.")
        elif not _is_name(words, draft.language) and not args.with_figures:
            add(
                f"{words}, which no slot stands for", "words that are true of another incident, too",
                "Write the sentence without it, or add --with-figures.",
            )  # fmt: skip
    if problems:
        raise InputError(problems)


def _is_name(words: str, language: Language) -> bool:
    from playbook.checks.quantities import quantities

    return any(q.kind in ("name", "phone") for q in quantities(words, language))


def _identifier(args: argparse.Namespace, bank: Bank, move: Move) -> str:
    from playbook.drafts.own_file import ID, free_id

    if args.id is None:
        return free_id(bank, move.id)
    if not ID.match(args.id):
        raise InputError(
            [Problem("--id", 0, 0, "", repr(args.id[:80]), "small letters, digits, . _ -", "Choose another.")]
        )
    if any(variant.id == args.id for m in bank.moves.values() for variant in m.variants):
        remedy = f"Choose another, or leave it out: {free_id(bank, move.id)}"
        raise InputError([Problem("--id", 0, 0, "", repr(args.id), "an id that no phrase has yet", remedy)])
    return str(args.id)


def _show(phrase: Phrase, words: Instead, path: Path, entry: dict[str, Any]) -> None:
    from playbook.messages.printable import one_line

    def tell(name: str, text: str) -> None:
        print(f"{name:<10} {one_line(text)}", file=sys.stderr)

    tell("written:", phrase.words)
    if words.ours:
        tell("in place:", f"{words.ours[0].text}  ({phrase.replaced.id})")
    for also in words.ours[1:]:
        tell("and of:", also.text)
    tell("says:", phrase.move)
    tell("phrase:", phrase.text)
    for name, value in phrase.filled.items():
        tell("slot:", f"{{{name}}} for {value}")
    for left in phrase.left:
        tell("left:", f"{left}, as it stands")
    for about in phrase.about:
        tell("note:", f"{about}: stands in this incident's record; is it true of another one, too?")
    when = "; ".join(
        f"{k}: {v if isinstance(v, str) else ', '.join(v)}" for k, v in entry.get("when", {}).items()
    )
    tell("used:", when or "wherever the text says this")
    tell("file:", str(path))


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        return False
    print("Keep it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "是", "好")


def _list(args: argparse.Namespace) -> int:
    from playbook.drafts.wording import bank_of
    from playbook.messages.printable import one_line, printable_json
    from playbook.policy import read_policy
    from playbook.workspace import find_workspace

    workspace = find_workspace(Path.cwd())
    policy = read_policy(args.client, workspace)
    own = policy.folders[-1] / "wording"
    sent = _sent_texts(workspace.incidents, args.client)
    rows: list[dict[str, Any]] = []
    for language in policy.languages:
        for move in bank_of(policy, language).moves.values():
            for variant in move.variants:
                file = Path(variant.place.rpartition(":")[0])
                if own in file.parents and file.name == "own.yaml":
                    used = sum(
                        1 for code, text in sent if code == language and _stands_in(variant.text, text)
                    )
                    rows.append(
                        {
                            "id": variant.id,
                            "language": language,
                            "move": move.id,
                            "sent": used,
                            "text": variant.text,
                            "place": variant.place,
                        }
                    )
    if args.format == "json":
        print(
            printable_json(json.dumps({"client": args.client, "phrases": rows}, ensure_ascii=False, indent=2))
        )
        return 0
    if not rows:
        print(one_line(f"{args.client} has no phrases of its own yet: playbook phrase keep INCIDENT DRAFT"))
    for row in rows:
        times = (
            "never sent"
            if not row["sent"]
            else f"sent in {row['sent']} text{'s' if row['sent'] != 1 else ''}"
        )
        print(one_line(f"{row['language']}  {row['id']}  ({row['move']}; {times})"))
        print("    " + one_line(row["text"]))
    return 0


def _sent_texts(incidents: Path, client: str) -> Sequence[tuple[str, str]]:
    """Return the texts that a client sent, with their language; an incident that cannot be read has none."""
    from playbook.cases import incident_folders
    from playbook.checks.others import sent_by

    return [told for folder in incident_folders(incidents) for told in sent_by(folder, client)]


def _stands_in(phrase: str, text: str) -> bool:
    """Tell whether a text holds a phrase, whatever its slots were filled with."""
    parts = [re.escape(" ".join(part.split())) for part in re.split(r"\{\w+\}", phrase)]
    return re.search(r"[^\n]{1,200}?".join(parts), " ".join(text.split()), re.I) is not None
