"""Files as tools in the field write them, and break them: each meets what a reader would ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from monitoring.errors import InvalidInput
from monitoring.ingest.reading import ReadOptions, read_table
from monitoring.ingest.validation import ColumnPlan, Renamed, Validated, validate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ID = ColumnPlan("prediction_id", "id", True)
TIME = ColumnPlan("timestamp", "timestamp", True)
AGE = ColumnPlan("age", "numeric")
INCOME = ColumnPlan("income", "numeric")
REGION = ColumnPlan("region", "categorical")
SCORE = ColumnPlan("y_pred_proba", "probability", True)
LABEL = ColumnPlan("label", "label", True)
PLAN = [ID, TIME, AGE, INCOME, REGION, SCORE]


@pytest.fixture
def data() -> Path:
    return Path(__file__).parent / "data"


def taken(
    file: Path, plan: list[ColumnPlan] = PLAN, zone: str = "UTC", options: ReadOptions | None = None
) -> Validated:
    return validate(read_table(file, options=options), plan, timezone=zone, now=NOW)


def reasons(found: Validated) -> list[str]:
    return [row.reason for row in found.quarantined]


def test_a_clean_file_is_taken_whole_without_a_word(data: Path) -> None:
    found = taken(data / "00_good_reference.csv")
    assert found.table.num_rows == 1000
    assert found.table.column_names == [column.name for column in PLAN]
    assert (found.quarantined, found.notes, found.extra, found.missing) == ((), (), (), ())


def test_latin1_is_read_as_such_and_said(data: Path) -> None:
    plan = [ID, ColumnPlan("timestamp", "timestamp", True, ("timRhône-Alpes étéamp",)), AGE, REGION]
    found = taken(data / "02_latin1_accents.csv", plan)
    assert "Rhône-Alpes été" in found.table["region"].to_pylist()
    assert "ISO-8859-1" in found.notes[0]


def test_windows_1252_keeps_euro_and_quotes_and_is_said(data: Path) -> None:
    found = taken(data / "03_cp1252_euro_quotes.csv")
    texts = "".join(found.table["region"].to_pylist())
    assert "€" in texts
    assert "“" in texts
    assert "Windows-1252" in found.notes[0]


def test_french_excel_is_read_as_french_excel_wrote_it(data: Path) -> None:
    found = taken(data / "05_french_excel.csv")
    assert found.table["income"][0].as_py() == 44995.32
    assert found.table["y_pred_proba"][0].as_py() == 0.7114
    assert found.table["timestamp"][199].as_py() == datetime(2025, 1, 9, 7, tzinfo=UTC)
    assert any("decimal comma" in note for note in found.notes)
    assert any("day/month/year" in note for note in found.notes)
    assert found.quarantined == ()


def test_the_third_of_april_is_never_the_fourth_of_march_beside_a_decimal_comma() -> None:
    raw = read_table(b"prediction_id;timestamp;income\na;03/04/2025;1 000,5\n")
    assert validate(raw, [ID, TIME, INCOME]).table["timestamp"][0].as_py() == datetime(2025, 4, 3, tzinfo=UTC)


def test_dates_that_can_be_read_both_ways_are_asked_for(data: Path) -> None:
    file = data / "06_ambiguous_dates.csv"
    with pytest.raises(
        InvalidInput, match=r"'01/01/2025', can be read as day/month and as month/day.*--time-format"
    ):
        taken(file)
    by_day = taken(file, options=ReadOptions(time_format="dd/mm/yyyy"))
    by_month = taken(file, options=ReadOptions(time_format="%m/%d/%Y"))
    assert by_day.table["timestamp"][1].as_py() == datetime(2025, 1, 2, tzinfo=UTC)
    assert by_month.table["timestamp"][1].as_py() == datetime(2025, 2, 1, tzinfo=UTC)


def test_texts_among_numbers_are_listed_and_the_column_stays_numeric(data: Path) -> None:
    found = taken(data / "08_mixed_types.csv")
    assert reasons(found) == [
        "age: 'trente' is not a number",
        "age: '42 ans' is not a number",
        "age: 'N/A' is not a number",
        "age: '-' is not a number",
        "age: '#REF!' is not a number",
    ]
    assert [(row.row, row.id) for row in found.quarantined][:2] == [(6, "p00005"), (7, "p00006")]
    assert found.table["age"].type == pa.float64()
    assert found.table["age"].null_count == 1
    assert found.table.num_rows == 195


def test_missing_and_infinite_numbers_are_told_apart(data: Path) -> None:
    income = taken(data / "09_nan_inf_spellings.csv").table["income"]
    assert income.null_count == 6
    assert income.to_pylist()[2:6] == [float("inf"), float("-inf"), float("inf"), float("inf")]
    assert len(income) == 200


def test_times_that_a_clock_skips_move_forward_and_are_counted(data: Path) -> None:
    found = taken(data / "11_dst_gap_paris.csv", zone="Europe/Paris")
    hours = [moment.astimezone(UTC).strftime("%H:%M") for moment in found.table["timestamp"].to_pylist()]
    assert hours == ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "01:00", "01:30"]
    assert "2 times of 'timestamp' in Europe/Paris" in found.notes[0]


def test_times_that_a_clock_shows_twice_are_the_first_and_counted(data: Path) -> None:
    found = taken(data / "12_dst_fold_paris.csv", zone="Europe/Paris")
    hours = [moment.strftime("%H:%M") for moment in found.table["timestamp"].to_pylist()]
    assert hours == ["23:30", "00:00", "00:30", "00:00", "00:30", "02:00"]
    assert "4 times" in found.notes[0]


def test_a_renamed_column_is_missing_and_its_new_name_is_suggested(data: Path) -> None:
    found = taken(data / "15_renamed_column.csv")
    assert found.missing == ("income",)
    assert found.extra == ("Income_EUR",)
    assert found.renamed == (Renamed("income", "Income_EUR"),)
    assert found.table["income"].null_count == 200


def test_an_unexpected_column_is_named_and_left_out(data: Path) -> None:
    found = taken(data / "17_extra_column.csv")
    assert found.extra == ("extra",)
    assert "extra" not in found.table.column_names


def test_columns_are_matched_by_name_whatever_their_order_case_and_blanks(data: Path) -> None:
    found = taken(data / "18_column_order_case_space.csv")
    assert set(found.folded) == {(" Age ", "age"), ("REGION", "region")}
    assert found.table["age"][0].as_py() == 47
    assert "' Age ' as 'age'" in found.notes[0]


def test_a_first_line_of_data_is_no_header(data: Path) -> None:
    with pytest.raises(InvalidInput, match="has no header"):
        taken(data / "20_no_header.csv")


def test_ten_thousand_categories_are_all_kept() -> None:
    lines = "".join(f"p{i},2025-01-01,cat_{i % 10_000}\n" for i in range(20_000))
    raw = read_table(f"prediction_id,timestamp,region\n{lines}".encode())
    found = validate(raw, [ID, TIME, REGION], now=NOW)
    assert pc.count_distinct(found.table["region"]).as_py() == 10_000


def test_hostile_values_stay_as_they_are(data: Path) -> None:
    found = taken(data / "23_evil_values.csv")
    region = found.table["region"].to_pylist()
    assert len(set(region)) == 26
    assert region[0] == "'; DROP TABLE inferences; --"
    assert region[16:19] == ["a\r\nb", "NaN", "true"]
    assert region[20] == '"quoted"'
    assert found.notes == ("23_evil_values.csv: 1 NUL character removed.",)


def test_column_names_may_hold_emoji_and_accents(data: Path) -> None:
    plan = [ID, TIME, ColumnPlan("revenu_💶", "numeric"), ColumnPlan("région", "categorical")]
    assert taken(data / "24_emoji_column.csv", plan).missing == ()


@pytest.mark.parametrize(
    "name", ["26_constant_column.csv", "14_duplicate_ids_conflict.csv", "50_good.parquet"]
)
def test_what_only_later_checks_judge_is_taken_whole(data: Path, name: str) -> None:
    found = taken(data / name)
    assert found.table.num_rows in (200, 220)
    assert found.quarantined == ()


@pytest.mark.parametrize("name", ["27_zero_rows.csv", "59_zero_rows.parquet"])
def test_no_rows_are_no_rows_with_their_types(data: Path, name: str) -> None:
    found = taken(data / name)
    assert found.table.num_rows == 0
    assert found.table["timestamp"].type == pa.timestamp("us", tz="UTC")
    assert found.table["age"].type == pa.float64()


def test_a_single_row_is_taken(data: Path) -> None:
    assert taken(data / "29_single_row.csv").table.num_rows == 1


def test_times_of_the_next_century_are_refused(data: Path) -> None:
    found = taken(data / "30_future_dates.csv")
    assert found.table.num_rows == 0
    assert len(found.quarantined) == 200
    assert reasons(found)[0] == "timestamp: '2125-01-01T00:00:00Z' is more than one day in the future"


def test_extreme_numbers_are_numbers_and_other_digits_are_not(data: Path) -> None:
    found = taken(data / "32_numeric_extremes.csv")
    assert reasons(found) == [f"age: {value!r} is not a number" for value in ("1_000", "0x10", "٤٢", "½")]
    assert found.table["age"].to_pylist()[3:9] == [-0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.0, 1000.0]


@pytest.mark.parametrize(
    "name", ["33_labels_orphans.csv", "35_labels_oui_non.csv", "36_labels_one_class.csv"]
)
def test_truth_needs_only_an_id_and_a_label(data: Path, name: str) -> None:
    raw = read_table(data / name)
    found = validate(raw, [ID, LABEL, ColumnPlan("observed_at", "timestamp")], now=NOW)
    assert found.table.num_rows == raw.table.num_rows
    assert found.missing == ("observed_at",)


def test_spellings_of_a_class_stay_apart_but_for_decimals(data: Path) -> None:
    labels = taken(data / "35_labels_oui_non.csv", [ID, LABEL]).table["label"].to_pylist()
    assert {"oui", "Oui", "vrai", "1"} <= set(labels)
    assert "1.0" not in labels


def test_probabilities_outside_their_range_are_refused_with_the_reason(data: Path) -> None:
    found = taken(data / "39_bad_probabilities.csv")
    assert reasons(found) == [
        "y_pred_proba: '1.2' is not a probability between 0 and 1",
        "y_pred_proba: '-0.1' is not a probability between 0 and 1",
        "y_pred_proba: '85%' is not a number",
        "y_pred_proba: '0,85' is not a number",
        "y_pred_proba is missing",
        "y_pred_proba: 'inf' is not a probability between 0 and 1",
    ]
    assert found.table.num_rows == 194


def test_an_unclosed_quote_is_an_error_at_its_line(data: Path) -> None:
    with pytest.raises(InvalidInput, match=r"Line 13 of 41_unclosed_quote\.csv opens a quote"):
        taken(data / "41_unclosed_quote.csv")


def test_nul_characters_are_removed_and_counted(data: Path) -> None:
    found = taken(data / "42_nul_bytes.csv")
    assert found.notes == ("42_nul_bytes.csv: 64 NUL characters removed.",)
    assert set(found.table["region"].to_pylist()) == {"nord", "sud", "est", "ouest"}


def test_five_thousand_columns_are_read() -> None:
    names = ["prediction_id", "timestamp", *(f"f{i}" for i in range(4998))]
    row = ["a", "2025-01-01", *("1.5" for _ in range(4998))]
    raw = read_table(f"{','.join(names)}\n{','.join(row)}\n".encode())
    plan = [ID, TIME, *(ColumnPlan(f"f{i}", "numeric") for i in range(4998))]
    assert validate(raw, plan, now=NOW).table.num_columns == 5000


def test_a_cell_of_two_megabytes_is_kept_and_shown_cut() -> None:
    cell = "A" * 2_000_000
    raw = read_table(f"prediction_id,timestamp,age\n{cell},2025-01-01,1\nb,2025-01-01,{cell}\n".encode())
    found = validate(raw, [ID, TIME, AGE], now=NOW)
    assert found.table["prediction_id"][0].as_py() == cell
    assert len(found.quarantined[0].reason) < 120
    assert len(found.quarantined[0].content or "") <= 2000


def test_a_truncated_parquet_file_is_damaged(data: Path) -> None:
    with pytest.raises(InvalidInput, match="is damaged"):
        taken(data / "51_truncated.parquet")


def test_csv_called_parquet_is_refused_by_its_content(data: Path) -> None:
    with pytest.raises(InvalidInput, match="is called Parquet, and its content looks like CSV"):
        taken(data / "53_csv_named_parquet.parquet")


def test_thirty_million_rows_are_refused_by_the_footer(tmp_path: Path) -> None:
    file = tmp_path / "bomb.parquet"
    values = pa.DictionaryArray.from_arrays(pa.nulls(0, pa.int32()), pa.array(["x"]))
    piece = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x"]))
    with pq.ParquetWriter(file, pa.schema([("prediction_id", values.type)])) as writer:
        for _ in range(3):
            writer.write_table(pa.table({"prediction_id": piece}))
    with pytest.raises(InvalidInput, match=r"has 300,000 rows; at most 200,000 are read"):
        taken(file, options=ReadOptions(max_rows=200_000))


def test_decimals_int96_and_uint64_are_numbers_and_times(data: Path) -> None:
    table = taken(data / "56_decimal_int96_uint64.parquet", [ID, TIME, AGE, INCOME]).table
    assert table["age"][0].as_py() == float(2**64 - 1)
    assert table["income"][0].as_py() == 12345678901234567890.12
    assert table["timestamp"][1].as_py() == datetime(2025, 1, 1, 1, tzinfo=UTC)


def test_naive_times_of_parquet_follow_the_declared_zone(data: Path) -> None:
    table = taken(data / "57_ns_timestamps_local_naive.parquet", [ID, TIME], zone="Europe/Paris").table
    assert table["timestamp"][0].as_py() == datetime(2024, 12, 31, 23, tzinfo=UTC)


def test_parquet_without_columns_is_refused(data: Path) -> None:
    with pytest.raises(InvalidInput, match="has no columns"):
        taken(data / "60_zero_columns.parquet")


def test_an_archive_is_refused_and_not_unpacked(data: Path) -> None:
    with pytest.raises(InvalidInput, match="is a ZIP archive"):
        taken(data / "62_zip_slip.zip")


@pytest.mark.parametrize("options", [ReadOptions(), ReadOptions(max_bytes=1_000_000)])
def test_a_gzip_bomb_is_not_unpacked_to_its_end(data: Path, options: ReadOptions) -> None:
    with pytest.raises(InvalidInput, match=r"unpack to more than 200 times|too large"):
        taken(data / "63_gzip_bomb.csv.gz", options=options)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.csv"])
def test_a_pickle_is_never_opened(name: str) -> None:
    with pytest.raises(InvalidInput, match="is a Python pickle"):
        read_table(b"\x80\x04\x95\x10\x00", name=name)


def test_ids_of_twenty_digits_stay_distinct(data: Path) -> None:
    ids = taken(data / "77_ids_lose_precision.csv", [ID, SCORE]).table["prediction_id"]
    assert pc.count_distinct(ids).as_py() == 20
    assert ids[19].as_py() == "12345678901234567909"


def test_leading_zeros_stay(data: Path) -> None:
    plan = [ID, ColumnPlan("code_postal", "categorical"), SCORE]
    table = taken(data / "78_leading_zero_ids.csv", plan).table
    assert table["prediction_id"][1].as_py() == "00001"
    assert table["code_postal"][0].as_py() == "01000"


def test_rows_may_come_in_any_order_of_time(data: Path) -> None:
    found = taken(data / "80_late_and_out_of_order.csv")
    times = sorted(found.table["timestamp"].to_pylist())
    assert len(times) == 200
    assert times[1] - times[0] == timedelta(hours=1)
