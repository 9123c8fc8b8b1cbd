"""Where an incident stands: one rule at a time, on a minimal record and a small policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from assessment_examples import at, clock, condition, incident, money, policy, text, with_switch
from hypothesis import given
from hypothesis import strategies as st

from playbook.assessment import Assessment, assess, latest_moment
from playbook.assessment.model import Remark
from playbook.assessment.phrases import toll_free
from playbook.assessment.questions import QUESTION_FIELDS
from playbook.messages import has, say
from playbook.policy.vocabulary import POINTS, SITUATION, known_field
from playbook.text import LANGUAGES
from playbook.times import Moment

DAY = "2026-05-09T"
CONFIRMED = {"id": "f", "text": text("f"), "status": "confirmed", "source": "log"}
READ_BACK = {"id": "n1", "verbatim": "…", "confirmed": True}


def fault(value: str, when: str = "18:00") -> list[dict[str, Any]]:
    return [{"at": f"{DAY}{when}+08:00", "value": value}]


def sent(when: str, kind: str = "first-reply", audience: str = "public", **more: Any) -> dict[str, Any]:
    return {
        "at": f"{DAY}{when}+08:00", "kind": kind, "channel": "facebook", "language": "zh-Hant", "audience": audience,
    } | more  # fmt: skip


def warned(assessment: Assessment) -> set[str]:
    return {warning.id for warning in assessment.warnings}


# --- time


def test_as_of_is_the_latest_thing_recorded_and_never_a_plan() -> None:
    found = latest_moment(
        incident(
            sent=[sent("18:27")],
            promises=[{"id": "p", "text": text("p"), "due": f"{DAY}23:00+08:00"}],
            measures=[{"id": "m", "what": text("m"), "due": "2026-06-01", "done_at": f"{DAY}20:00+08:00"}],
            next_update_at=f"{DAY}22:00+08:00",
        )
    )
    assert found == at("20:00")


def test_what_is_handed_in_wins_over_the_record() -> None:
    assert assess(incident(as_of=f"{DAY}19:00+08:00"), policy(), at("18:25")).as_of == at("18:25")
    assert assess(incident(as_of=f"{DAY}19:00+08:00"), policy()).as_of == at("19:00")


def test_a_record_without_a_time_has_no_as_of_and_no_clock() -> None:
    found = assess(incident(signal={"at": "2026-05", "channel": "facebook"}), policy())
    assert found.as_of is None
    assert {c.state for c in found.clocks} == {"not_computable", "not_started"}
    assert "clocks_not_computable" in warned(found)


@pytest.mark.parametrize(
    ("now", "reply", "state", "breached"),
    [
        pytest.param("18:25", None, "running", False, id="runs"),
        pytest.param("19:00", None, "due_soon", False, id="two thirds are gone"),
        pytest.param("19:20", None, "due_soon", False, id="the last second still counts"),
        pytest.param("19:21", None, "overdue", True, id="over"),
        pytest.param("21:00", "19:20", "met", False, id="met on the mark"),
        pytest.param("21:00", "19:21", "met_late", True, id="met late"),
        pytest.param("18:30", "19:00", "running", False, id="a reply after as_of is not there yet"),
    ],
)
def test_a_clock_has_one_state(now: str, reply: str | None, state: str, breached: bool) -> None:
    rows = [sent(reply)] if reply else []
    found = assess(incident(sent=rows), policy(), at(now)).clock("first_reply")
    assert found is not None
    assert (found.state, found.breached) == (state, breached)


def test_a_private_answer_does_not_stop_the_clock_of_a_public_complaint() -> None:
    found = assess(incident(sent=[sent("18:30", audience="customer")]), policy(), at("20:00"))
    assert found.measures_of_time["first_contact"].minutes == 10
    assert found.measures_of_time["first_visible_reply"].status == "missing_input"
    assert found.clock("first_reply").state == "overdue"  # type: ignore[union-attr]
    assert "answered_in_private_first" in warned(found)


def test_a_private_complaint_is_answered_in_private() -> None:
    signal = {"at": f"{DAY}18:20+08:00", "channel": "phone"}
    found = assess(incident(signal=signal, sent=[sent("18:30", audience="customer")]), policy(), at("20:00"))
    assert found.clock("first_reply").state == "met"  # type: ignore[union-attr]
    assert "answered_in_private_first" not in warned(found)


def test_a_text_before_the_signal_is_no_answer_to_it() -> None:
    found = assess(incident(sent=[sent("17:00")]), policy(), at("18:30"))
    assert found.measures_of_time["first_visible_reply"].status == "missing_input"


def progress(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "intake": {"ended_at": f"{DAY}19:00+08:00"},
        "progress_updates": [f"{DAY}19:10+08:00", f"{DAY}19:30+08:00"],
    }
    return incident(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "switch", "now", "gaps", "state"),
    [
        pytest.param({}, "repeat_until_time_agreed", "19:35", [10, 20, 5], "running", id="each wait is measured"),
        pytest.param({"options_offered_at": f"{DAY}19:40+08:00"}, "repeat_until_time_agreed", "23:00", [10, 20, 10], "met_late", id="until options are offered"),
        pytest.param({}, "repeat_until_time_agreed", "19:50", [10, 20, 20], "overdue", id="the last wait runs"),
        pytest.param({}, "once", "19:50", [10], "met", id="once: the first report is enough"),
        pytest.param({"progress_updates": []}, "once", "19:20", [20], "overdue", id="once: none came"),
        pytest.param({"time_agreed": f"{DAY}21:00+08:00"}, "repeat_until_time_agreed", "20:30", [10, 20, 60], "due_soon", id="an agreed time replaces the fifteen minutes"),
        pytest.param({"progress_updates": []}, "repeat_until_time_agreed", "19:11", [11], "due_soon", id="remind after two thirds"),
    ],
)  # fmt: skip
def test_progress_is_due_again_and_again(
    changes: dict[str, Any], switch: str, now: str, gaps: list[int], state: str
) -> None:
    found = assess(progress(**changes), with_switch(progress_clock=switch), at(now)).clock("progress")
    assert found is not None
    assert [gap.seconds // 60 for gap in found.gaps] == gaps
    assert found.state == state


def test_the_agreed_time_counts_from_the_promise_that_named_it() -> None:
    promise = {"id": "p", "at": f"{DAY}19:30+08:00", "text": text("later"), "due": f"{DAY}21:00+08:00"}
    record = progress(time_agreed=f"{DAY}21:00+08:00", promises=[promise])
    found = assess(record, policy(), at("20:59")).clock("progress")
    assert found is not None
    assert [gap.breached for gap in found.gaps] == [False, True, False]
    assert found.due_at == at("21:00")


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_the_gaps_add_up_to_the_whole_wait(minutes: list[int]) -> None:
    updates = sorted({at("19:00").at.timestamp() + 60 * m for m in minutes})
    raw = [datetime.fromtimestamp(t, UTC).isoformat() for t in updates]
    end = Moment.parse(f"{DAY}23:59+08:00")
    found = assess(progress(progress_updates=raw), policy(), end).clock("progress")
    assert found is not None
    assert sum(gap.seconds for gap in found.gaps) == (end.at - at("19:00").at).total_seconds()
    assert all(gap.breached == (gap.seconds > 900) for gap in found.gaps)


def test_a_pausable_clock_stands_still() -> None:
    rules = policy(clocks=(clock("answer", "signal", "", 60, pausable=True), clock("law", "signal", "", 60)))
    pause = {"start": f"{DAY}18:30+08:00", "end": f"{DAY}18:50+08:00", "reason": text("papers")}
    found = assess(incident(pauses=[pause]), rules, at("19:30"))
    assert found.clock("answer").due_at == at("19:40")  # type: ignore[union-attr]
    assert found.clock("answer").elapsed_seconds == 50 * 60  # type: ignore[union-attr]
    assert found.clock("law").state == "overdue"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("more", "there"),
    [
        pytest.param({}, True, id="everywhere, always"),
        pytest.param({"jurisdictions": ("TW",)}, True, id="here"),
        pytest.param({"jurisdictions": ("GB",)}, False, id="elsewhere"),
        pytest.param({"start": at("00:00", "2026-06-01").at.date()}, False, id="not yet in force"),
        pytest.param({"end": at("00:00", "2026-05-01").at.date()}, False, id="no longer in force"),
    ],
)
def test_only_rules_in_force_at_the_event_apply(more: dict[str, Any], there: bool) -> None:
    found = assess(incident(), policy(clocks=(clock("x", "signal", "", 15, **more),)), at("18:21"))
    assert (found.clock("x") is not None) is there


def test_a_changed_switch_sets_its_clock() -> None:
    found = assess(incident(policy_override={"first_reply_minutes": {"warn": 5, "breach": 30}}),
                   policy(clocks=(clock("first_reply.warn", "signal", "first_reply", 10),)), at("18:26"))  # fmt: skip
    assert found.clocks[0].rule.period == 5
    assert found.clocks[0].breached


def test_times_in_the_wrong_order_are_told_and_never_negative() -> None:
    stamps = {"impact_started_at": f"{DAY}12:00+08:00", "impact_ended_at": f"{DAY}11:00+08:00"}
    found = assess(incident(timestamps=stamps), policy())
    assert found.measures_of_time["impact"].seconds is None
    assert found.measures_of_time["impact"].status == "invalid_order"
    assert "times_out_of_order" in warned(found)


def test_the_longest_silence_lies_between_words_in_public() -> None:
    rows = [sent("18:30"), sent("18:40", audience="customer"), sent("20:00", "holding-statement")]
    found = assess(incident(sent=rows), policy(), at("20:30")).measures_of_time["longest_silence"]
    assert (found.start, found.end, found.minutes) == (at("18:30"), at("20:00"), 90)


# --- tracks, severity, cluster


@pytest.mark.parametrize(
    ("changes", "tracks"),
    [
        pytest.param({}, ["standard"], id="nothing"),
        pytest.param({"fault": fault("supplier")}, ["standard", "T4"], id="a supplier's fault"),
        pytest.param({"fault": fault("customer_misread")}, ["standard"], id="misread, not verified"),
        pytest.param({"fault": fault("customer_misread"), "facts": [CONFIRMED]}, ["standard", "T3"], id="misread, verified"),
        pytest.param({"kind": "extortion"}, ["standard", "T5"], id="extortion"),
        pytest.param({"asked_for_boss": True}, ["standard", "T6"], id="get your boss"),
        pytest.param({"off_topic": True}, ["standard"], id="off topic while first telling"),
        pytest.param({"off_topic": True, "intake": {"first_telling_done": True}}, ["standard", "T1"], id="off topic after it"),
        pytest.param({"tracks": ["T6"]}, ["standard", "T6"], id="opened by hand"),
    ],
)  # fmt: skip
def test_a_track_opens_on_its_condition(changes: dict[str, Any], tracks: list[str]) -> None:
    found = assess(incident(**changes), policy())
    assert [track.id for track in found.tracks] == tracks
    assert all(track.evidence for track in found.tracks[1:])
    assert found.situation["track"] == tuple(tracks)


BAD_FAITH: dict[str, Any] = {
    "sop_complete": True,
    "demands": [{"text": text("a million"), "feasible": False}],
    "threats": [{"text": text("the press"), "continues": True}],
    "approvals": [{"id": "a", "what": "track:T2", "role": "manager"}],
}


@pytest.mark.parametrize("left_out", [None, *BAD_FAITH])
def test_bad_faith_needs_every_condition(left_out: str | None) -> None:
    record = {name: value for name, value in BAD_FAITH.items() if name != left_out}
    assert assess(incident(**record), policy()).has_track("T2") is (left_out is None)


def test_the_front_line_cannot_open_bad_faith() -> None:
    record = BAD_FAITH | {"approvals": [{"id": "a", "what": "track:T2", "role": "agent"}]}
    assert not assess(incident(**record), policy()).has_track("T2")


def test_bad_faith_by_hand_is_told() -> None:
    assert "malicious_too_early" in warned(assess(incident(tracks=["T2"]), policy()))


def test_evidence_names_the_field_its_value_and_its_place() -> None:
    found = assess(incident(fault=fault("supplier")), policy())
    evidence = found.tracks[1].evidence[0]
    assert (evidence.field, evidence.value, evidence.place) == ("fault_status", "supplier", "fault")


def test_fault_is_what_it_was_held_to_be_at_the_time() -> None:
    record = incident(fault=[*fault("unknown", "18:20"), *fault("company", "19:30")])
    assert assess(record, policy(), at("19:00")).fault == "unknown"
    assert assess(record, policy(), at("19:30")).fault == "company"


@pytest.mark.parametrize(
    ("changes", "level", "rule", "leader"),
    [
        pytest.param({}, "SEV-4", None, False, id="nothing recorded"),
        pytest.param({"affected_count": 99}, "SEV-4", None, False, id="below the threshold"),
        pytest.param({"affected_count": 100}, "SEV-2", "many", True, id="at the threshold"),
        pytest.param({"impacts": [{"kind": "trust", "level": 2}]}, "SEV-3", "some", False, id="any impact"),
        pytest.param({"impacts": [{"kind": "safety", "level": 4}], "affected_count": 500}, "SEV-1", "harm", True, id="the gravest wins"),
        pytest.param({"public_spread": True}, "SEV-4", None, True, id="spread makes the leader speak"),
        pytest.param({"affected_count": 500, "severity": {"level": "SEV-3", "by": "head", "reason": "contained"}}, "SEV-3", None, True, id="set by a person"),
    ],
)  # fmt: skip
def test_severity_says_which_rule_gave_it(
    changes: dict[str, Any], level: str, rule: str | None, leader: bool
) -> None:
    found = assess(incident(**changes), policy()).severity
    assert (found.level, found.rule, found.leader_speaks) == (level, rule, leader)
    assert found.speaker is not None
    assert found.speaker.role == "head"


@pytest.mark.parametrize(
    ("status", "history", "cluster"),
    [
        ("unknown", 0, "undetermined"),
        ("unknown", 9, "undetermined"),
        ("third_party_crime", 0, "victim"),
        ("third_party_crime", 2, "accidental"),
        ("supplier", 0, "accidental"),
        ("supplier", 81, "preventable"),
        ("company", 1, "preventable"),
    ],
)
def test_a_history_raises_the_cluster_one_step(status: str, history: int, cluster: str) -> None:
    signal = {"at": f"{DAY}18:20+08:00", "same_cause_history": [{"label": text("before"), "count": history}]}
    assert assess(incident(signal=signal, fault=fault(status)), policy()).cluster.id == cluster


# --- apology


@pytest.mark.parametrize(
    ("status", "switches", "depth"),
    [
        ("unknown", {}, "feeling"),
        ("company", {}, "full"),
        ("supplier", {}, "full"),
        ("subsidiary", {}, "full"),
        ("mixed", {}, "full"),
        ("third_party_crime", {}, "feeling"),
        ("customer_misread", {}, "feeling"),
        ("customer_misread", {"misunderstanding_apology": "book"}, "full"),
        ("customer_misread", {"misunderstanding_apology": "no_apology_explain_only"}, "none"),
        ("company", {"apology_depth": "feeling"}, "feeling"),
    ],
)
def test_depth_follows_the_fault(status: str, switches: dict[str, str], depth: str) -> None:
    found = assess(incident(fault=fault(status)), with_switch(**switches)).apology
    assert found.depth == depth
    assert found.reasons
    assert found.feeling_apology_allowed is (depth != "none")


@pytest.mark.parametrize(
    ("timing", "changes", "feeling", "cause"),
    [
        pytest.param("staged", {}, True, False, id="no fact yet"),
        pytest.param("staged", {"facts": [CONFIRMED]}, True, True, id="a fact, no conversation"),
        pytest.param("staged", {"facts": [CONFIRMED], "intake": {"segments": [READ_BACK | {"confirmed": None}]}}, True, False, id="notes not read back"),
        pytest.param("staged", {"facts": [CONFIRMED], "intake": {"segments": [READ_BACK]}}, True, True, id="read back"),
        pytest.param("immediate", {}, True, True, id="at once"),
        pytest.param("after_listening", {"facts": [CONFIRMED]}, False, False, id="not before listening"),
        pytest.param("after_listening", {"facts": [CONFIRMED], "intake": {"segments": [READ_BACK]}}, True, True, id="after it"),
    ],
)  # fmt: skip
def test_the_cause_apology_waits(timing: str, changes: dict[str, Any], feeling: bool, cause: bool) -> None:
    found = assess(incident(fault=fault("company"), **changes), with_switch(apology_timing=timing)).apology
    assert (found.feeling_apology_allowed, found.cause_apology_allowed) == (feeling, cause)


@pytest.mark.parametrize(
    ("place", "depth"), [("US-CA", "sympathy"), ("US", "full"), ("TW", "full"), (None, "full")]
)
def test_a_jurisdiction_may_keep_it_to_sympathy(place: str | None, depth: str) -> None:
    found = assess(incident(fault=fault("company"), facts=[CONFIRMED], jurisdiction=place), policy()).apology
    assert found.depth == depth
    assert found.cause_apology_allowed is (depth == "full")
    assert any(reason.id == "apology_sympathy_only" for reason in found.reasons) is (depth == "sympathy")


# --- promises


@pytest.mark.parametrize(
    ("promise", "authorised", "reason", "needs"),
    [
        pytest.param({}, True, "nothing_to_authorise", "agent", id="no value"),
        pytest.param({"value": money(500), "role": "agent"}, True, "own_authority", "agent", id="at the ceiling"),
        pytest.param({"value": money(501), "role": "agent"}, False, "no_approval", "manager", id="one above it"),
        pytest.param({"value": money(501), "role": "manager"}, True, "own_authority", "manager", id="by a manager"),
        pytest.param({"value": money(501), "role": "agent", "approval": "early"}, True, "approved", "manager", id="approved"),
        pytest.param({"value": money(501), "role": "agent", "approval": "late"}, False, "approved_after", "manager", id="approved afterwards"),
        pytest.param({"value": money(3001), "role": "agent", "approval": "early"}, False, "approval_too_low", "head", id="approved too low"),
        pytest.param({"value": money(501), "role": "agent", "approval": "no"}, False, "rejected", "manager", id="refused"),
        pytest.param({"value": money(501), "role": "agent", "approval": "absent"}, False, "no_approval", "manager", id="an approval nobody recorded"),
        pytest.param({"public": True, "role": "manager"}, False, "no_approval", "head", id="in public"),
        pytest.param({"value": money(501)}, False, "role_not_recorded", "manager", id="nobody knows who"),
    ],
)  # fmt: skip
def test_a_promise_needs_the_authority_for_it(
    promise: dict[str, Any], authorised: bool, reason: str, needs: str
) -> None:
    approvals = [
        {"id": "early", "what": "x", "role": "manager", "at": f"{DAY}18:50+08:00"},
        {"id": "late", "what": "x", "role": "manager", "at": f"{DAY}19:10+08:00"},
        {"id": "no", "what": "x", "role": "manager", "decision": "rejected"},
    ]
    made = {"id": "p", "at": f"{DAY}19:00+08:00", "text": text("p")} | promise
    found = assess(incident(promises=[made], approvals=approvals), policy()).promises[0]
    assert (found.authorised, found.reason) == (authorised, reason)
    assert found.authority_needed is not None
    assert found.authority_needed.role == needs


def test_a_text_that_names_a_value_is_a_promise() -> None:
    told = {
        "id": "chat",
        "where": text("chat"),
        "text": "…",
        "language": "zh-Hant",
        "author_role": "agent",
        "value": money(2560),
    }
    found = assess(incident(existing_texts=[told]), policy())
    assert [p.id for p in found.unauthorised_promises] == ["chat"]
    assert found.figure("unauthorised_promises").value == 1  # type: ignore[union-attr]
    assert found.situation["unauthorised_promises"] == "yes"
    assert "promise_no_approval" in warned(found)


@pytest.mark.parametrize(
    ("promise", "now", "state"),
    [
        pytest.param({"due": f"{DAY}19:20+08:00"}, "19:00", "open", id="not due"),
        pytest.param({"due": f"{DAY}19:20+08:00"}, "20:00", "not_recorded", id="nobody wrote it down"),
        pytest.param({"due": f"{DAY}19:20+08:00", "kept_at": f"{DAY}19:20+08:00"}, "20:00", "kept", id="kept"),
        pytest.param({"due": f"{DAY}19:20+08:00", "kept_at": f"{DAY}19:21+08:00"}, "20:00", "kept_late", id="late"),
        pytest.param({"due": f"{DAY}19:20+08:00", "progress": True}, "20:00", "broken", id="a next word that never came"),
    ],
)  # fmt: skip
def test_a_promise_is_kept_or_not_or_nobody_knows(promise: dict[str, Any], now: str, state: str) -> None:
    made = {"id": "p", "at": f"{DAY}19:00+08:00", "text": text("p")} | promise
    assert assess(incident(promises=[made]), policy(), at(now)).promises[0].state == state


@pytest.mark.parametrize(
    ("rows", "changes", "state"),
    [
        pytest.param([sent("18:30", "holding-statement", next_update_promised_at=f"{DAY}20:00+08:00"), sent("19:59", "public-apology")], {}, "kept", id="in time"),
        pytest.param([sent("18:30", "holding-statement", next_update_promised_at=f"{DAY}20:00+08:00"), sent("20:01", "public-apology")], {}, "kept_late", id="late"),
        pytest.param([sent("18:30", "holding-statement", next_update_promised_at=f"{DAY}20:00+08:00")], {}, "broken", id="never"),
        pytest.param([sent("18:30", "holding-statement", next_update_promised_at=f"{DAY}20:00+08:00"), sent("19:00", "progress-update", "customer")], {}, "broken", id="the public is not told by a private word"),
        pytest.param([sent("18:30", next_update_promised_at=f"{DAY}19:00+08:00")], {"intake": {"started_at": f"{DAY}18:45+08:00"}}, "kept", id="a call keeps the word of a first reply"),
    ],
)  # fmt: skip
def test_the_promise_of_a_next_word_is_checked(rows: list[Any], changes: dict[str, Any], state: str) -> None:
    found = assess(incident(sent=rows, **changes), policy(), at("22:00"))
    assert found.promises[0].state == state
    assert (f"next_word_{state}" in warned(found)) is (state != "kept")


# --- figures


def number_fact(
    id_: str, value: int, share_of: str | None = None, status: str = "confirmed"
) -> dict[str, Any]:
    return {
        "id": id_,
        "text": text(id_),
        "value": value,
        "share_of": share_of,
        "status": status,
        "source": "log",
    }


def test_shares_follow_the_chain_of_facts() -> None:
    facts = [number_fact("all", 1200), number_fact("late", 412, "all"), number_fact("damaged", 37, "late")]
    found = {f.id: str(f.value) for f in assess(incident(facts=facts), policy()).figures}
    assert found == {"share.late.all": "34.3", "share.damaged.late": "9.0", "share.damaged.all": "3.1"}


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param([number_fact("all", 0), number_fact("late", 4, "all")], id="of nothing"),
        pytest.param([number_fact("late", 4, "gone")], id="of a fact that is not there"),
        pytest.param([number_fact("all", 10, status="refuted"), number_fact("late", 4, "all")], id="of a refuted fact"),
        pytest.param([number_fact("a", 10, "a")], id="of itself"),
        pytest.param([{"id": "a", "text": text("a"), "value": "many"}, number_fact("b", 1, "a")], id="of words"),
    ],
)  # fmt: skip
def test_a_share_that_has_no_whole_is_left_out(facts: list[dict[str, Any]]) -> None:
    assert assess(incident(facts=facts), policy()).figures == ()


def test_what_a_group_costs_is_multiplied_out_and_added() -> None:
    remedies = [
        {"id": "voucher", "label": text("v"), "count": 412, "each": money(200)},
        {"id": "refund", "label": text("r"), "count": 37, "each": money(1280), "at_most": True},
        {"id": "card", "label": text("c"), "count": 412},
    ]
    found = assess(incident(group_remedies=remedies), policy())
    total = found.figure("group_total")
    assert total is not None
    assert (str(total.value), total.at_most) == ("129760.00", True)
    assert found.figure("group.card") is None


# --- what to ask, what to look at


def test_a_minimal_record_knows_what_to_ask() -> None:
    found = assess(incident(), policy())
    fields = [question.field for question in found.ask_next]
    assert fields[:3] == [
        "tellings.got",
        "tellings.expected",
        "tellings.effect",
    ]  # drafts are built around them
    listed = ["impacts.people", "signal.verbatim", "signal.author.display_name"]
    assert [field for field in fields if field in listed] == listed
    assert "fault" in fields
    assert "follow_up" not in fields  # nothing was chosen yet


def test_an_extortion_asks_for_the_police_first() -> None:
    found = assess(incident(kind="extortion"), policy())
    fields = [question.field for question in found.ask_next]
    assert fields[1:4] == [
        "extortion.police_reported_at",
        "extortion.data_exposed_types",
        "extortion.deadline",
    ]
    assert "intake.emotions" not in fields
    assert found.warnings[0].id == "not_reported_to_police"


QUESTION = {"text": "?", "type": "closed"}
STALE = {"id": "faq", "where": text("FAQ"), "text": "…", "language": "zh-Hant"}
BEFORE = {"at": f"{DAY}15:10+08:00", "result": "busy"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"existing_texts": [STALE | {"online": True}]}, "stale_text"),
        ({"intake": {"questions": [QUESTION, QUESTION]}}, "closed_questions_only"),
        ({"intake": {"questions": [QUESTION, QUESTION | {"type": "open"}]}}, "open_question_first"),
        ({"intake": {"segments": [{"id": "n", "verbatim": "…"}]}}, "not_read_back"),
        ({"intake": {"segments": [{"id": "n", "verbatim": "我不要跟你說,叫你主管出來!"}]}}, "boss_words"),
        ({"facts": [CONFIRMED | {"status": "claimed", "cause": True}]}, "claimed_cause"),
        ({"facts": [CONFIRMED | {"status": "claimed"}]}, "unverified"),
        ({"facts": [CONFIRMED | {"source": None}]}, "no_source"),
        ({"existing_texts": [STALE | {"text": "客服專線 0800-000-210"}]}, "toll_free_in_text"),
        ({"handler": {"contact": {"line": "0800-000-210"}}}, "toll_free_line"),
        ({"handler": {"name": text("Lin")}}, "no_backup"),
        ({"handler": {"name": text("Lin")}}, "handler_honorific"),
        ({"measures": [{"id": "m", "what": {"zh-Hant": "以零客訴為目標"}}]}, "zero_target"),
        ({"measures": [{"id": "m", "what": text("m")}]}, "measure_without_owner_or_date"),
        ({"bystanders": {"comments": 46, "questions": 31, "supportive": 6}}, "bystanders_do_not_add_up"),
        ({"bystander_questions": [{"id": "q", "question": text("?")}]}, "question_unanswered"),
        ({"bystander_questions": [{"id": "q", "question": text("?"), "answer": text("!")}]}, "answer_without_source"),
        ({"decisions": [{"id": "d", "comply": True, "sure_they_delete": text("yes")}]}, "comply_unanswered"),
        ({"affected_count": 500}, "leader_has_not_spoken"),
        ({"affected_count": 500, "statements": [{"at": f"{DAY}19:00+08:00", "speaker": {"role": "agent"}}]}, "speaker_too_low"),
        ({"demands": [{"text": text("a"), "amount": money(1)}, {"text": text("b"), "amount": money(9)}]}, "demand_growth"),
        ({"follow_up": {"open_issues": 1}}, "issue_without_owner"),
        ({"promises": [{"id": "p", "text": text("soon")}]}, "promise_without_time"),
        ({"options_offered_at": f"{DAY}19:00+08:00", "intake": {}}, "options_before_need"),
        ({"affected_count": 9, "complaints": [{"id": "1", "text": "…"}]}, "complaints_understate"),
        ({"signal": {"at": f"{DAY}18:20+08:00", "prior_contacts": [BEFORE]}}, "contacts_before_answer"),
        ({"signal": {"at": f"{DAY}18:20+08:00", "same_cause_history": [{"label": text("x"), "count": 3}]}}, "small_fire"),
        ({"signal": {"at": f"{DAY}18:20+08:00", "same_cause_history": [{"label": text("x"), "count": 3, "first_at": "2026-04-01"}]}}, "small_fire_days"),
        ({"signal": {"at": f"{DAY}18:20+08:00", "same_cause_history": [{"label": text("x"), "count": 3}, {"label": text("y"), "count": 1}]}}, "loop"),
        ({"options_offered_at": f"{DAY}19:00+08:00", "affected_count": 20}, "group_not_addressed"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_record_is_said(changes: dict[str, Any], expected: str) -> None:
    assert expected not in warned(assess(incident(), policy()))
    assert expected in warned(assess(incident(**changes), policy()))


def test_more_cases_of_a_cause_than_tolerated_are_told() -> None:
    rows = [{"id": str(n), "text": "…", "cause": "late"} for n in range(3)]
    assert "over_threshold" in warned(assess(incident(complaints=rows), policy(thresholds={"late": 2})))
    assert "over_threshold" not in warned(assess(incident(complaints=rows), policy(thresholds={"late": 3})))
    assert "over_threshold" in warned(assess(incident(complaints=rows), policy(thresholds={"*": 2})))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("請撥 0800-000-210", "0800-000-210"),
        ("拨打 400-810-0000 转人工", "400-810-0000"),
        ("專線 04-0000-2101", None),
        ("共 800 筆，412 筆延誤", None),
        ("成交金額 8000000 元", None),
    ],
)
def test_toll_free_numbers_are_seen_and_other_numbers_left_alone(words: str, found: str | None) -> None:
    assert toll_free(words, ("0800", "400"), "TW") == found


def test_the_switch_lets_a_client_use_toll_free_lines() -> None:
    record = incident(handler={"contact": {"line": "0800-000-210"}})
    assert "toll_free_line" not in warned(assess(record, with_switch(forbid_toll_free=False)))


# --- the situation and the messages


def test_the_situation_holds_every_field_of_the_vocabulary_and_no_other() -> None:
    fields = assess(incident(), policy()).situation
    assert set(SITUATION) == {name for name in fields if not name.startswith("switch.")}
    assert all(known_field(name) for name in fields)
    for name, values in SITUATION.items():
        have = fields[name]
        for value in have if isinstance(have, tuple) else (have,):
            assert not values or value in values, name


def test_the_guide_names_every_field_and_point() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "situation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_0-9]+)`", guide))
    assert set(SITUATION) <= named
    assert set(POINTS) <= named


def test_switches_are_fields_as_text() -> None:
    fields = assess(incident(policy_override={"closing": "apology_last"}), policy()).situation
    assert fields["switch.forbid_toll_free"] == "true"
    assert fields["switch.closing"] == "apology_last"
    assert fields["switch.leader_statement_when.affected_at_least"] == "null"
    assert "manager" in fields["switch.malicious_requires"]


def test_a_condition_on_the_situation_opens_what_it_names() -> None:
    rule = condition(visibility="public", switch__apology_timing="staged|immediate")
    assert rule.holds(assess(incident(), policy()).situation)


def test_every_message_that_the_code_names_exists() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in Path("playbook/assessment").glob("*.py"))
    named = {f"assessment.warn_{name}" for name in re.findall(r'_warn\(\s*"([a-z_]+)"', source)}
    named |= set(re.findall(r'"(assessment\.[a-z_]*[a-z])"', source))
    named |= {f"assessment.{name}" for name in re.findall(r'because\(\s*"([a-z_]+)"', source)}
    named |= {"assessment.ask_" + field.replace(".", "_") for field in QUESTION_FIELDS}
    assert len(named) > 100
    assert [key for key in sorted(named) if not has(key)] == []


def printable(remarks: list[Remark]) -> None:
    for remark in remarks:
        for language in LANGUAGES:
            assert say(remark.key, language, **remark.values).strip()


@pytest.mark.parametrize(
    "status", ["unknown", "company", "supplier", "customer_misread", "third_party_crime"]
)
def test_what_is_found_can_be_said_in_every_language(status: str) -> None:
    promises = [
        {"id": "a", "text": text("a"), "value": money(9000), "role": "agent", "due": f"{DAY}18:30+08:00", "kept_at": f"{DAY}19:00+08:00"},
        {"id": "b", "text": text("b"), "progress": True, "due": f"{DAY}18:30+08:00"},
        {"id": "c", "text": text("c")},
    ]  # fmt: skip
    record = incident(
        fault=fault(status), facts=[CONFIRMED, number_fact("all", 10), number_fact("some", 3, "all")],
        promises=promises, jurisdiction="US-CA", affected_count=500, losses={"taxi": money(300)},
        group_remedies=[{"id": "v", "label": text("v"), "count": 2, "each": money(5)}],
        bystanders={"comments": 5, "negative": 2, "supportive": 1}, complaints=[{"id": "1", "text": "…"}],
        demands=[{"text": text("a"), "amount": money(1)}, {"text": text("b"), "amount": money(9)}],
        sent=[sent("18:30", next_update_promised_at=f"{DAY}19:00+08:00")],
        signal={"at": f"{DAY}18:20+08:00", "visibility": "public", "prior_contacts": [BEFORE | {"hold_minutes": 4}],
                "same_cause_history": [{"label": text("x"), "count": 3, "first_at": "2026-04-01"}]},
    )  # fmt: skip
    found = assess(record, policy(), at("23:00"))
    printable([*found.warnings, *found.apology.reasons, found.severity.reason, found.cluster_choice.reason])
    for figure in found.figures:
        assert say(figure.definition, "en", **figure.inputs)
    for promise in found.promises:
        assert has(f"assessment.promise_{promise.reason}")
    for duration in found.measures_of_time.values():
        assert has(duration.definition)


def test_the_same_record_gives_the_same_assessment() -> None:
    record = incident(fault=fault("supplier"), facts=[CONFIRMED], sent=[sent("18:27")])
    assert assess(record, policy()) == assess(record, policy())
