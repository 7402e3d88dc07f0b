"""What quarantine holds: refused rows by reason, one by one, and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitoring.store.intake import QuarantineCount, QuarantinedRow
from monitoring.ui import format as fmt
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.spreadsheet import csv_bytes

REASONS: Mapping[str, str] = {
    "is missing": N_("is missing"),
    "is not a number": N_("is not a number"),
    "is not finite": N_("is not finite"),
    "is not a probability between 0 and 1": N_("is not a probability between 0 and 1"),
    "is not true, false, 1 or 0": N_("is not true, false, 1 or 0"),
    "is a floating-point number too large to have kept all its digits": N_(
        "is a floating-point number too large to have kept all its digits"
    ),
    "is not a time that can be read": N_("is not a time that can be read"),
    "is before 1970": N_("is before 1970"),
    "is more than one day in the future": N_("is more than one day in the future"),
    "is stored already, with another content; the first stays": N_(
        "is stored already, with another content; the first stays"
    ),
}
"""Reasons that rows are refused for, as they are stored; one that names what is allowed is shown as it was said."""

_ALL = ""
_SEPARATOR = "\x1f"


def reason_word(reason: str) -> str:
    """A reason in the reader's language."""
    return _(REASONS[reason]) if reason in REASONS else reason


def choices(counts: Sequence[QuarantineCount]) -> dict[str, str]:
    """What rows can be chosen by, each with its caption: all, or a reason in a column."""
    found = {_ALL: _("All reasons")}
    for item in counts:
        found[_SEPARATOR.join((item.reason, item.column or ""))] = says(item)
    return found


def chosen(choice: str) -> tuple[str | None, str | None]:
    """The reason and the column of a choice; None for any."""
    reason, _sep, column = choice.partition(_SEPARATOR)
    return reason or None, column or None


def says(item: QuarantineCount) -> str:
    """A column and what is wrong with it."""
    word = reason_word(item.reason)
    return f"{item.column} {word}" if item.column else word


def summary(counts: Sequence[QuarantineCount]) -> str:
    """How many rows were refused, and mostly why."""
    total = sum(item.rows for item in counts)
    text = ngettext(
        "{count} row was set aside; the most frequent reason: {reason}.",
        "{count} rows were set aside; the most frequent reason: {reason}.",
        total,
    )
    return text.format(count=fmt.integer(total), reason=says(counts[0]))


def elsewhere(version: str, count: int) -> str:
    """Where there are refused rows, if not here."""
    text = ngettext("{count} row of version {version}", "{count} rows of version {version}", count)
    return text.format(count=fmt.integer(count), version=version)


def counts_table(counts: Sequence[QuarantineCount]) -> dict[str, list[object]]:
    """Refused rows by reason and column, as columns with their headings."""
    return {
        _("Column"): [item.column or fmt.DASH for item in counts],
        _("Reason"): [reason_word(item.reason) for item in counts],
        _("Rows"): [item.rows for item in counts],
    }


def rows_table(rows: Sequence[QuarantinedRow]) -> dict[str, list[object]]:
    """Refused rows as columns with their headings."""
    kinds = {"inference": _("Inference"), "truth": _("Ground truth")}
    return {
        _("Received"): [row.received_at for row in rows],
        _("Kind"): [kinds.get(row.kind, row.kind) for row in rows],
        _("Source"): [row.source for row in rows],
        _("Row"): [row.row for row in rows],
        _("Id"): [row.id for row in rows],
        _("Column"): [row.column for row in rows],
        _("Reason"): [reason_word(row.reason) for row in rows],
        _("Value"): [row.value for row in rows],
        _("Content of the row"): [row.content for row in rows],
    }


def download(rows: Sequence[QuarantinedRow]) -> bytes:
    """Refused rows as CSV that is safe in spreadsheets, under the same headings in every language."""
    headings = (
        "received_at",
        "kind",
        "version",
        "source",
        "row",
        "id",
        "column",
        "reason",
        "value",
        "content",
    )
    return csv_bytes(
        headings,
        ((row.received_at.isoformat(), *(getattr(row, name) for name in headings[1:])) for row in rows),
    )
