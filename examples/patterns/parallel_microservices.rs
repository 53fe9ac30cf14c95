//! Parallel microservices: an Express workflow calls several services concurrently for the parts of
//! a page. The page needs the product and its stock; if reviews or recommendations are late or
//! fail, the page omits them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Visit {
    pub product: String,
    pub visitor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Product {
    pub id: String,
    pub title: String,
    pub cents: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Stock {
    pub pieces: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Review {
    pub stars: u8,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub product: Product,
    pub is_available: bool,
    pub reviews: Vec<Review>,
    pub recommended: Vec<Product>,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum CatalogError {
    #[error("there is no product {id}")]
    Unknown { id: String },
}

#[task]
pub async fn find_product(id: String) -> Result<Product, CatalogError>;
#[task]
pub async fn count_stock(id: String) -> Stock;
#[task]
pub async fn newest_reviews(product: String, most: u32) -> Vec<Review>;
#[task]
pub async fn recommend(visit: Visit) -> Vec<Product>;

workflow! {
    /// Returns the parts of a product's page. A visitor waits for the page, so each transient failure is retried only once.
    pub workflow ProductPage(visit: Visit) -> Page {
        express;
        timeout 5s;

        parallel Collect {
            let (product, stock, reviews, recommended) =
                branch {
                    task FindProduct {
                        let product = find_product(visit.product);
                        retry "Lambda.ServiceException" | "Lambda.AWSLambdaException" | "Lambda.SdkClientException" (interval: 1s, max_attempts: 1);
                        end product;
                    }
                }
                branch {
                    task CountStock {
                        let stock = count_stock(visit.product);
                        retry "Lambda.ServiceException" | "Lambda.AWSLambdaException" | "Lambda.SdkClientException" (interval: 1s, max_attempts: 1);
                        end stock;
                    }
                }
                branch {
                    task NewestReviews {
                        let reviews = newest_reviews(visit.product, 3);
                        timeout 1s;
                        retry "Lambda.ServiceException" | "Lambda.AWSLambdaException" | "Lambda.SdkClientException" (interval: 1s, max_attempts: 1);
                        catch States::ALL => NoReviews;
                        end reviews;
                    }
                    pass NoReviews { end Vec::<Review>::new(); }
                }
                branch {
                    task Recommend {
                        let products = recommend(visit);
                        timeout 1s;
                        retry "Lambda.ServiceException" | "Lambda.AWSLambdaException" | "Lambda.SdkClientException" (interval: 1s, max_attempts: 1);
                        catch States::ALL => NoRecommendations;
                        end products;
                    }
                    pass NoRecommendations { end Vec::<Product>::new(); }
                };
            catch CatalogError::Unknown { id } => NotFound;
            next Done;
        }

        succeed Done { Page { product, is_available: stock.pieces > 0, reviews, recommended } }
        fail NotFound { "NotFound", format!("there is no product {id}") }
    }
}
