//! Amazon DynamoDB. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html>
//!
//! Items and keys are in DynamoDB's JSON format: `{"id": {"S": "o-1"}}`. A number in it is a text:
//! `{"N": "12"}`.

action! {
    /// Gets an item by its key.
    get_item = GetItem("dynamodb:getItem") -> GetItemAnswer;
    table_name: Text = "TableName",
    key: Json = "Key",
    {
        attributes_to_get: Json = "AttributesToGet",
        consistent_read: Flag = "ConsistentRead",
        expression_attribute_names: Json = "ExpressionAttributeNames",
        projection_expression: Text = "ProjectionExpression",
        return_consumed_capacity: Text = "ReturnConsumedCapacity",
    }
}

action! {
    /// Puts an item; it replaces an item with the same key.
    put_item = PutItem("dynamodb:putItem") -> WriteAnswer;
    table_name: Text = "TableName",
    item: Json = "Item",
    {
        conditional_operator: Text = "ConditionalOperator",
        condition_expression: Text = "ConditionExpression",
        expected: Json = "Expected",
        expression_attribute_names: Json = "ExpressionAttributeNames",
        expression_attribute_values: Json = "ExpressionAttributeValues",
        return_consumed_capacity: Text = "ReturnConsumedCapacity",
        return_item_collection_metrics: Text = "ReturnItemCollectionMetrics",
        return_values: Text = "ReturnValues",
    }
}

action! {
    /// Changes attributes of an item, or creates the item.
    update_item = UpdateItem("dynamodb:updateItem") -> WriteAnswer;
    table_name: Text = "TableName",
    key: Json = "Key",
    {
        attribute_updates: Json = "AttributeUpdates",
        conditional_operator: Text = "ConditionalOperator",
        condition_expression: Text = "ConditionExpression",
        expected: Json = "Expected",
        expression_attribute_names: Json = "ExpressionAttributeNames",
        expression_attribute_values: Json = "ExpressionAttributeValues",
        return_consumed_capacity: Text = "ReturnConsumedCapacity",
        return_item_collection_metrics: Text = "ReturnItemCollectionMetrics",
        return_values: Text = "ReturnValues",
        update_expression: Text = "UpdateExpression",
    }
}

action! {
    /// Deletes an item by its key.
    delete_item = DeleteItem("dynamodb:deleteItem") -> WriteAnswer;
    table_name: Text = "TableName",
    key: Json = "Key",
    {
        conditional_operator: Text = "ConditionalOperator",
        condition_expression: Text = "ConditionExpression",
        expected: Json = "Expected",
        expression_attribute_names: Json = "ExpressionAttributeNames",
        expression_attribute_values: Json = "ExpressionAttributeValues",
        return_consumed_capacity: Text = "ReturnConsumedCapacity",
        return_item_collection_metrics: Text = "ReturnItemCollectionMetrics",
        return_values: Text = "ReturnValues",
    }
}

answer! {
    /// The result of `dynamodb:getItem`.
    GetItemAnswer {
    } optional {
        /// The item, in DynamoDB's JSON format; `None` if it does not exist.
        item: serde_json::Value = "Item",
        /// The consumed capacity, if it was requested.
        consumed_capacity: serde_json::Value = "ConsumedCapacity",
    }
}

answer! {
    /// The result of `dynamodb:putItem`, `updateItem` and `deleteItem`.
    WriteAnswer {
    } optional {
        /// The attributes that `ReturnValues` selects.
        attributes: serde_json::Value = "Attributes",
        /// The consumed capacity, if it was requested.
        consumed_capacity: serde_json::Value = "ConsumedCapacity",
        /// The size of the item's collection, if it was requested.
        item_collection_metrics: serde_json::Value = "ItemCollectionMetrics",
    }
}
