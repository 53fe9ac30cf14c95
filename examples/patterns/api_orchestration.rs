//! API orchestration: an Express workflow behind an API calls external HTTP APIs without a Lambda.
//! EventBridge connections store the keys. The workflow retries a busy API; an unknown customer is
//! a result, not a failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct QuoteRequest {
    pub customer: String,
    pub article: String,
    pub quantity: u32,
}

/// A customer's data in the CRM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Customer {
    pub segment: String,
    pub discount: f64,
}

/// The shop's price of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Price {
    pub cents: f64,
    pub currency: String,
}

/// The result of an HTTP task. It also contains the status code and the headers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Answered<T> {
    pub response_body: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Quote {
    pub cents: f64,
    pub currency: String,
    pub segment: String,
}

workflow! {
    /// Returns the price of an article for this customer.
    pub workflow PriceQuote(request: QuoteRequest) -> Quote {
        express;
        timeout 25s;

        parallel Ask {
            let (customer, price) =
                branch {
                    task AskCrm {
                        let answered: Answered<Customer> = service "arn:aws:states:::http:invoke" {
                            ApiEndpoint: format!("https://{}/customers/{}", placeholder!("CrmHost"), request.customer),
                            Method: "GET",
                            Authentication: { ConnectionArn: placeholder!("CrmConnectionArn") }
                        };
                        let customer = answered.response_body;
                        timeout 5s;
                        retry "States.Http.StatusCode.429" | "States.Http.StatusCode.503" (interval: 1s, max_attempts: 2, backoff_rate: 2.0, jitter: full);
                        catch "States.Http.StatusCode.404" => Unknown;
                        end customer;
                    }
                    pass Unknown { end Customer { segment: "new".to_string(), discount: 0.0 }; }
                }
                branch {
                    task AskShop {
                        let answered: Answered<Price> = service "arn:aws:states:::http:invoke" {
                            ApiEndpoint: format!("https://{}/prices", placeholder!("ShopHost")),
                            Method: "POST",
                            Authentication: { ConnectionArn: placeholder!("ShopConnectionArn") },
                            RequestBody: { article: request.article, quantity: request.quantity }
                        };
                        let price = answered.response_body;
                        timeout 5s;
                        retry "States.Http.StatusCode.429" | "States.Http.StatusCode.503" (interval: 1s, max_attempts: 2, backoff_rate: 2.0, jitter: full);
                        end price;
                    }
                };
            catch "States.Http.StatusCode.404" => NoSuchArticle;
            catch States::ALL => TryLater;
            next Done;
        }

        succeed Done {
            Quote {
                cents: (price.cents * (1.0 - customer.discount)).round(),
                currency: price.currency,
                segment: customer.segment
            }
        }
        fail NoSuchArticle { "NoSuchArticle", format!("there is no article {}", request.article) }
        fail TryLater { "TryLater", "a price cannot be had at the moment" }
    }
}
