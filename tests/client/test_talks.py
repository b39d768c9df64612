"""Who logs in when, what is sent again and what is not: the talks, without a network."""

from uuid import UUID

import pytest

from procession.client import (
    BadAnswer,
    BadParameter,
    BadRequest,
    ClientCredentials,
    Key,
    LoginFailed,
    NotRunning,
    ProcessFailed,
    ServerError,
    Status,
    StillRunning,
    Unauthorized,
    UnknownProcess,
    UnknownRun,
    Unreachable,
    api,
    calls,
)
from procession.client.exchange import Lost, Reply
from tests.client.scripted import LOGGED_IN, OK, SITE, TURNED_AWAY, Script, json_reply

RUN = UUID("01a21200-bf8b-869e-ab2d-2fd300000000")
RUNNING = "ed2ae277-b6e2-df11-971b-001d60e938c6"
COMPLETED = "815c9586-b6e2-df11-971b-001d60e938c6"
CUT_OFF = Lost("the connection was cut", reached=True)
REFUSED = Lost("connection refused", reached=False)


def start() -> calls.Call[object]:
    return calls.execute(SITE, "UsrOrder", {"Amount": 4}, "")


def logged(status: str) -> Reply:
    return json_reply({"value": [{"Id": str(RUN), "Name": "UsrOrder", "StatusId": status}]})


def test_the_first_call_logs_in_and_each_carries_the_session() -> None:
    script = Script(LOGGED_IN, OK, OK)
    talks = script.talks()

    script.see(talks.call(start()))
    script.see(talks.call(start()))

    assert script.places == ["Login", "Execute", "Execute"]
    assert script.asked[0].body == b'{"UserName":"Supervisor","UserPassword":"secret"}'
    headers = {"ForceUseSession": "true", "BPMCSRF": "token-1"}
    assert script.asked[2].headers == headers


def test_a_session_that_is_over_is_opened_again_and_the_call_is_sent_again() -> None:
    again = Reply(200, {}, b'{"Code":0}', {"BPMCSRF": "token-2"})
    script = Script(LOGGED_IN, TURNED_AWAY, again, OK)

    script.see(script.talks().call(start()))

    assert script.places == ["Login", "Execute", "Login", "Execute"]
    assert script.asked[3].headers["BPMCSRF"] == "token-2"


def test_being_sent_to_the_login_page_is_as_good_as_401() -> None:
    page = Reply(302, {"location": "/Login/NuiLogin.aspx?ReturnUrl=x"}, b"")
    script = Script(LOGGED_IN, page, LOGGED_IN, OK)

    script.see(script.talks().call(start()))

    assert script.places == ["Login", "Execute", "Login", "Execute"]


def test_who_is_turned_away_twice_is_told_so() -> None:
    script = Script(LOGGED_IN, TURNED_AWAY, LOGGED_IN, TURNED_AWAY)

    with pytest.raises(Unauthorized):
        script.see(script.talks().call(start()))

    assert script.left() == 0


def test_a_start_that_may_have_arrived_is_not_sent_again() -> None:
    script = Script(LOGGED_IN, CUT_OFF)

    with pytest.raises(Unreachable, match="it may have been done all the same") as failure:
        script.see(script.talks().call(start()))

    assert failure.value.reached
    assert script.places == ["Login", "Execute"]


def test_a_start_that_certainly_did_not_arrive_is_sent_again_a_few_times() -> None:
    script = Script(LOGGED_IN, REFUSED, REFUSED, OK)

    script.see(script.talks().call(start()))

    assert script.places == ["Login", "Execute", "Execute", "Execute"]
    assert script.pauses == sorted(script.pauses)
    assert len(script.pauses) == 2


def test_it_is_given_up_after_as_many_tries_as_were_allowed() -> None:
    script = Script(LOGGED_IN, REFUSED, REFUSED)

    with pytest.raises(Unreachable, match="connection refused") as failure:
        script.see(script.talks(tries=2).call(start()))

    assert not failure.value.reached
    assert script.left() == 0


def test_what_only_reads_is_sent_again_whatever_became_of_it() -> None:
    busy = Reply(503, {"retry-after": "2"}, b"")
    script = Script(LOGGED_IN, CUT_OFF, busy, logged(COMPLETED))

    found = script.see(script.talks().call(calls.logged(SITE, RUN)))

    assert found.status is Status.COMPLETED
    assert script.pauses[1] == 2.0


def test_a_start_that_is_answered_503_is_not_sent_again() -> None:
    script = Script(LOGGED_IN, Reply(503, {}, b"<html>busy</html>"))

    with pytest.raises(ServerError, match="busy"):
        script.see(script.talks().call(start()))


def test_a_refused_login_is_not_tried_again_and_says_what_the_service_said() -> None:
    script = Script(json_reply({"Code": 1, "Message": "The password is wrong."}))

    with pytest.raises(LoginFailed, match=r"The password is wrong\."):
        script.see(script.talks().call(start()))

    assert script.places == ["Login"]


def test_a_site_without_the_csrf_cookie_gets_no_such_header() -> None:
    script = Script(Reply(200, {}, b'{"Code":0}'), OK)

    script.see(script.talks().call(start()))

    assert "BPMCSRF" not in script.asked[1].headers


def test_a_token_is_fetched_once_and_again_shortly_before_its_end() -> None:
    token = json_reply({"access_token": "one", "expires_in": 3600, "token_type": "Bearer"})
    script = Script(token, OK, OK, token, OK)
    talks = script.talks(ClientCredentials("id", "s&cret"))

    script.see(talks.call(start()))
    script.time += 3_500
    script.see(talks.call(start()))
    script.time += 80
    script.see(talks.call(start()))

    assert script.places == ["token", "Execute", "Execute", "token", "Execute"]
    assert script.asked[0].body == (
        b"grant_type=client_credentials&client_id=id&client_secret=s%26cret"
    )
    assert script.asked[1].headers["Authorization"] == "Bearer one"
    assert "BPMCSRF" not in script.asked[1].headers


def test_a_refused_client_is_told_by_the_words_of_oauth() -> None:
    refused = json_reply({"error": "invalid_client", "error_description": "No such client."}, 401)
    script = Script(refused)

    with pytest.raises(LoginFailed, match=r"invalid_client: No such client\."):
        script.see(script.talks(ClientCredentials("id", "secret")).call(start()))


def test_a_key_is_sent_as_it_is_and_cannot_be_renewed() -> None:
    script = Script(TURNED_AWAY)

    with pytest.raises(Unauthorized):
        script.see(script.talks(Key("key-1")).call(start()))

    assert script.asked[0].headers["Authorization"] == "Bearer key-1"


def test_ping_needs_nobody_to_be_logged_in() -> None:
    script = Script(OK)

    script.see(script.talks().ping())

    assert script.asked[0].url == "http://localhost/0/ping"


def test_waiting_looks_ever_more_seldom_until_the_run_has_ended() -> None:
    script = Script(LOGGED_IN, *[logged(RUNNING)] * 4, logged(COMPLETED))

    found = script.see(script.talks().wait(RUN, 60.0, check=True))

    assert found.status is Status.COMPLETED
    assert script.pauses == sorted(script.pauses)
    assert len(set(script.pauses)) == 4


def test_waiting_ends_when_its_time_is_over_and_tells_how_the_run_stands() -> None:
    script = Script(LOGGED_IN, *[logged(RUNNING)] * 20)

    with pytest.raises(StillRunning, match="not ended within 1 seconds; it is running") as failure:
        script.see(script.talks().wait(RUN, 1.0, check=True))

    assert failure.value.run.status is Status.RUNNING
    assert script.time == pytest.approx(1.0)


def test_waiting_for_a_run_that_failed_raises_unless_it_is_told_not_to() -> None:
    row = {"Id": str(RUN), "Name": "UsrOrder", "Status": {"Value": 3}, "ErrorDescription": "no"}
    script = Script(LOGGED_IN, *[json_reply({"value": [row]})] * 2)
    talks = script.talks()

    with pytest.raises(ProcessFailed, match="of UsrOrder has failed: no"):
        script.see(talks.wait(RUN, 1.0, check=True))
    assert script.see(talks.wait(RUN, 1.0, check=False)).status is Status.ERROR


def test_a_run_that_the_log_does_not_have_is_unknown() -> None:
    script = Script(LOGGED_IN, json_reply({"value": []}))

    with pytest.raises(UnknownRun, match=f"no row {RUN}"):
        script.see(script.talks().call(calls.logged(SITE, RUN)))


def page(number: int, link: str | None) -> Reply:
    row = {"Id": str(UUID(int=number)), "Caption": f"Step {number}", "StatusId": COMPLETED}
    return json_reply({"value": [row], "@odata.nextLink": link})


def test_elements_are_read_page_by_page() -> None:
    script = Script(LOGGED_IN, page(1, "SysProcessElementLog?$skiptoken=1"), page(2, None))

    found = script.see(script.talks().elements(RUN))

    assert [each.name for each in found] == ["Step 1", "Step 2"]
    assert script.asked[2].url == "http://localhost/0/odata/SysProcessElementLog?$skiptoken=1"


def test_a_next_page_elsewhere_is_not_asked_for() -> None:
    script = Script(LOGGED_IN, page(1, "http://evil.example/odata"))

    with pytest.raises(BadAnswer, match="which is elsewhere"):
        script.see(script.talks().elements(RUN))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BadValue", BadRequest),
        (404, "UnknownProcess", UnknownProcess),
        (409, "NotRunning", NotRunning),
        (500, "InternalError", ServerError),
    ],
)
def test_an_error_tells_its_message_its_code_and_its_correlation_id(
    status: int, code: str, kind: type[Exception]
) -> None:
    told = {"errorInfo": {"errorCode": code, "message": "so it is", "stackTrace": None}}
    script = Script(LOGGED_IN, json_reply(told, status, x_correlation_id="c0ffee"))

    with pytest.raises(kind) as failure:
        script.see(script.talks().call(start()))

    assert str(failure.value) == f"so it is [HTTP {status}, {code}, c0ffee]"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "BadFilter", "message": "so it is"}},
        {"code": "BadFilter", "title": "Bad filter", "detail": "so it is", "status": 400},
        {"Message": "so it is"},
    ],
)
def test_errors_of_other_services_are_told_too(body: object) -> None:
    script = Script(LOGGED_IN, json_reply(body, 400))

    with pytest.raises(BadRequest, match="so it is"):
        script.see(script.talks().call(start()))


def test_a_refused_start_is_the_error_that_it_names() -> None:
    told = {
        "processId": "00000000-0000-0000-0000-000000000000",
        "processStatus": 0,
        "success": False,
        "errorInfo": {"errorCode": "UnknownProcess", "message": "there is no process"},
    }
    script = Script(LOGGED_IN, json_reply(told))

    with pytest.raises(UnknownProcess, match="there is no process"):
        script.see(script.talks().call(calls.run_process(SITE, "UsrNone", {}, ())))


def test_a_run_that_ends_in_the_background_has_no_id() -> None:
    told = {"processId": str(UUID(int=0)), "processStatus": 0, "success": True}
    script = Script(LOGGED_IN, json_reply(told))

    run = script.see(script.talks().call(calls.run_process(SITE, "UsrAside", {}, ())))

    assert (run.process_id, run.status) == (None, Status.INACTIVE)


def test_what_an_address_must_not_be() -> None:
    for address in ("localhost", "ftp://localhost", "http://", "http://a/?b", "http://u:p@host"):
        with pytest.raises(BadParameter):
            type(SITE)(address)


def test_a_secret_is_not_shown() -> None:
    shown = repr([Script().talks()._login, ClientCredentials("id", "secret"), Key("secret")])

    assert "secret" not in shown


def test_a_start_under_a_key_of_its_own_is_sent_again() -> None:
    run = {"id": str(RUN), "process": "UsrOrder", "version": 1, "status": "Running", "values": {}}
    script = Script(LOGGED_IN, CUT_OFF, json_reply(run, 201))

    found = script.see(script.talks().call(api.start(SITE, "UsrOrder", {}, idempotency_key="k")))

    assert found.process_id == RUN
    assert script.asked[1] == script.asked[2]
    assert script.asked[2].headers["Idempotency-Key"] == "k"


def test_tasks_are_read_page_by_page() -> None:
    script = Script(
        LOGGED_IN, json_reply({"items": [], "next": "a b"}), json_reply({"items": [], "next": None})
    )

    assert script.see(script.talks().tasks("UsrOrder")) == []

    assert script.asked[2].url.endswith("/api/tasks?limit=100&process=UsrOrder&cursor=a%20b")
