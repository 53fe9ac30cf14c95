"""Orders the shipment."""


def handler(event, context):
    return {"shipped": event["id"]}
