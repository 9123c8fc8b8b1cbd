"""Run engines turn by turn, each in its own process, and compare what they answered."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]


class Failed(RuntimeError):
    """An engine that stopped, with what it said last."""


@dataclass
class Measured:
    """What one engine took: seconds of every run, and memory."""

    section: str
    engine: str
    rows: int
    seconds: list[float]
    peak_mb: float
    extra_mb: float
    moved: int
    ready: float
    more: dict[str, list[float]] = field(default_factory=dict)
    label: str = ""

    @property
    def least(self) -> float:
        """Return the shortest run in seconds."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Return the median run in seconds."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **vars(self),
            "min_s": self.least,
            "median_s": self.median,
            "rows_per_s": self.rows / self.least,
        }


class _Process:
    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  - closed with the process
        command = [sys.executable, "-m", "benchmarks.pricing.worker", json.dumps(spec)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=ROOT
        )

    def answer(self) -> dict[str, Any]:
        """Return the next answer. Raises Failed."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            self.errors.seek(0)
            said = self.errors.read().decode("utf-8", "replace")[-2000:]
            raise Failed(f"{self.spec['section']} {self.spec['engine']}: {said}")
        out: dict[str, Any] = json.loads(line)
        return out

    def ask(self, line: str) -> dict[str, Any]:
        """Say something; return the answer. Raises Failed."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        """Let it end; it has nothing left to do."""
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def interleaved(
    specs: Sequence[dict[str, Any]],
    repeats: int,
    folder: Path,
    *,
    warm: bool,
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, tuple[Measured, Path]]:
    """Run every engine once a round; return what each took and where its answers are.

    All of them are made ready first and stay. Raises Failed where one stops.
    """
    processes: list[tuple[dict[str, Any], _Process]] = []
    out: dict[str, tuple[Measured, Path]] = {}
    try:
        ready = {}
        for spec in specs:
            told(f"{spec['section']} {spec['engine']}: making ready")
            process = _Process(spec)
            processes.append((spec, process))
            ready[spec["engine"]] = process.answer()
        timed: dict[str, list[dict[str, float]]] = {spec["engine"]: [] for spec in specs}
        for turn in range(repeats + warm):
            for spec, process in processes:
                took = process.ask("run")
                load = os.getloadavg()[0]
                told(f"{spec['section']} {spec['engine']}: {took['seconds']:.6f} s (load {load:.1f})")
                if turn >= warm:
                    timed[spec["engine"]].append(took)
        for spec, process in processes:
            name = spec["engine"]
            memory = process.ask("memory")
            answers = folder / f"{spec['section']}-{name}.answers"
            with_suffix = answers.with_suffix(".parquet" if spec["section"] == "whole" else ".npy")
            process.ask(f"save {with_suffix}")
            more = {key: [run[key] for run in timed[name]] for key in timed[name][0] if key != "seconds"}
            measured = Measured(
                spec["section"], name, ready[name]["rows"], [run["seconds"] for run in timed[name]],
                memory["peak_mb"], memory["extra_mb"], memory["bytes"], ready[name]["ready"], more, spec.get("label", ""),
            )  # fmt: skip
            out[name] = measured, with_suffix
    finally:
        for _, process in processes:
            process.close()
    return out
