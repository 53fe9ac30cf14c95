use std::time::Duration;

use stepwright_examples::patterns::parallel_microservices::{
    CatalogError, Page, Product, ProductPage, Review, Stock, Visit, count_stock, find_product,
    newest_reviews, recommend,
};
use stepwright_runtime::testing::{Mock, Mocks, expect};

use super::run;

fn visit() -> Visit {
    Visit {
        product: "loom".to_owned(),
        visitor: Some("Ada".to_owned()),
    }
}

fn product(id: &str) -> Product {
    Product {
        id: id.to_owned(),
        title: format!("a {id}"),
        cents: 9_900,
    }
}

fn review() -> Review {
    Review {
        stars: 5,
        text: "it weaves".to_owned(),
    }
}

/// The services, each of which answers after half a second.
fn services() -> Mocks {
    let half = Duration::from_millis(500);
    Mocks::new()
        .task::<find_product>(Mock::returns(product("loom")).after(half))
        .task::<count_stock>(Mock::returns(Stock { pieces: 2 }).after(half))
        .task::<newest_reviews>(Mock::returns(vec![review()]).after(half))
        .task::<recommend>(Mock::returns(vec![product("yarn")]).after(half))
}

#[tokio::test]
async fn the_page_takes_as_long_as_its_slowest_part() {
    let report = run::<ProductPage>(services(), visit()).await;
    expect(&report)
        .output(Page {
            product: product("loom"),
            is_available: true,
            reviews: vec![review()],
            recommended: vec![product("yarn")],
        })
        .task_calls::<newest_reviews>([("loom".to_owned(), 3)])
        .took(Duration::from_millis(500));
}

#[tokio::test]
async fn a_late_or_broken_optional_part_is_left_out() {
    let mocks = services()
        .task::<newest_reviews>(Mock::never())
        .task::<recommend>(Mock::failure("Lambda.Unknown", "out of memory"));
    let report = run::<ProductPage>(mocks, visit()).await;
    expect(&report)
        .output(Page {
            product: product("loom"),
            is_available: true,
            reviews: vec![],
            recommended: vec![],
        })
        .entered("NoReviews")
        .entered("NoRecommendations")
        .took(Duration::from_secs(1));
}

#[tokio::test]
async fn an_unknown_product_fails_with_not_found() {
    let unknown = Mock::fails(CatalogError::Unknown {
        id: "loom".to_owned(),
    });
    // The others have begun when the answer comes.
    let mocks = services().task::<find_product>(unknown.after(Duration::from_millis(100)));
    let report = run::<ProductPage>(mocks, visit()).await;
    expect(&report)
        .failed("NotFound")
        .cause("there is no product loom")
        .took(Duration::from_millis(100));
}

#[tokio::test]
async fn a_required_part_is_retried_once() {
    let broken = || Mock::failure("Lambda.ServiceException", "try again");
    let once = broken().times(1).then(Mock::returns(Stock { pieces: 0 }));
    let report = run::<ProductPage>(services().task::<count_stock>(once), visit()).await;
    expect(&report).succeeded().task_called::<count_stock>(2);

    let report = run::<ProductPage>(services().task::<count_stock>(broken()), visit()).await;
    expect(&report)
        .failed("Lambda.ServiceException")
        .task_called::<count_stock>(2);
}
