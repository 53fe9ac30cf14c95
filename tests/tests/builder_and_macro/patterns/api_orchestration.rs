use super::super::domain::same;
use super::{known, named, read};
use stepwright::builder::{AnyInput, Body, Expression, FlowBuilder, Retry, States};
use stepwright::expr;
use stepwright_examples::patterns::api_orchestration::{
    Answered, Customer, Price, PriceQuote, Quote, QuoteRequest,
};

fn busy() -> Retry<States> {
    let codes = ["States.Http.StatusCode.429", "States.Http.StatusCode.503"];
    Retry::on(named(codes))
        .interval(1)
        .max_attempts(2)
        .backoff_rate(2.0)
        .full_jitter()
}

#[test]
fn builder_and_macro_agree_on_api_orchestration() {
    let flow = FlowBuilder::<QuoteRequest, Quote>::new("PriceQuote")
        .comment("Returns the price of an article for this customer.")
        .express()
        .timeout(25);
    let request = flow.parameter("request");
    let (customer, price) = (
        flow.variable::<Customer>("customer"),
        flow.variable::<Price>("price"),
    );
    let (ask, done) = (flow.step("Ask"), flow.step("Done"));
    let (no_such_article, try_later) = (flow.step("NoSuchArticle"), flow.step("TryLater"));
    flow.start_at(&ask);

    let crm = Body::<AnyInput, Customer>::new();
    let (ask_crm, unknown) = (crm.step("AskCrm"), crm.step("Unknown"));
    crm.start_at(&ask_crm);
    let url = read!([request] format!("https://{}/customers/{}", placeholder!("CrmHost"), request.customer));
    let connection = read!([] placeholder!("CrmConnectionArn"));
    crm.service::<_, Answered<Customer>, _>(
        &ask_crm,
        "arn:aws:states:::http:invoke",
        [
            ("ApiEndpoint", url),
            ("Method", known("GET")),
            (
                "Authentication",
                Expression::object([("ConnectionArn", connection)]),
            ),
        ],
    )
    .timeout(5)
    .retry(busy())
    .catch(named(["States.Http.StatusCode.404"]), &unknown)
    .output(expr!(
        |_: AnyInput, answered: Answered<Customer>| answered.response_body
    ))
    .end();
    crm.pass(
        &unknown,
        expr!(|_: AnyInput| Customer {
            segment: "new".to_string(),
            discount: 0.0
        }),
    )
    .end();

    let shop = Body::<AnyInput, Price>::new();
    let ask_shop = shop.step("AskShop");
    shop.start_at(&ask_shop);
    let connection = read!([] placeholder!("ShopConnectionArn"));
    let body = [
        ("article", read!([request] request.article)),
        ("quantity", read!([request] request.quantity)),
    ];
    shop.service::<_, Answered<Price>, _>(
        &ask_shop,
        "arn:aws:states:::http:invoke",
        [
            (
                "ApiEndpoint",
                read!([] format!("https://{}/prices", placeholder!("ShopHost"))),
            ),
            ("Method", known("POST")),
            (
                "Authentication",
                Expression::object([("ConnectionArn", connection)]),
            ),
            ("RequestBody", Expression::object(body)),
        ],
    )
    .timeout(5)
    .retry(busy())
    .output(expr!(
        |_: AnyInput, answered: Answered<Price>| answered.response_body
    ))
    .end();

    flow.parallel(&ask, (crm, shop))
        .bind((&customer, &price))
        .catch(named(["States.Http.StatusCode.404"]), &no_such_article)
        .catch(States::ALL, &try_later)
        .next(&done);
    flow.succeed_with(
        &done,
        expr!(
            [price, customer]
                || Quote {
                    cents: (price.cents * (1.0 - customer.discount)).round(),
                    currency: price.currency,
                    segment: customer.segment
                }
        ),
    );
    flow.fail(
        &no_such_article,
        "NoSuchArticle",
        expr!([request] || format!("there is no article {}", request.article)),
    );
    flow.fail(
        &try_later,
        "TryLater",
        "a price cannot be had at the moment",
    );
    same::<PriceQuote, _, _>(&flow.build().unwrap());
}
