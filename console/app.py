"""The console's routes."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from console import calls, cases, ledger, lists, papers, people, report_cases, reports, rules, statistics, suggestions
from console.door import Handler, signed_in
from console.given import Office
from console.login import Login
from console.private import Private, Propose, no_proposal
from console.render import HERE
from console.session import Sessions


def routes(office: Office, propose: Propose = no_proposal) -> list[BaseRoute]:
    """All pages under `/console`, and the one-time pages under `/private`, for the web application to mount.

    `propose` says what the machine suggests for a case that an officer files.
    """
    private = Private(office, propose)
    sessions = Sessions(office.secret_key, office.https)
    login = Login(office, sessions)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(f"/console{path}", signed_in(office, sessions, handler), methods=[method])

    return [
        Mount("/console/static", StaticFiles(directory=HERE / "static"), name="console-static"),
        Route("/console/login", login.enter, methods=["GET"]),
        route("/logout", login.leave, "POST"),
        route("", cases.search),
        route("/rulebook", rules.show),
        route("/ledger", ledger.show),
        route("/ledger.xlsx", ledger.covered),
        route("/ledger.xlsx", ledger.whole, "POST"),
        route("/figures", statistics.show),
        route("/figures.xlsx", statistics.workbook),
        route("/figures/{figure}", statistics.cases_of),
        route("/lists", lists.show),
        route("/lists/{list}", lists.one),
        route("/calls", calls.show),
        route("/calls/{id}", calls.note, "POST"),
        route("/suggestions", suggestions.show),
        route("/reports", reports.listing),
        route("/reports/{report}/{period}", reports.show),
        route("/reports/{report}/{period}.xlsx", reports.workbook),
        route("/reports/{report}/{period}/figures/{figure}", report_cases.of_figure),
        route("/reports/{report}/{period}/cases/{list}", report_cases.of_list),
        route("/reports/{report}/{period}/corrections/{figure}", report_cases.of_correction),
        route("/reports/{report}/{period}/hand-in", reports.hand_in, "POST"),
        route("/reports/{report}/{period}/pass-on", reports.pass_on, "POST"),
        route("/people", people.show),
        route("/people/invite", people.invite, "POST"),
        route("/people/remove", people.remove, "POST"),
        Route("/private/{ticket}", private.ask, methods=["GET"]),
        Route("/private/{ticket}", private.open, methods=["POST"]),
        route("/case/{number}", cases.show),
        route("/case/{number}/contact", cases.contact, "POST"),
        route("/case/{number}/form/{form}.{kind}", papers.covered),
        route("/case/{number}/form/{form}.{kind}", papers.whole, "POST"),
        route("/case/{number}/step/{step}", cases.step, "POST"),
    ]
