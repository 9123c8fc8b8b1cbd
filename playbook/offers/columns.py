"""Columns of customers: read from CSV or Parquet in batches, scaled to whole numbers, written back as exact decimals."""

from __future__ import annotations

import csv
import glob
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from playbook.errors import InputError, Problem
from playbook.sources import decode, neutral
from playbook.tables.cells import HIGH, LOW, MOST_DIGITS, Input
from playbook.tables.derive import NULL, Ints

BATCH = 65_536
_EPOCH = 719_163  # ordinal of 1970-01-01


def paths_of(source: str) -> list[Path]:
    """Return the files of a source: itself, or what its glob finds, or the Parquet files of a folder."""
    paths = [Path(p) for p in sorted(glob.glob(source))] if glob.has_magic(source) else [Path(source)]
    return [f for p in paths for f in (sorted(p.rglob("*")) if p.is_dir() else [p])]


def rows_of_files(source: str) -> int | None:
    """Return how many rows Parquet files hold, as they say themselves; None for other files, or where it is not known."""
    try:
        paths = [path for path in paths_of(source) if path.is_file()]
        if not paths or any(path.suffix != ".parquet" for path in paths):
            return None
        return sum(int(pyarrow.parquet.read_metadata(path).num_rows) for path in paths)
    except (pa.ArrowException, OSError):
        return None


def plain_words(schema: pa.Schema) -> list[str]:
    """Return the columns of plain text: they are read as dictionaries, and written as the text they were."""
    return [field.name for field in schema if field.type == pa.string()]


def words_of(source: str) -> list[str]:
    """Return the columns of plain text of a source; none where it is no Parquet that can be read."""
    try:
        first = next((p for p in paths_of(source) if p.is_file() and p.suffix == ".parquet"), None)
        return plain_words(pyarrow.parquet.read_schema(first)) if first else []
    except (pa.ArrowException, OSError):
        return []


def batches_of(source: str) -> Iterator[pa.RecordBatch]:
    """Yield record batches of a CSV file, a Parquet file, or a folder or glob of Parquet files.

    Raises InputError when there is nothing to read.
    """
    named = sorted(glob.glob(source)) if glob.has_magic(source) else [source]
    if not named or not Path(named[0]).exists():
        raise InputError(
            [Problem(source, 0, 0, "--input", "no such file", "CSV or Parquet", "Check the path.")]
        )
    if Path(named[0]).suffix.lower() == ".csv":
        for name in named:
            yield from _csv_batches(Path(name))
        return
    # What other programs leave beside their files begins with a dot or an underline.
    files = [path for path in paths_of(source) if path.is_file() and path.name[0] not in "._"]
    if not files:
        found = "a folder without files"
        raise InputError([Problem(source, 0, 0, "--input", found, "Parquet files", "Check the path.")])
    schema: pa.Schema | None = None
    for path in files:
        try:
            # Words are read as the file keeps them, each once; without pre_buffer, not the whole file at a time.
            words = plain_words(pyarrow.parquet.read_schema(path))
            with pyarrow.parquet.ParquetFile(path, pre_buffer=False, read_dictionary=words) as file:
                if schema is not None and not file.schema_arrow.equals(schema):
                    found, expected = "other columns than the files before it", f"those of {files[0]}"
                    raise InputError(
                        [Problem(str(path), 0, 0, "--input", found, expected, "Check the file.")]
                    )
                schema = file.schema_arrow
                yield from file.iter_batches(batch_size=BATCH)
        except (pa.ArrowException, OSError) as error:
            found = (str(error) or type(error).__name__).splitlines()[0][:200]
            raise InputError(
                [Problem(str(path), 0, 0, "--input", found, "CSV or Parquet", "Check the file.")]
            ) from error


def _csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        encoding, quoted = _looked_at(path)
        names = _header(path, encoding)
        if quoted:
            _check_rows(path, encoding, len(names))  # an open quote swallows the rows after it without a word
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(encoding=encoding.replace("utf-8-sig", "utf-8"), block_size=8 << 20),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=quoted),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=["", "null"]),
        )  # fmt: skip
        yield from reader
    except OSError as error:
        raise _unreadable(path, 0, error.strerror or str(error), "a file", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise _mixed(path, encoding) from error
    except pa.ArrowInvalid as error:
        _check_rows(path, encoding, len(names))  # says on which line, where it can
        found = str(error).splitlines()[0][:200]
        raise _unreadable(path, 0, found, "valid CSV in one encoding", "Check the file.") from error


def _unreadable(path: Path, line: int, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(str(path), line, 0, "--input" if not line else "", found, expected, remedy)])


def _mixed(path: Path, encoding: str) -> InputError:
    return _unreadable(path, 0, f"bytes that are not {encoding}", "one encoding", "Save the file as UTF-8.")


def _looked_at(path: Path) -> tuple[str, bool]:
    """Return the encoding of a file, by its beginning, and whether it holds a double quote anywhere."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
        quoted = b'"' in head
        while not quoted and (more := file.read(8 << 20)):
            quoted = b'"' in more
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(head[: len(head) // 2 * 2], str(path))[1], quoted
    return decode(head[: head.rfind(b"\n") + 1] or head, str(path))[1], quoted


def _header(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            names = next(csv.reader(file, strict=True), [])
        except csv.Error as error:
            remedy = "Check the double quotes in the header."
            raise _unreadable(path, 1, str(error), "valid CSV", remedy) from error
    if not any(name.strip() for name in names):
        raise _unreadable(
            path, 0, "no header row", "a row of column names, then customers", "Check the file."
        )
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        raise _unreadable(path, 1, f"the column {name} twice", "each column once", "Rename or remove one.")
    return names


def _check_rows(path: Path, encoding: str, width: int) -> None:
    """Raise InputError at the first row that is not whole CSV of so many cells."""
    start = 1
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for cells in reader:
                if cells and len(cells) != width:
                    remedy = "Put text that holds a comma in double quotes."
                    raise _unreadable(
                        path, start, f"{len(cells)} cells", f"{width}, as in the header", remedy
                    )
                start = reader.line_num + 1
        except csv.Error as error:
            remedy = "Check the double quotes in this row."
            raise _unreadable(path, start, str(error), "valid CSV", remedy) from error
        except UnicodeDecodeError as error:
            raise _mixed(path, encoding) from error


def for_people(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch as a spreadsheet may have it: each cell and name as `sources.neutral` writes it."""
    arrays = []
    for array in batch.columns:
        kind = array.type
        if pa.types.is_dictionary(kind):
            array = array.dictionary_decode()
        if pa.types.is_nested(kind):
            array = pa.array([None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in array.to_pylist()], pa.string())  # fmt: skip
        if not (
            pa.types.is_decimal(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_boolean(kind)
            or pa.types.is_temporal(kind)
        ):
            array = _neutral(pc.cast(array, pa.string()))  # fmt: skip
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, names=[neutral(name) for name in batch.schema.names])


def _neutral(texts: pa.Array) -> pa.Array:
    suspect = pc.fill_null(pc.match_substring_regex(texts, r"^[=+\-@\t\r0-9]|[;\t\r\n]"), False)
    at = np.flatnonzero(suspect.to_numpy(zero_copy_only=False))
    if not len(at):
        return texts
    new = [neutral(text) for text in texts.take(pa.array(at)).to_pylist()]
    return pc.replace_with_mask(texts, suspect, pa.array(new, pa.string()))


def scale_column(column: Input, values: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Scale an Arrow column for `evaluate`; return it with a mask of the values that are not of the input's type."""
    try:
        out = _scaled(column, values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _one_by_one(column, values)
    bad = out == NULL
    # A word of a dictionary may be null itself: only of plain columns does the count tell.
    if values.null_count or pa.types.is_dictionary(values.type) or pa.types.is_run_end_encoded(values.type):
        null = np.asarray(pc.is_null(values).to_numpy(zero_copy_only=False))
        bad &= ~null
        out = np.where(null, NULL, out)
    if bad.any():  # spaces, or a word for nothing
        at, out = np.flatnonzero(bad), np.array(out)  # Arrow's own numbers may only be read
        out[at], bad[at] = _one_by_one(
            column, pa.array([str(value_of(values, int(i))) for i in at], pa.string())
        )
    return out, bad


def value_of(values: pa.Array, i: int) -> Any:
    """Return one value, as text where Python has no such one: a day of the year 20000, bytes of no text."""
    try:
        return values[i].as_py()
    except (ValueError, OverflowError):
        return f"{values[i].type} that cannot be shown"


def _one_by_one(column: Input, values: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Scale a column that holds a wrong value somewhere: those that look right together, the others alone."""
    n = len(values)
    out, bad = np.full(n, NULL, dtype=np.int64), np.zeros(n, dtype=bool)
    alone = np.arange(n)
    if pa.types.is_string(values.type) and not column.discrete and column.type != "date":
        plain = pc.match_substring_regex(values, rf"^-?[0-9]{{1,15}}(\.[0-9]{{0,{column.decimals}}})?$")
        looks_right = np.asarray(pc.fill_null(plain, False).to_numpy(zero_copy_only=False))
        together, alone = np.flatnonzero(looks_right), np.flatnonzero(~looks_right)
        out[together] = _scaled(column, values.take(pa.array(together)))
    chosen = values if len(alone) == n else values.take(pa.array(alone))
    for i, value in zip(alone.tolist(), chosen.to_pylist(), strict=True):
        if value is None or str(value).strip() in ("", "null"):
            continue
        try:
            found = column.scaled(value)
        except ValueError:
            bad[i] = True
            continue
        if LOW <= found <= HIGH:
            out[i] = found
        else:
            bad[i] = True
    return out, bad


def _scaled(column: Input, values: pa.Array) -> Ints:
    if pa.types.is_dictionary(values.type):
        # Each different value is looked at once.
        known = _scaled(column, pc.cast(values.dictionary, values.type.value_type))
        place = _ints(values.indices)
        return np.append(known, NULL)[np.where(place == NULL, len(known), place)]
    text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if column.type == "enum":
        index = pc.index_in(pc.cast(values, pa.string()), value_set=pa.array(column.values))
        return _ints(index)
    if column.type == "bool":
        if text:
            index = pc.index_in(
                pc.utf8_lower(values), value_set=pa.array(["false", "true", "no", "yes", "0", "1"])
            )
            return np.where((found := _ints(index)) == NULL, NULL, found % 2)
        found = _ints(pc.cast(values, pa.int8()))
        if ((found != NULL) & (found != 0) & (found != 1)).any():
            raise pa.ArrowInvalid("a number that is neither true nor false")
        return found
    if column.type == "date":
        if pa.types.is_integer(values.type):
            raise pa.ArrowInvalid("a number is no date")
        days = pc.cast(values, pa.date32()).cast(pa.int32())
        return np.where((found := _ints(days)) == NULL, NULL, found + _EPOCH)
    if pa.types.is_timestamp(values.type) and column.type == "int":
        return np.where(
            (found := _ints(pc.cast(pc.cast(values, pa.timestamp("s")), pa.int64()))) == NULL,
            NULL,
            found // 60,
        )
    if pa.types.is_floating(values.type):
        if column.type == "money":
            raise pa.ArrowInvalid("money as a float is not exact")
        values = pc.cast(values, pa.decimal128(38, 9)) if column.decimals else pc.cast(values, pa.int64())
    if text:
        values = pc.cast(_plain(values), pa.decimal128(38, 9))
    if pa.types.is_decimal(values.type):
        return _minor(values, column.decimals)
    if not pa.types.is_integer(values.type) and not pa.types.is_null(values.type):
        raise pa.ArrowInvalid("no number")  # a duration in nanoseconds would be read as minutes
    whole, scale = _ints(pc.cast(values, pa.int64())), 10**column.decimals
    if scale == 1 and values.type.bit_width < 64:
        return whole
    if ((whole != NULL) & ((whole > HIGH // scale) | (whole < LOW // scale))).any():
        raise pa.ArrowInvalid("more than 64 bits")
    return np.where(whole == NULL, NULL, whole * scale)


def _plain(texts: pa.Array) -> pa.Array:
    """Return texts that Arrow reads as numbers rightly. Raises ArrowInvalid where one is not such.

    Of a number of hundred digits Arrow makes another one without a word, and one cell `1e-999999999` ends the process.
    """
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest > MOST_DIGITS + 10 or any(pc.any(pc.match_substring(texts, e)).as_py() for e in "eE"):
        raise pa.ArrowInvalid("no plain number")
    return texts


def _minor(values: pa.Array, decimals: int) -> Ints:
    """Return decimals as whole numbers of their smallest unit. Raises ArrowInvalid for one with more decimals, or too large."""
    exact = values
    if not pa.types.is_decimal128(values.type) or values.type.scale != decimals:
        exact = pc.cast(values, pa.decimal128(38, decimals), safe=True)
    words = np.frombuffer(exact.buffers()[1], dtype="<i8").reshape(-1, 2)[
        exact.offset : exact.offset + len(exact)
    ]
    fits = words[:, 1] == words[:, 0] >> 63
    if not exact.null_count:
        if not fits.all():
            raise pa.ArrowInvalid("more than 64 bits")
        return np.ascontiguousarray(words[:, 0])
    null = np.asarray(pc.is_null(exact).to_numpy(zero_copy_only=False))
    if not (fits | null).all():
        raise pa.ArrowInvalid("more than 64 bits")
    return np.where(null, NULL, words[:, 0])


def _ints(values: pa.Array) -> Ints:
    filled = pc.fill_null(pc.cast(values, pa.int64()), pa.scalar(NULL, pa.int64()))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def halves(values: Ints) -> tuple[Ints, Ints]:
    """Return whole numbers in two parts, the higher ones times 2**32: sums of many do not run over."""
    return values >> 32, values & 0xFFFFFFFF


def exact_sum(values: Ints) -> int:
    """Return the sum of a column of whole numbers, however large it is."""
    if small(values):
        return int(values.sum())
    high, low = halves(values)
    return (int(high.sum()) << 32) + int(low.sum())


def small(values: Ints) -> bool:
    """Tell whether no sum of a column's values can run over 64 bits."""
    most = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    return most * len(values) < 2**62


def named(index: npt.NDArray[np.integer[Any]], words: Sequence[str]) -> pa.Array:
    """Return words by index as a dictionary column: each word is stored once, and none that nobody has."""
    used = np.flatnonzero(np.bincount(index, minlength=len(words)))
    if len(used) < len(words):
        place = np.zeros(len(words), dtype=np.int32)
        place[used] = np.arange(len(used))
        index, words = place[index], [words[i] for i in used.tolist()]
    return pa.DictionaryArray.from_arrays(
        pa.array(index.astype(np.int32)), pa.array(list(words), pa.string())
    )


def decimals(minor: Ints, empty: npt.NDArray[np.bool_], digits: int) -> pa.Array:
    """Return minor units as an Arrow column of decimals, exactly, without going through text or floats."""
    words = np.empty((len(minor), 2), dtype="<i8")  # 128 bits: the number, then its sign
    words[:, 0] = minor
    np.right_shift(minor, 63, out=words[:, 1])
    valid = pa.py_buffer(np.packbits(~empty, bitorder="little")) if empty.any() else None
    buffers = [valid, pa.py_buffer(words)]
    return pa.Array.from_buffers(pa.decimal128(18, digits), len(minor), buffers)
