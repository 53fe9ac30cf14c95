"""Charges the card of an order."""


class CardDeclined(Exception):
    """The name of the class is the name of the error in the state machine."""


def handler(event, context):
    if event["cents"] > 100_000:
        raise CardDeclined("the limit of the card is 1,000.00")
    return {"chargeId": f"ch-{event['id']}"}
