use super::super::domain::same;
use super::lambda_once;
use stepwright::builder::{AnyInput, Body, FlowBuilder, States};
use stepwright::{errors, expr};
use stepwright_examples::patterns::parallel_microservices::{
    CatalogError, Page, Product, ProductPage, Review, Stock, Visit, count_stock, find_product,
    newest_reviews, recommend,
};

#[test]
fn parallel_microservices_are_the_same() {
    let flow = FlowBuilder::<Visit, Page>::new("ProductPage")
        .comment("Returns the parts of a product's page. A visitor waits for the page, so each transient failure is retried only once.")
        .express()
        .timeout(5);
    let visit = flow.parameter("visit");
    let (product, stock) = (
        flow.variable::<Product>("product"),
        flow.variable::<Stock>("stock"),
    );
    let (reviews, recommended) = (
        flow.variable::<Vec<Review>>("reviews"),
        flow.variable::<Vec<Product>>("recommended"),
    );
    let id = flow.variable::<String>("id");
    let (collect, done, not_found) = (
        flow.step("Collect"),
        flow.step("Done"),
        flow.step("NotFound"),
    );
    flow.start_at(&collect);

    let finding = Body::<AnyInput, Product>::new();
    let state = finding.step("FindProduct");
    finding.start_at(&state);
    finding
        .task_with(&state, find_product {}, expr!([visit] || visit.product))
        .retry(lambda_once())
        .end();
    let counting = Body::<AnyInput, Stock>::new();
    let state = counting.step("CountStock");
    counting.start_at(&state);
    counting
        .task_with(&state, count_stock {}, expr!([visit] || visit.product))
        .retry(lambda_once())
        .end();
    let reviewing = Body::<AnyInput, Vec<Review>>::new();
    let (state, none) = (reviewing.step("NewestReviews"), reviewing.step("NoReviews"));
    reviewing.start_at(&state);
    reviewing
        .task_with(
            &state,
            newest_reviews {},
            expr!([visit] || (visit.product, 3)),
        )
        .timeout(1)
        .retry(lambda_once())
        .catch(States::ALL, &none)
        .end();
    reviewing
        .pass(&none, expr!(|_: AnyInput| Vec::<Review>::new()))
        .end();
    let recommending = Body::<AnyInput, Vec<Product>>::new();
    let (state, none) = (
        recommending.step("Recommend"),
        recommending.step("NoRecommendations"),
    );
    recommending.start_at(&state);
    recommending
        .task_with(&state, recommend {}, expr!([visit] || visit))
        .timeout(1)
        .retry(lambda_once())
        .catch(States::ALL, &none)
        .end();
    recommending
        .pass(&none, expr!(|_: AnyInput| Vec::<Product>::new()))
        .end();

    flow.parallel(&collect, (finding, counting, reviewing, recommending))
        .bind((&product, &stock, &reviews, &recommended))
        .catch(
            errors!(CatalogError::Unknown { id }),
            not_found.binding(&id),
        )
        .next(&done);
    flow.succeed_with(
        &done,
        expr!(
            [product, stock, reviews, recommended]
                || Page {
                    product,
                    is_available: stock.pieces > 0,
                    reviews,
                    recommended
                }
        ),
    );
    flow.fail(
        &not_found,
        "NotFound",
        expr!([id] || format!("there is no product {id}")),
    );
    same::<ProductPage, _, _>(&flow.build().unwrap());
}
