"""The fixture against the real command."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta

import boto3
import pytest

from pytest_stepwright import Sequence, Server, ServerError, TaskError, UnusedMockWarning

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"

ORDERS = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": FUNCTION + "charge",
            "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 60}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refuse"}],
            "ResultPath": "$.charge",
            "Next": "Cool",
        },
        "Cool": {"Type": "Wait", "Seconds": 259_200, "Next": "Ship"},
        "Ship": {"Type": "Task", "Resource": FUNCTION + "ship", "End": True},
        "Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "declined"},
    },
}

APPROVAL = {
    "StartAt": "Approve",
    "States": {
        "Approve": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
            "TimeoutSeconds": 86_400,
            "End": True,
        }
    },
}


def test_a_wait_of_three_days_takes_no_time(stepfunctions):
    stepfunctions.mock("Charge", {"id": "ch-1"})
    stepfunctions.mock("ship", lambda input: {"shipped": input["order"]})
    began = time.monotonic()
    execution = stepfunctions.run(ORDERS, {"order": 7})
    assert time.monotonic() - began < 5
    assert execution.output == {"shipped": 7}
    assert execution.path == ["Charge", "Cool", "Ship"]
    assert execution.duration == timedelta(days=3)
    assert [call["order"] for call in execution.calls] == [7, 7]
    assert execution.history[-1]["type"] == "ExecutionSucceeded"


def test_time_passes_only_by_advances_after_start(stepfunctions):
    stepfunctions.mock_all({"Charge": {}, "Ship": {}})
    execution = stepfunctions.start(ORDERS)
    assert execution.path == ["Charge", "Cool"]
    stepfunctions.advance(days=2)
    assert execution.status == "RUNNING"
    stepfunctions.advance(days=1)
    assert execution.status == "SUCCEEDED"


def test_wait_lets_the_remaining_time_pass(stepfunctions):
    stepfunctions.mock_all({"Charge": {}, "Ship": {"ok": True}})
    execution = stepfunctions.start(ORDERS)
    assert execution.wait().output == {"ok": True}


def test_errors_are_retried_and_caught(stepfunctions):
    stepfunctions.mock("Charge", Sequence(TaskError("Throttled"), TaskError("Declined", "no funds")))
    execution = stepfunctions.run(ORDERS)
    assert (execution.status, execution.error) == ("FAILED", "Refused")
    assert [call.attempt for call in stepfunctions.calls("Charge")] == [0, 1]
    with pytest.raises(AssertionError, match="Refused: declined"):
        execution.output
    assert "TaskFailed" in execution.timeline() or "LambdaFunctionFailed" in execution.timeline()


def test_a_function_can_receive_the_call(stepfunctions):
    @stepfunctions.task("Charge")
    def charge(input, call):
        return {"state": call.state, "attempt": call.attempt}

    stepfunctions.mock("Ship", lambda input: input["charge"])
    assert stepfunctions.run(ORDERS).output == {"state": "Charge", "attempt": 0}


@pytest.mark.parametrize(
    "value", [None, 0, "", [], {"a": [1, 2.5, None, "\u00e9\u4e16\U0001f600"]}, '"quoted" \\ text', True]
)
def test_any_json_is_an_output(stepfunctions, value):
    stepfunctions.mock_all({"Charge": {}, "Ship": value})
    assert stepfunctions.run(ORDERS).output == value


def test_a_token_is_answered_by_the_test(stepfunctions):
    stepfunctions.mock("Approve", {}, token=True)
    execution = stepfunctions.start(APPROVAL)
    assert execution.status == "RUNNING"
    stepfunctions.succeed("Approve", {"by": "ann"})
    assert execution.output == {"by": "ann"}


def test_a_token_expires(stepfunctions):
    stepfunctions.mock("Approve", {}, token=True)
    execution = stepfunctions.start(APPROVAL)
    stepfunctions.advance(hours=23)
    assert execution.status == "RUNNING"
    stepfunctions.advance(hours=1)
    assert execution.status == "TIMED_OUT" or execution.error == "States.Timeout"


def test_a_token_fails(stepfunctions):
    stepfunctions.mock("Approve", {}, token=True)
    execution = stepfunctions.start(APPROVAL)
    stepfunctions.fail("Approve", "Denied", "too expensive")
    assert (execution.error, execution.cause) == ("Denied", "too expensive")


def test_a_mock_without_token_is_the_answer(stepfunctions):
    stepfunctions.mock("Approve", {"by": "bob"})
    assert stepfunctions.run(APPROVAL).output == {"by": "bob"}


def test_a_file_of_mocks_has_cases(stepfunctions, tmp_path):
    file = tmp_path / "mocks.json"
    mocks = {
        "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Done", "Ship": "Done"}}}},
        "MockedResponses": {"Done": {"0": {"Return": {"done": True}}}},
    }
    file.write_text(json.dumps(mocks))
    stepfunctions.mock_file(file)
    assert stepfunctions.run(ORDERS, name="Orders", case="Paid").output == {"done": True}


def test_a_definition_is_a_file_too(stepfunctions, tmp_path):
    file = tmp_path / "orders.asl.json"
    file.write_text(json.dumps(ORDERS))
    stepfunctions.mock_all({"Charge": {}, "Ship": {}})
    assert stepfunctions.run(file).path == stepfunctions.run(str(file)).path


def test_tests_share_nothing(stepfunctions):
    assert stepfunctions.client.list_state_machines()["stateMachines"] == []
    assert stepfunctions.calls() == []
    assert stepfunctions.now.isoformat() == "2026-01-01T00:00:00+00:00"


def test_code_under_test_uses_its_own_client(stepfunctions, monkeypatch):
    for name, value in stepfunctions.environment.items():
        monkeypatch.setenv(name, value)
    machine = stepfunctions.create(ORDERS, name="Orders")
    client = boto3.session.Session().client("stepfunctions")
    assert [one["stateMachineArn"] for one in client.list_state_machines()["stateMachines"]] == [machine]


def test_an_unknown_name_lists_the_state_machines(stepfunctions):
    stepfunctions.create(ORDERS, name="Orders")
    with pytest.raises(LookupError, match="Orders"):
        stepfunctions.run("Order")


def test_a_report_has_the_picture(stepfunctions, tmp_path):
    stepfunctions.mock_all({"Charge": {}, "Ship": {}})
    execution = stepfunctions.run(ORDERS)
    assert "Cool" in execution.write_report(tmp_path / "report.html").read_text()
    assert "<svg" in execution.write_picture(tmp_path / "picture.svg").read_text()


def test_a_failed_test_shows_the_timeline_and_the_picture(pytester):
    pytester.makepyfile(
        f"""
        def test_path(stepfunctions):
            stepfunctions.mock_all({{"Charge": {{}}, "Ship": {{}}}})
            execution = stepfunctions.run({ORDERS!r})
            assert execution.path == ["Charge", "Ship"]
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Step Functions*", "*Charge > Cool > Ship*", "3d*Ship*exited*", "picture and data: *.html"])


def test_an_exception_of_a_mock_fails_the_test(pytester):
    pytester.makepyfile(
        f"""
        def test_path(stepfunctions):
            stepfunctions.mock("Charge", lambda input: input["missing"])
            stepfunctions.run({ORDERS!r})
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*KeyError: 'missing'*"])


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("lambda input: pytest.fail('inside')", "*Failed: inside*"),
        ("lambda input: sys.exit(3)", "*SystemExit: 3*"),
        ("float('nan')", "*the mock of `Charge` returned no JSON: *"),
        ("'\\ud800'", "*the mock of `Charge` returned no JSON: *"),
        ("{1, 2}", "*the mock of `Charge` returned no JSON: *"),
        ("nested(200_000)", "*the mock of `Charge` returned no JSON: *"),
        ("an_awaitable", "*the mock of `Charge` returned no JSON: *awaitable*"),
        ("TaskError(ValueError)", "*raised a TaskError with <class 'ValueError'>, which is not a text*"),
        ("lambda: 1", "*TypeError: *takes 0 positional arguments*"),
    ],
)
def test_a_fault_of_a_mock_fails_the_test_although_the_state_machine_catches_it(pytester, result, message):
    pytester.makepyfile(
        f"""
        import sys
        import pytest
        from pytest_stepwright import TaskError

        async def an_awaitable(input):
            return 1

        def nested(depth):
            value = []
            for _ in range(depth):
                value = [value]
            return value

        def test_path(stepfunctions):
            charge = {{"Type": "Task", "Resource": "{FUNCTION}charge", "End": True}}
            charge["Catch"] = [{{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}}]
            stepfunctions.mock("Charge", {result})
            stepfunctions.run({{"StartAt": "Charge", "States": {{"Charge": charge, "Refuse": {{"Type": "Succeed"}}}}}})
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([message])


def test_a_mock_with_an_unknown_name_fails_the_test(pytester):
    pytester.makepyfile(
        f"""
        def test_path(stepfunctions):
            stepfunctions.mock_all({{"Charge": {{}}, "ship": {{}}, "Chrage": {{}}, "{FUNCTION}shp": {{}}}})
            stepfunctions.run({ORDERS!r})
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no task is named `Chrage`; did you mean `Charge`?", "*no task is named `*:shp`; *"])


def test_a_name_of_a_machine_that_was_deleted_is_known(stepfunctions):
    stepfunctions.mock("Ship", {})
    machine = stepfunctions.create(ORDERS, name="Orders")
    stepfunctions.mock_all({"Approve": {}})
    assert stepfunctions.run(APPROVAL).output == {}
    stepfunctions.call("DeleteStateMachine", stateMachineArn=machine)
    assert stepfunctions.unknown_mocks() == []
    with pytest.warns(UnusedMockWarning, match="nothing called the mock of `Ship`"):
        stepfunctions.close()


def test_a_task_without_a_mock_fails_the_run(stepfunctions):
    stepfunctions.mock("Charge", {})
    with pytest.raises(LookupError, match="There is no handler and no mock .* of the state 'Ship'; set a mock with the name of the state"):
        stepfunctions.run(ORDERS)


@pytest.mark.parametrize("result", [{"id": 1}, {"Payload": {"id": 1}, "StatusCode": 200}])
def test_a_function_returns_its_output_or_the_whole_response(stepfunctions, result):
    invoke = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "save"}, "End": True}
    stepfunctions.mock("save", result)
    output = stepfunctions.run({"StartAt": "Save", "States": {"Save": invoke}}).output
    assert (output["Payload"], output["StatusCode"]) == ({"id": 1}, 200)


def test_a_mock_that_does_not_return_is_named(stepfunctions):
    returns = threading.Event()
    stepfunctions.mock("Charge", lambda input: returns.wait(10))
    machine = stepfunctions.create(ORDERS)
    stepfunctions.call("StartExecution", stateMachineArn=machine)
    with pytest.raises(TimeoutError, match="after 0.5 seconds; the mocks that have not returned: `Charge`"):
        stepfunctions.let_time_pass(0.5)
    returns.set()


def test_a_case_that_names_no_task_is_refused(stepfunctions):
    stepfunctions.mock_file(
        {
            "StateMachines": {"Orders": {"TestCases": {"Paid": {"Chrage": "Done"}}}},
            "MockedResponses": {"Done": {"0": {"Return": {}}}},
        }
    )
    with pytest.raises(ServerError, match="there is no state `Chrage`; did you mean `Charge`"):
        stepfunctions.run(ORDERS, name="Orders", case="Paid")


def test_a_server_that_ended_is_the_error_of_each_request():
    server = Server()
    server.control("time", account="100000000001")
    server._process.kill()
    for _ in range(2):
        with pytest.raises(ServerError, match="`stepwright serve` has ended with the signal 9"):
            server.control("time", account="100000000001")
    server.stop()


def test_an_interrupted_request_leaves_no_response_for_the_next_one(monkeypatch):
    server = Server()
    server.control("time", account="100000000001")
    with monkeypatch.context() as patch:

        def interrupt(connection):
            raise KeyboardInterrupt

        patch.setattr("http.client.HTTPConnection.getresponse", interrupt)
        with pytest.raises(KeyboardInterrupt):
            server.control("advance", account="100000000001", seconds=60)
    assert "stopped" in server.control("time", account="100000000001")
    server.stop()


def test_the_signal_of_ctrl_c_ends_the_tests_and_then_the_server(pytester):
    pytester.makepyfile(
        """
        import os, signal

        def test_path(stepfunctions):
            os.killpg(0, signal.SIGINT)
            signal.pause()
        """
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(command, cwd=pytester.path, start_new_session=True, capture_output=True, text=True, timeout=60)
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout + done.stderr
    assert "ServerError" not in done.stdout + done.stderr
    assert "ConnectionRefusedError" not in done.stdout + done.stderr


def test_templates_deploy_their_state_machines(pytester):
    pytester.makefile(
        ".yaml",
        template="""
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Name: Orders
              Definition:
                StartAt: Ship
                States: {Ship: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: q, MessageBody: b}, End: true}}
        """,
    )
    pytester.makeini("[pytest]\nstepwright_templates = template.yaml\n")
    pytester.makepyfile(
        """
        def test_path(stepfunctions):
            stepfunctions.mock("Ship", {"MessageId": "m-1"})
            assert stepfunctions.run("Orders").output["MessageId"] == "m-1"
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_server_ends_with_the_tests():
    script = "import pytest_stepwright, time; s = pytest_stepwright.Server(); print(s.endpoint, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    endpoint = process.stdout.readline().strip()
    process.kill()
    process.wait()
    import urllib.error
    import urllib.request

    for _ in range(200):
        try:
            urllib.request.urlopen(f"{endpoint}/health", timeout=1).read()
        except (urllib.error.URLError, ConnectionError):
            return
        time.sleep(0.05)
    pytest.fail("the server still runs")
