//! DynamoDB without a Lambda: the workflow reads an item, writes it with a condition, and continues
//! according to the result. Two customers who request the last seat at the same time cannot both
//! get it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::functions;
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct SeatRequest {
    pub show: String,
    pub seats: u32,
    pub guest: String,
}

/// A number of DynamoDB, which is a text in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct N {
    #[serde(rename = "N")]
    pub number: String,
}

/// A show, as the table has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Show {
    pub seats_left: N,
    /// Incremented by each write.
    pub revision: N,
}

/// The response of GetItem. Without the item in the table, there is no `Item`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    pub item: Option<Show>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Reservation {
    pub id: String,
    pub seats: u32,
}

/// The maximum number of attempts of a request, with one after each conflict.
const ATTEMPTS: u32 = 5;

workflow! {
    /// Reserves seats of a show.
    pub workflow SeatReservation(request: SeatRequest) -> Reservation {
        express;
        deny unbounded_loop;
        timeout 30s;

        pass Begin {
            let attempt = 1;
            let id = functions::uuid();
            next Read;
        }

        task Read {
            let found: Found = service "arn:aws:states:::dynamodb:getItem" {
                TableName: placeholder!("ShowsTable"),
                Key: { show: { S: request.show } },
                ConsistentRead: true
            };
            retry "DynamoDB.ProvisionedThroughputExceededException" (interval: 1s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            next IsThere;
        }

        choice IsThere {
            match found.item {
                Some(show) => HasRoom,
                None => NoSuchShow,
            }
        }

        choice HasRoom {
            when functions::number(&show.seats_left.number) >= request.seats as f64 => Reserve;
            otherwise => SoldOut;
        }

        /// Writes both items or neither, and only if the show has not changed since it was read.
        task Reserve {
            service "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems" {
                TransactItems: [
                    { Update: {
                        TableName: placeholder!("ShowsTable"),
                        Key: { show: { S: request.show } },
                        UpdateExpression: "SET seatsLeft = seatsLeft - :seats, revision = revision + :one",
                        ConditionExpression: "revision = :read",
                        ExpressionAttributeValues: {
                            ":seats": { N: request.seats.to_string() },
                            ":one": { N: "1" },
                            ":read": { N: show.revision.number }
                        }
                    } },
                    { Put: {
                        TableName: placeholder!("ReservationsTable"),
                        Item: {
                            id: { S: id },
                            show: { S: request.show },
                            guest: { S: request.guest },
                            seats: { N: request.seats.to_string() }
                        }
                    } }
                ]
            };
            catch "DynamoDb.TransactionCanceledException" => SomebodyWasFaster;
            next Done;
        }

        choice SomebodyWasFaster {
            when attempt < ATTEMPTS => { let attempt = attempt + 1; next Read; }
            otherwise => Busy;
        }

        succeed Done { Reservation { id, seats: request.seats } }
        fail NoSuchShow { "NoSuchShow", format!("there is no show {}", request.show) }
        fail SoldOut { "SoldOut", format!("{} seats are left", show.seats_left.number) }
        fail Busy { "Busy", format!("others were faster {ATTEMPTS} times") }
    }
}
