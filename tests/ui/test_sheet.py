"""Tables that are text of the page."""

from streamlit.testing.v1 import AppTest

from monitoring.thresholds import Status
from monitoring.ui.sheet import STYLE, Block, Cell, line, sheet_html

EVIL = '<img src=x onerror="alert(1)">'


def html(*blocks: Block) -> str:
    return sheet_html(["", "a", "b"], blocks, caption="Caption")


def test_a_row_has_a_heading_and_a_cell_for_each_column() -> None:
    found = html(Block("", (line("name", "1", "2"),)))
    assert '<th scope="row">name</th><td>1</td><td>2</td>' in found


def test_cells_that_were_left_out_are_empty() -> None:
    assert '<th scope="row">name</th><td>1</td><td></td>' in html(Block("", (line("name", "1"),)))


def test_a_title_spans_the_table_and_an_empty_one_takes_no_room() -> None:
    titled = html(Block("Part", (line("x"),)))
    assert '<th colspan="3" scope="rowgroup">Part</th>' in titled
    assert "vg-sheet-title" not in html(Block("", (line("x"),)))


def test_a_block_without_rows_is_left_out() -> None:
    assert "Part" not in html(Block("Part", ()))


def test_texts_are_text_everywhere() -> None:
    found = sheet_html(
        [EVIL, EVIL],
        [Block(EVIL, (line(Cell(EVIL, EVIL), Cell(EVIL, EVIL, code=True)),))],
        caption=EVIL,
    )
    assert "<img" not in found


def test_notes_statuses_and_shares_stand_in_their_cell() -> None:
    found = html(Block("", (line("x", Cell("1", "a note", Status.WARNING), Cell("45%", share=0.45)),)))
    assert "<small>a note</small>" in found
    assert "Warning" in found
    assert "--vg-share:0.4500" in found
    assert html(Block("", (line("x", Cell("", status=Status.OK)),))).count("vg-badge") == 1


def test_a_share_never_leaves_its_cell() -> None:
    found = html(Block("", (line("x", Cell("a", share=7.0), Cell("b", share=-1.0)),)))
    assert "--vg-share:1.0000" in found and "--vg-share:0.0000" in found


def test_menus_and_filters_are_not_printed() -> None:
    printed = STYLE.partition("@media print")[2]
    for part in ("stSidebar", "stHeader", "vigie_filters", "vigie_noprint", "stPopover"):
        assert part in printed


def test_a_page_shows_leads_lists_and_tables() -> None:
    def script() -> None:
        from monitoring.thresholds import Status
        from monitoring.ui import sheet

        sheet.lead("Lead <b>", "note <b>", Status.OK)
        sheet.paragraph("Text <b>")
        sheet.bullets([("one", "more"), ("two", "")], "nothing")
        sheet.bullets([], "nothing")
        sheet.sheet(["a"], [sheet.Block("", (sheet.line("x"),))], caption="c", numbers=True)

    app = AppTest.from_function(script).run()
    assert not app.exception
    shown = "\n".join(str(part.value) for part in app.html)
    assert "<b>" not in shown and "Lead &lt;b&gt;" in shown and "vg-is-ok" in shown
    assert "<li>one <small>more</small></li><li>two</li>" in shown
    assert "<li>nothing</li>" in shown
    assert "vg-sheet vg-numbers" in shown
