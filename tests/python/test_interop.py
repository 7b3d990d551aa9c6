"""Files that other libraries write are read as they are meant, and what this one writes is read by them."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from data_tool import RefusedError, needs_tool, read, run_tool, schema

deltalake = pytest.importorskip("deltalake")
duckdb = pytest.importorskip("duckdb")

pytestmark = needs_tool
START = dt.datetime(2023, 1, 10, tzinfo=dt.UTC)


def microseconds(time: dt.datetime) -> int:
    return (time - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def every_type(rows: int = 100) -> pa.Table:
    """Every type that a feature can have, with a null in each."""

    def column(make: object, kind: pa.DataType) -> pa.Array:
        return pa.array([None if i == 7 else make(i) for i in range(rows)], kind)  # type: ignore[operator]

    columns = {
        "string": column(lambda i: f"text {i % 9} é", pa.string()),
        "large_string": column(lambda i: "x" * (i % 30), pa.large_string()),
        "view": column(lambda i: "a longer text than twelve " * (i % 3), pa.string_view()),
        "word": column(lambda i: f"w{i % 4}", pa.string()).dictionary_encode(),
        "binary": column(lambda i: bytes([i % 256, 0, 255]), pa.binary()),
        "fixed": column(lambda i: bytes([i % 200] * 5), pa.binary(5)),
        "boolean": column(lambda i: i % 3 == 0, pa.bool_()),
        "date": column(lambda i: dt.date(1969, 12, 30) + dt.timedelta(days=i), pa.date32()),
        "float": column(lambda i: i / 4, pa.float32()),
        "double": column(lambda i: -i / 3, pa.float64()),
        "decimal": column(lambda i: decimal.Decimal(i + 125) / 100, pa.decimal128(10, 2)),
    }
    for bits in (8, 16, 32, 64):
        columns[f"int{bits}"] = column(lambda i: i % 100 - 50, getattr(pa, f"int{bits}")())
        columns[f"uint{bits}"] = column(lambda i: i % 100, getattr(pa, f"uint{bits}")())
    for unit in ("s", "ms", "us", "ns"):
        scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
        for name, zone in (("utc", "UTC"), ("berlin", "Europe/Berlin"), ("offset", "+05:30"), ("naive", None)):
            columns[f"{name}_{unit}"] = column(
                lambda i, scale=scale: (1_673_308_800 + 3600 * i) * scale + (i if scale > 1 else 0), pa.timestamp(unit, zone)
            )
    return pa.table(columns)


def values(table: pa.Table) -> dict[str, list[object]]:
    """Values as Python has them, instants instead of local times."""
    out = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if pa.types.is_timestamp(column.type):
            scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[column.type.unit]
            out[name] = [None if v is None else v * scale for v in column.cast(pa.int64()).to_pylist()]
        else:
            out[name] = column.to_pylist()
    return out


@pytest.mark.parametrize("version", ["1.0", "2.4", "2.6"])
@pytest.mark.parametrize("page", ["1.0", "2.0"])
def test_parquet_of_every_type_and_version_is_read_as_pyarrow_reads_it(tmp_path: Path, version: str, page: str) -> None:
    table = every_type()
    if version != "2.6":  # older versions keep no nanoseconds
        table = table.drop_columns([name for name in table.column_names if name.endswith("_ns")])
    pq.write_table(table, tmp_path / "a.parquet", version=version, data_page_version=page)
    expected = values(pq.read_table(tmp_path / "a.parquet"))
    assert values(read(tmp_path / "a.parquet", tmp_path / "out.parquet")) == expected


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
def test_parquet_of_every_compression_is_read(tmp_path: Path, compression: str) -> None:
    pq.write_table(every_type(), tmp_path / "a.parquet", compression=compression, row_group_size=30)
    expected = values(pq.read_table(tmp_path / "a.parquet"))
    assert values(read(tmp_path / "a.parquet", tmp_path / "out.parquet")) == expected


@pytest.mark.parametrize(
    ("column", "encodings"),
    [
        ("int64", ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]),
        ("utc_us", ["PLAIN", "DELTA_BINARY_PACKED"]),
        ("double", ["PLAIN", "BYTE_STREAM_SPLIT"]),
        ("string", ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]),
        ("fixed", ["PLAIN", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT"]),
        ("boolean", ["PLAIN", "RLE"]),
    ],
)
def test_parquet_of_every_encoding_is_read(tmp_path: Path, column: str, encodings: list[str]) -> None:
    table = every_type(1000).select([column])
    for encoding in encodings:
        path = tmp_path / f"{encoding}.parquet"
        pq.write_table(table, path, use_dictionary=False, column_encoding={column: encoding}, data_page_version="2.0")
        assert values(read(path, tmp_path / "out.parquet")) == values(table), encoding


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_arrow_files_and_streams_are_read(tmp_path: Path, compression: str) -> None:
    table = every_type()
    feather.write_feather(table, tmp_path / "a.feather", compression=compression, chunksize=33)
    assert values(read(tmp_path / "a.feather", tmp_path / "out.parquet")) == values(table)
    with pa.OSFile(str(tmp_path / "a.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=17)
    assert values(read(tmp_path / "a.arrows", tmp_path / "out.parquet")) == values(table)


def test_parquet_from_duckdb_and_back(tmp_path: Path) -> None:
    place = tmp_path / "d"
    duckdb.sql(
        f"""copy (select i as id, 'n' || i as name, i / 3.0 as ratio, i % 2 = 0 as even, (i % 5)::smallint as small,
              timestamptz '2023-01-10 00:00:00+00' + to_hours(i::int) as ts, date '2023-01-10' + (i // 24)::int as day,
              (i / 100)::decimal(12, 3) as amount, null::int as nothing
            from range(200) t(i)) to '{place}' (format parquet, partition_by (day), row_group_size 50)"""
    )
    ours = read(place, tmp_path / "out.parquet").sort_by("id")
    theirs = duckdb.sql(f"from read_parquet('{place}/**/*.parquet', hive_partitioning = true) order by id").to_arrow_table()
    assert values(ours)["day"] == [str(day) for day in theirs.column("day").to_pylist()]
    assert values(ours.drop_columns("day")) == values(theirs.select(ours.drop_columns("day").column_names))
    back = duckdb.sql(f"select count(*), sum(id), min(ts), max(amount) from '{tmp_path}/out.parquet'").fetchall()[0]
    assert back[:2] == (200, sum(range(200)))


def test_csv_from_duckdb_and_pandas_is_read(tmp_path: Path) -> None:
    table = every_type().select(["string", "int64", "double", "boolean", "date", "utc_us"])
    table.to_pandas().to_csv(tmp_path / "pandas.csv", index=False)
    ours = read(tmp_path / "pandas.csv", tmp_path / "out.parquet")
    assert values(ours)["string"] == values(table)["string"]
    assert values(ours)["utc_us"] == values(table)["utc_us"]
    assert schema(tmp_path / "pandas.csv")["int64"] == "double"  # pandas writes 1.0 where there are nulls
    duckdb.sql(f"copy (select i, 'a,\"b\" ' || i as s from range(5) t(i)) to '{tmp_path}/duck.csv' (header)")
    assert read(tmp_path / "duck.csv", tmp_path / "out.parquet").column("s").to_pylist()[4] == 'a,"b" 4'


def delta_types(rows: int = 60) -> pa.Table:
    table = every_type(rows)
    names = ["string", "binary", "boolean", "date", "float", "double", "decimal", "int8", "int16", "int32", "int64", "utc_us"]
    return table.select(names).append_column("day", pa.array([f"2023-01-1{i % 3}" for i in range(rows)]))


def test_a_table_of_deltalake_is_read_with_its_types_partitions_and_versions(tmp_path: Path) -> None:
    table = delta_types()
    place = tmp_path / "t"
    deltalake.write_deltalake(place, table, partition_by=["day", "boolean"])
    deltalake.write_deltalake(place, table, mode="append")
    deltalake.DeltaTable(place).delete("int64 > 0")
    key = [("int64", "ascending"), ("day", "ascending"), ("string", "ascending")]
    for version, expected in enumerate([table, pa.concat_tables([table, table])]):
        ours = read(place, tmp_path / "out.parquet", f"--version={version}").select(table.column_names)
        assert values(ours.sort_by(key)) == values(expected.sort_by(key))
    newest = read(place, tmp_path / "out.parquet")
    theirs = pa.table(deltalake.DeltaTable(place).to_pyarrow_table())
    assert newest.num_rows == theirs.num_rows
    assert values(newest.sort_by(key))["string"] == values(theirs.sort_by(key))["string"]
    with pytest.raises(RefusedError, match="there is no version 3, the newest is 2"):
        read(place, tmp_path / "out.parquet", "--version=3")


def test_partition_values_of_every_type_come_back_typed(tmp_path: Path) -> None:
    place = tmp_path / "t"
    table = every_type(20)
    for name in ("int32", "date", "boolean", "utc_us", "decimal", "string"):
        shutil.rmtree(place, ignore_errors=True)
        rows = pa.table({"id": pa.array(range(20)), "p": table.column(name)})
        deltalake.write_deltalake(place, rows, partition_by=["p"])
        ours = read(place, tmp_path / "out.parquet").sort_by("id")
        assert values(ours)["p"] == values(rows)["p"], name


def test_checkpoints_whole_and_in_parts_replay_to_the_same_table(tmp_path: Path) -> None:
    place = tmp_path / "t"
    for i in range(6):
        rows = pa.table({"id": pa.array([i]), "day": pa.array([f"d{i}"])})
        deltalake.write_deltalake(place, rows, mode="append", partition_by=["day"])
    deltalake.DeltaTable(place).delete("id = 2")
    deltalake.DeltaTable(place).create_checkpoint()
    deltalake.write_deltalake(place, pa.table({"id": pa.array([9]), "day": pa.array(["d9"])}), mode="append")
    log = place / "_delta_log"
    checkpoint = log / "00000000000000000006.checkpoint.parquet"
    assert checkpoint.exists()
    expected = [0, 1, 3, 4, 5, 9]
    for version in range(6):
        (log / f"{version:020}.json").unlink()  # only the checkpoint knows now
    assert sorted(read(place, tmp_path / "out.parquet").column("id").to_pylist()) == expected
    with pytest.raises(RefusedError, match="version 3 was cleaned up: the oldest version left is 6"):
        read(place, tmp_path / "out.parquet", "--version=3")

    whole = pq.read_table(checkpoint)
    half = whole.num_rows // 2
    pq.write_table(whole.slice(0, half), log / "00000000000000000006.checkpoint.0000000001.0000000002.parquet")
    checkpoint.unlink()
    with pytest.raises(RefusedError, match="version 0 is missing"):
        read(place, tmp_path / "out.parquet")
    pq.write_table(whole.slice(half), log / "00000000000000000006.checkpoint.0000000002.0000000002.parquet")
    assert sorted(read(place, tmp_path / "out.parquet").column("id").to_pylist()) == expected


def test_columns_added_later_are_null_in_older_files(tmp_path: Path) -> None:
    place = tmp_path / "t"
    deltalake.write_deltalake(place, pa.table({"id": [1, 2]}))
    deltalake.write_deltalake(place, pa.table({"id": [3], "x": [0.5]}), mode="append", schema_mode="merge")
    assert read(place, tmp_path / "out.parquet").sort_by("id").to_pydict() == {"id": [1, 2, 3], "x": [None, None, 0.5]}


def test_a_table_with_deletion_vectors_or_column_mapping_is_refused_by_name(tmp_path: Path) -> None:
    place = tmp_path / "t"
    deltalake.write_deltalake(place, pa.table({"id": [1, 2]}))
    log = place / "_delta_log" / "00000000000000000001.json"
    feature = {
        "minReaderVersion": 3,
        "minWriterVersion": 7,
        "readerFeatures": ["deletionVectors"],
        "writerFeatures": ["deletionVectors"],
    }
    log.write_text(json.dumps({"protocol": feature}))
    assert read(place, tmp_path / "out.parquet").num_rows == 2  # enabled, and not used
    file = deltalake.DeltaTable(place, version=0).file_uris()[0].rsplit("/", 1)[-1]
    add = {"path": file, "partitionValues": {}, "size": 1, "modificationTime": 0, "dataChange": True,
           "deletionVector": {"storageType": "i", "pathOrInlineDv": "x", "sizeInBytes": 1, "cardinality": 1}}  # fmt: skip
    log.write_text("\n".join(json.dumps(action) for action in ({"protocol": feature}, {"remove": {"path": file}}, {"add": add})))
    with pytest.raises(RefusedError, match="uses the reader feature `deletionVectors`"):
        read(place, tmp_path / "out.parquet")


def test_what_this_library_writes_as_delta_others_read(tmp_path: Path) -> None:
    table = delta_types()
    pq.write_table(table, tmp_path / "in.parquet")
    for times in ([], ["--plain-times"]):
        place = tmp_path / f"t{len(times)}"
        run_tool("append", place, tmp_path / "in.parquet", "--partitions=day,boolean", *times)
        run_tool("append", place, tmp_path / "in.parquet")
        theirs = deltalake.DeltaTable(place)
        assert theirs.version() == 1
        assert theirs.metadata().partition_columns == ["day", "boolean"]
        assert (theirs.protocol().min_reader_version, theirs.protocol().min_writer_version) == (1, 2)
        key = [("int64", "ascending"), ("day", "ascending")]
        back = pa.table(theirs.to_pyarrow_table()).select(table.column_names).sort_by(key)
        assert values(back) == values(pa.concat_tables([table, table]).sort_by(key))
        stats = pa.table(theirs.get_add_actions(flatten=True))
        assert sum(stats.column("num_records").to_pylist()) == 2 * table.num_rows


def test_both_libraries_take_turns_on_one_table(tmp_path: Path) -> None:
    place = tmp_path / "t"
    rows = pa.table({"id": pa.array(range(48)), "ts": pa.array([START + dt.timedelta(hours=h) for h in range(48)])})
    deltalake.write_deltalake(place, rows)
    fresh = pa.table({"id": pa.array([100]), "ts": pa.array([START + dt.timedelta(hours=30)])})
    pq.write_table(fresh, tmp_path / "in.parquet")
    window = (START + dt.timedelta(hours=24), START + dt.timedelta(hours=36))
    run_tool("append", place, tmp_path / "in.parquet", "--time=ts",
             f"--from={microseconds(window[0])}", f"--to={microseconds(window[1])}")  # fmt: skip
    deltalake.write_deltalake(place, fresh, mode="append")
    expected = [*range(24), *range(36, 48), 100, 100]
    assert sorted(pa.table(deltalake.DeltaTable(place).to_pyarrow_table()).column("id").to_pylist()) == expected
    assert sorted(read(place, tmp_path / "out.parquet").column("id").to_pylist()) == expected


def test_time_ranges_leave_out_files_and_row_groups_of_other_writers(tmp_path: Path) -> None:
    rows = pa.table({"id": pa.array(range(960)), "ts": pa.array([START + dt.timedelta(hours=h) for h in range(960)])})
    pq.write_table(rows, tmp_path / "a.parquet", row_group_size=96)
    span = [f"--from={microseconds(START + dt.timedelta(days=4))}", f"--to={microseconds(START + dt.timedelta(days=5))}"]
    said = run_tool("read", tmp_path / "a.parquet", tmp_path / "out.parquet", "--time=ts", "--exact", *span)
    assert said.startswith("24 rows") and "9 row groups left out" in said
    deltalake.write_deltalake(
        tmp_path / "t", rows.append_column("day", pa.array([str(h // 24) for h in range(960)])), partition_by=["day"]
    )
    said = run_tool("read", tmp_path / "t", tmp_path / "out.parquet", "--time=ts", "--exact", *span)
    assert said.startswith("24 rows, 39 of 40 files")


def test_a_footer_that_claims_more_rows_than_there_are_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": pa.array(range(100), pa.int64())}), path, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    footer = whole[-8 - size : -8]

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    claimed = footer.replace(varint(200), varint(2 * 10**9))  # zig-zag: every count of 100 becomes a billion
    assert claimed != footer
    path.write_bytes(whole[: -8 - size] + claimed + len(claimed).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(RefusedError, match=r"a\.parquet"):
        read(path, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_a_damaged_checkpoint_ends_in_a_table_or_one_error(tmp_path: Path) -> None:
    import random

    place = tmp_path / "t"
    for i in range(3):
        deltalake.write_deltalake(place, pa.table({"id": [i], "day": [f"d{i}"]}), mode="append", partition_by=["day"])
    deltalake.DeltaTable(place).create_checkpoint()
    log = place / "_delta_log"
    checkpoint = log / "00000000000000000002.checkpoint.parquet"
    for version in range(3):
        (log / f"{version:020}.json").unlink()
    whole = checkpoint.read_bytes()
    chance = random.Random(5)
    for _ in range(40):
        damaged = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(3):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        checkpoint.write_bytes(bytes(damaged))
        try:
            read(place, tmp_path / "out.parquet")
        except RefusedError as refused:
            assert str(place) in str(refused)
