"""The state machine of the template, with the real functions and with DynamoDB of moto."""

from datetime import timedelta

import charge
import pytest
import ship
from pytest_stepwright import Sequence, TaskError


@pytest.fixture
def table(stepfunctions):
    """The table of the template."""
    dynamodb = stepfunctions.service("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return dynamodb


@pytest.fixture
def functions(stepfunctions):
    """The code of the functions, in this process."""

    def charged(event):
        try:
            return charge.handler(event, None)
        except charge.CardDeclined as error:
            # As Lambda reports an exception.
            raise TaskError("CardDeclined", str(error)) from error

    stepfunctions.mock("Charge", charged)
    stepfunctions.mock("Ship", lambda event: ship.handler(event, None))


def test_an_order_is_stored_and_shipped_after_three_days(stepfunctions, functions, table):
    execution = stepfunctions.run("Orders", {"id": "o-17", "cents": 1250})
    assert execution.output == {"shipped": "o-17"}
    assert execution.path == ["Charge", "Store", "Wait for objections", "Ship"]
    assert execution.duration == timedelta(days=3)
    item = table.get_item(TableName="orders", Key={"id": {"S": "o-17"}})["Item"]
    assert item["chargeId"] == {"S": "ch-o-17"}


def test_a_declined_card_stores_nothing(stepfunctions, functions, table):
    execution = stepfunctions.run("Orders", {"id": "o-18", "cents": 250_000})
    assert execution.error == "OrderRefused"
    assert table.scan(TableName="orders")["Count"] == 0


def test_a_slow_gateway_is_called_again_after_a_minute(stepfunctions, functions, table):
    stepfunctions.mock("Charge", Sequence(TaskError("GatewayTimeout"), {"chargeId": "ch-2"}))
    execution = stepfunctions.run("Orders", {"id": "o-19", "cents": 1250})
    assert execution.status == "SUCCEEDED"
    assert len(stepfunctions.calls("Charge")) == 2
    assert execution.duration == timedelta(days=3, minutes=1)
