"""Ledger, figures, lists and reports in the console: who sees what; a figure opens its cases; looks are recorded."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import Engine, event

from casebook.case import Person
from scheduler.reporting import Reporting
from tests.makers import UNIT, moment
from tests.test_console import (
    ANSWER,
    DISPATCHER,
    INSPECTOR,
    LEADER,
    OFFICER,
    STRANGER,
    SUPERVISOR,
    SignIn,
    TestOffice,
    address,
    office,
    page,
    sign_in,
    token,
)

__all__ = ["address", "office", "sign_in"]
MARCH = "since=2026-03-01&until=2026-03-31"
LISTS = ("lists", "lists/repeats")
REPORT = "/console/reports/quarter_summary/2026Q1"
FIGURE = f"/console/figures/on_time_rate?{MARCH}"


def answered(office: TestOffice, **changes: Any) -> str:
    case = office.file(**changes)
    office.take(case, "dispatch", DISPATCHER, to=[UNIT])
    office.take(case, "accept", OFFICER)
    office.take(case, "resolve", OFFICER, verdict="substantiated", **ANSWER)
    return case.number


def cells(response: httpx.Response, sheet: int = 0) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [[cell.value for cell in line] for line in book.worksheets[sheet].iter_rows()]


def cases_in(text: str) -> list[str]:
    """The cases that a page opens, in its order."""
    return re.findall(r'href="/console/case/([^"]+)"', text)


def turned(text: str, way: str, part: str) -> str:
    """Where the page's link of that name leads, of the part's own links."""
    links = text.partition(f'aria-label="翻页：{part}"')[2].partition("</nav>")[0]
    (found,) = re.findall(rf'href="([^"]+)">{way}<', links)
    return str(unescape(found))


def reported(office: TestOffice) -> str:
    """A unit's quarter: begun in March, given in April; the number of its one case."""
    Reporting(office.store, office.desk.law).run(moment("2026-03-01 09:00"))
    number = answered(office)
    office.at = moment("2026-04-01 09:00")
    Reporting(office.store, office.desk.law).run(office.at)
    return number


def test_a_figure_opens_its_cases_and_says_why_others_are_left_out(office: TestOffice, sign_in: SignIn) -> None:
    number, waiting = answered(office), office.file(citizen="h2").number
    browser = sign_in(SUPERVISOR)

    overview = page(browser, f"/console/figures?{MARCH}")
    behind = page(browser, FIGURE)

    assert "按期办结率" in overview
    assert "没有办件量，不算比率" in overview
    assert f'href="/console/case/{number}"' in behind
    assert waiting in behind
    assert "没有办结期限" in behind


def test_a_long_part_of_a_figure_is_turned_page_by_page_and_counted_whole(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.statistics.SHOWN", 2)
    counted = [answered(office, citizen=f"h{place}") for place in range(3)]
    waiting = [office.file(citizen=f"w{place}").number for place in range(5)]
    browser = sign_in(SUPERVISOR)

    first = page(browser, FIGURE)
    second = page(browser, turned(first, "下一页", "未计入"))
    both = page(browser, turned(second, "下一页", "计入分子"))
    back = page(browser, turned(both, "上一页", "未计入"))

    for text in (first, second, both, back):
        assert all(head in text for head in ("计入分子（3 件）", "只在分母（0 件）", "未计入（5 件）"))
    assert [cases_in(text) for text in (first, second, both, back)] == [
        counted[:2] + waiting[:2],
        counted[:2] + waiting[2:4],
        counted[2:] + waiting[2:4],
        counted[2:] + waiting[:2],
    ]
    assert "第 2 页，共 3 页" in second
    assert "翻页：只在分母" not in first
    assert '#left_out">下一页</a>' in first


@pytest.mark.parametrize(
    ("asked", "shown"), [("0", 0), ("-1", 0), ("x", 0), ("", 0), ("²", 0), ("9" * 40, 0), ("2", 1), ("99999", 2)]
)
def test_a_page_number_of_a_figure_that_is_none_still_gives_a_page(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, asked: str, shown: int
) -> None:
    monkeypatch.setattr("console.statistics.SHOWN", 1)
    waiting = [office.file(citizen=f"w{place}").number for place in range(3)]

    assert cases_in(page(sign_in(SUPERVISOR), f"{FIGURE}&left_out={asked}")) == [waiting[shown]]


def test_the_figures_are_exported_with_their_cases(office: TestOffice, sign_in: SignIn) -> None:
    number = answered(office)

    found = sign_in(DISPATCHER).get(f"/console/figures.xlsx?{MARCH}")

    assert ["按期办结率", 1, 1, "100%", ""] in cells(found)
    assert ["按期办结率", "分子", number, ""] in cells(found, 1)


@pytest.mark.parametrize("person", [OFFICER, STRANGER, LEADER, INSPECTOR])
@pytest.mark.parametrize("path", ["ledger", "ledger.xlsx", "figures", "figures.xlsx", "figures/on_time_rate", *LISTS])
def test_only_the_body_sees_everybodys_figures(office: TestOffice, sign_in: SignIn, person: Person, path: str) -> None:
    page(sign_in(person), f"/console/{path}", 403)


@pytest.mark.parametrize(
    "days", ["since=gestern", "since=2026-03-02&until=2026-03-01", "since=0001-01-01&until=9999-12-31"]
)
def test_days_that_are_none_are_refused_in_a_sentence(sign_in: SignIn, days: str) -> None:
    assert "请填写起止日期" in page(sign_in(SUPERVISOR), f"/console/figures?{days}", 400)


def test_the_ledger_is_covered_on_the_page_and_in_the_workbook(office: TestOffice, sign_in: SignIn) -> None:
    number = answered(office)
    browser = sign_in(SUPERVISOR)

    shown = page(browser, f"/console/ledger?{MARCH}")
    sheet = str(cells(browser.get(f"/console/ledger.xlsx?{MARCH}")))

    for text in (shown, sheet):
        assert number in text
        assert "张**" in text
        assert "13800000000" not in text
    assert office.store.read(lambda unit: unit.looks(number)) == []


def test_the_uncovered_ledger_needs_a_reason_and_leaves_a_record(office: TestOffice, sign_in: SignIn) -> None:
    number = answered(office)
    browser = sign_in(SUPERVISOR)
    mark = token(browser)

    refused = browser.post(f"/console/ledger.xlsx?{MARCH}", data={"token": mark, "reason": "看"})
    given = browser.post(f"/console/ledger.xlsx?{MARCH}", data={"token": mark, "reason": "报送上级存档"})

    assert refused.status_code == 403
    assert "13800000000" in str(cells(given))
    looks = office.store.read(lambda unit: unit.looks(number))
    assert [(look.by, look.what, look.reason) for look in looks] == [(str(SUPERVISOR), "ledger", "报送上级存档")]


def test_a_ledger_too_long_for_a_page_is_refused_whole_and_shows_its_newest(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.ledger.MOST", 2)
    monkeypatch.setattr("console.ledger.SHOWN", 1)
    browser = sign_in(SUPERVISOR)
    mark = token(browser)
    numbers = [answered(office, citizen=f"h{place}") for place in range(2)]
    full = str(cells(browser.get(f"/console/ledger.xlsx?{MARCH}")))
    numbers.append(answered(office, citizen="h2"))

    refused = page(browser, f"/console/ledger.xlsx?{MARCH}", 400)
    uncovered = browser.post(f"/console/ledger.xlsx?{MARCH}", data={"token": mark, "reason": "报送上级存档"})
    shown = page(browser, f"/console/ledger?{MARCH}")

    assert all(number in full for number in numbers[:2])
    assert "这几天有 3 件，一次最多导出 2 件" in refused
    assert "一次最多导出 2 件" in uncovered.text
    assert office.store.read(lambda unit: unit.looks(numbers[0])) == []
    assert "3 件，这里显示最近 1 件" in shown
    assert set(cases_in(shown)) == {numbers[2]}


def test_key_objects_are_for_the_supervisors_eyes(office: TestOffice, sign_in: SignIn) -> None:
    for place in range(3):
        answered(office, citizen=f"h{place}")

    assert f"单位　{UNIT}　3 件" in page(sign_in(SUPERVISOR), f"/console/lists?{MARCH}")
    assert "重点对象" not in page(sign_in(DISPATCHER), f"/console/lists?{MARCH}")


def test_a_long_list_begins_on_the_page_of_all_and_is_turned_whole(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.lists.FIRST_LINES", 1)
    monkeypatch.setattr("console.lists.LINES", 2)
    monkeypatch.setattr("console.lists.FIRST_OF_LINE", 2)
    monkeypatch.setattr("console.lists.SHOWN", 2)
    pairs = [[office.file(citizen=f"h{place}").number for _ in range(2)] for place in range(2)]
    many = [office.file(citizen="h2").number for _ in range(3)]
    browser = sign_in(DISPATCHER)

    shown = page(browser, f"/console/lists?{MARCH}").partition("<h2>同一人多次反映</h2>")[2].partition("</section>")[0]
    (whole, rest) = (unescape(link) for link in re.findall(r'<a href="(/console/lists/[^"]+)">全部', shown))
    first = page(browser, rest)
    second = page(browser, turned(first, "下一页", "同一人多次反映"))
    line = page(browser, whole)
    line_on = page(browser, turned(line, "下一页", "同一人多次反映"))

    assert cases_in(shown) == many[:2]
    assert "全部 3 件" in shown
    assert "全部 3 条" in shown
    assert [cases_in(text) for text in (first, second)] == [many[:2] + pairs[0], pairs[1]]
    assert [cases_in(text) for text in (line, line_on)] == [many[:2], many[2:]]
    assert "（3 件）" in line


def test_who_is_complained_of_is_read_on_a_page_of_its_own_where_there_are_many(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.lists.MOST_READ", 2)
    for place in range(3):
        answered(office, citizen=f"h{place}")
    browser = sign_in(SUPERVISOR)

    shown = page(browser, f"/console/lists?{MARCH}").partition("<h2>重点对象")[2].partition("</section>")[0]
    (apart,) = re.findall(r'href="([^"]+)">打开这份名单', shown)

    assert f"单位　{UNIT}" not in shown
    assert f"单位　{UNIT}　3 件" in page(browser, unescape(apart))


@pytest.mark.parametrize("path", ["key_objects", "honours", "none", "repeats?of=1&what=citizen"])
def test_a_list_that_is_not_there_or_not_ones_own_has_no_page(sign_in: SignIn, path: str) -> None:
    page(sign_in(DISPATCHER), f"/console/lists/{path}", 404)


def test_all_major_matters_are_turned_page_by_page(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.lists.FIRST", 1)
    monkeypatch.setattr("console.lists.SHOWN", 2)
    numbers = []
    for place in range(3):
        case = office.file(citizen=f"h{place}")
        office.take(case, "mark", DISPATCHER, marks=["major"])
        numbers.append(case.number)
    browser = sign_in(DISPATCHER)

    shown = page(browser, f"/console/lists?{MARCH}").partition("重大事项（3 件）")[2].partition("</section>")[0]
    first = page(browser, f"/console/lists/major?{MARCH}")

    assert cases_in(shown) == numbers[:1]
    assert f"/console/lists/major?{MARCH}" in unescape(shown)
    assert [cases_in(first), cases_in(page(browser, turned(first, "下一页", "重大事项")))] == [numbers[:2], numbers[2:]]


def test_what_many_tell_is_listed_for_the_centre_under_its_name(office: TestOffice, sign_in: SignIn) -> None:
    numbers = [answered(office, citizen=f"h{place}", text=f"路灯不亮已经{place}天") for place in range(5)]

    text = page(sign_in(DISPATCHER), f"/console/lists?{MARCH}").partition("<h2>热点事项</h2>")[2]

    assert "热点事项　路灯不亮　5 件" in text
    assert all(number in text for number in numbers)


def test_a_spot_check_is_drawn_again_by_its_seed(office: TestOffice, sign_in: SignIn) -> None:
    numbers = [answered(office, citizen=f"h{place}") for place in range(6)]
    browser = sign_in(SUPERVISOR)

    def drawn(seed: str) -> set[str]:
        text = page(browser, f"/console/lists?{MARCH}&most=2&seed={seed}").partition("抽查名单")[2]
        return {number for number in numbers if number in text}

    assert len(drawn("a")) == 2
    assert drawn("a") == drawn("a")
    assert len({frozenset(drawn(seed)) for seed in "abcdef"}) > 1


def test_a_report_stays_as_given_and_corrections_stand_apart(office: TestOffice, sign_in: SignIn) -> None:
    number = reported(office)
    browser = sign_in(SUPERVISOR)

    listed = page(browser, "/console/reports")
    shown = page(browser, REPORT)
    behind = page(browser, f"{REPORT}/figures/on_time_rate")

    assert "季度政务服务投诉处理情况汇总" in listed
    assert f'href="{REPORT}/figures/on_time_rate">按期办结率</a><span>100%（1／1）' in shown
    assert cases_in(behind) == [number]
    assert "原数不再改动" in shown
    assert f"尚未报送：{UNIT}" in shown
    assert "报出之后的变化会列在这里" in shown


def test_a_unit_hands_in_its_own_report_once(office: TestOffice, sign_in: SignIn) -> None:
    reported(office)
    browser = sign_in(LEADER)
    own = page(browser, "/console/reports/quarter_summary/2026Q1")

    done = browser.post("/console/reports/quarter_summary/2026Q1/hand-in", data={"token": token(browser)})

    assert "核对无误，报送" in own
    assert "已报送。" in done.text
    assert "核对无误，报送" not in done.text
    returns = office.store.read(lambda unit: unit.returns("quarter_summary", "2026Q1"))
    assert returns == {UNIT: moment("2026-04-01 09:00")}


def test_another_units_report_is_not_a_units_to_see(office: TestOffice, sign_in: SignIn) -> None:
    number = reported(office)

    browser = sign_in(STRANGER)

    for path in (REPORT, f"{REPORT}/figures/on_time_rate"):
        assert number not in page(browser, path)
    page(sign_in(INSPECTOR), f"{REPORT}/cases/overdue", 403)


def a_crowd_reported(office: TestOffice) -> list[str]:
    """A quarter of five cases supervised, their answers late; their numbers."""
    Reporting(office.store, office.desk.law).run(office.at)
    cases = [office.file(citizen=f"h{place}") for place in range(5)]
    for case in cases:
        office.take(case, "dispatch", DISPATCHER, to=[UNIT])
        office.take(case, "supervise", SUPERVISOR, reason="请尽快")
    office.at = moment("2026-04-01 09:00")
    Reporting(office.store, office.desk.law).run(office.at)
    return [case.number for case in cases]


def test_a_long_list_of_a_report_begins_on_its_page_and_is_turned_whole(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.reports.FIRST", 2)
    monkeypatch.setattr("console.report_cases.SHOWN", 2)
    numbers = a_crowd_reported(office)
    browser = sign_in(SUPERVISOR)

    shown = page(browser, REPORT).partition("<h2>督办（5 件）</h2>")[2].partition("</section>")[0]
    first = page(browser, f"{REPORT}/cases/supervised")
    second = page(browser, turned(first, "下一页", "督办"))
    last = page(browser, turned(second, "下一页", "督办"))

    assert cases_in(shown) == numbers[:2]
    assert f'<a href="{REPORT}/cases/supervised">全部 5 件</a>' in shown
    assert [cases_in(text) for text in (first, second, last)] == [numbers[:2], numbers[2:4], numbers[4:]]
    assert "督办（5 件）" in last


def test_what_many_cases_changed_since_a_report_is_turned_too(
    office: TestOffice, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = a_crowd_reported(office)
    body = Reporting(office.store, office.desk.law)
    changed = [{"figure": "on_time_rate", "part": "denominator", "added": numbers, "removed": []}]
    monkeypatch.setattr(type(body), "corrected", lambda self, given: changed)
    monkeypatch.setattr("console.reports.FIRST_MOVED", 2)
    monkeypatch.setattr("console.report_cases.SHOWN", 3)
    browser = sign_in(SUPERVISOR)

    shown = page(browser, REPORT).partition("<h2>更正</h2>")[2].partition("</section>")[0]
    first = page(browser, f"{REPORT}/corrections/on_time_rate")
    second = page(browser, turned(first, "下一页", "分母增"))

    assert "增 5 件" in shown
    assert "减" not in shown
    assert cases_in(shown) == numbers[:2]
    assert [cases_in(first), cases_in(second)] == [numbers[:3], numbers[3:]]


@pytest.mark.parametrize("path", ["figures/none", "cases/failings", "cases/none", "corrections/on_time_rate"])
def test_of_a_report_only_what_stands_in_it_has_pages(office: TestOffice, sign_in: SignIn, path: str) -> None:
    reported(office)

    page(sign_in(SUPERVISOR), f"{REPORT}/{path}", 404)


def test_a_list_of_reports_reads_none_of_them(office: TestOffice, sign_in: SignIn) -> None:
    reported(office)
    browser = sign_in(SUPERVISOR)
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    listed = page(browser, "/console/reports")
    event.remove(Engine, "before_cursor_execute", note)

    assert f'<a href="{REPORT}">季度政务服务投诉处理情况汇总</a><span>2026年1月1日至2026年3月31日</span>' in listed
    of_reports = [statement for statement in asked if "FROM reports" in statement]
    assert len(of_reports) == 1
    assert "sealed" not in of_reports[0]


def test_an_area_report_is_nobodys_to_hand_in_and_an_inspectors_not_to_see(office: TestOffice, sign_in: SignIn) -> None:
    reported(office)
    browser = sign_in(SUPERVISOR)

    refused = browser.post("/console/reports/quarter_summary/2026Q1/hand-in", data={"token": token(browser)})

    assert refused.status_code == 403
    page(sign_in(INSPECTOR), "/console/reports", 403)
    page(browser, "/console/reports/quarter_summary/1999Q1", 404)


def test_a_line_of_a_kept_report_stands_under_its_heads(office: TestOffice, sign_in: SignIn) -> None:
    reported(office)

    text = page(sign_in(SUPERVISOR), "/console/reports/quarter_summary/2026Q1")

    line = dict(re.findall(r'<td data-label="([^"]+)">([^<]*)</td>', text))
    assert (line["收到"], line["办结"], line["逾期未办结"]) == ("1", "1", "0")
    assert (line["按期办结率"], line["响应率"], line["满意率"], line["被投诉率"]) == ("100%", "100%", "—", "—")
