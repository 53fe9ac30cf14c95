//! Whole flows as ASL, one of each kind of state.

use crate::expr::{Binary, Expr, Pattern, Piece, error_field, error_name};
use crate::flow::{Arm, Body, Call, Catch, Edge, Flow, Jitter, Map, Retry, State, Wait};
use crate::shape::{Payload, Shape};
use crate::task::{Deploy, ErrorOutput};
use crate::workflow::{Binder, Workflow};
use crate::workflow::{Definition, Faults};
use crate::{MachineType, QueryLanguage, TaskError, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    items: Vec<Item>,
    #[serde(flatten)]
    customer: Customer,
    coupon: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    ship_at: String,
    delay: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Item {
    sku: String,
    quantity: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Customer {
    vip: bool,
    #[serde(rename = "e-mail")]
    email: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Payment {
    amount: f64,
    note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Decision {
    Approved { by: String },
    Refused { reason: String },
    Later,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
enum Outcome {
    Done,
    Partly(u32, Vec<String>),
    Failed { reason: Option<String> },
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    #[task_error(name = "CardDeclined")]
    Declined { reason: String },
}

#[task]
async fn validate_order(order: Order) -> Order;

#[task]
async fn charge_card(payment: Payment) -> Result<String, PaymentError>;

#[task]
async fn pack_item(item: Item, order_id: String) -> Outcome;

#[task(activity)]
async fn inspect(order: Order) -> bool;

#[task(context)]
async fn request_review(order: Order, task_token: String);

#[task]
async fn tick();

struct Fulfilment;

impl Workflow for Fulfilment {
    type Input = Order;
    type Output = Outcome;
    const NAME: &'static str = "Fulfilment";
    const TYPE: MachineType = MachineType::Standard;

    fn build() -> Result<Definition, Faults> {
        let flow = Flow::new(Self::NAME).state(State::succeed("Done"));
        flow.lower()
    }

    fn bind<B: Binder>(_: &mut B) {}
}

struct Quote;

impl Workflow for Quote {
    type Input = String;
    type Output = f64;
    const NAME: &'static str = "Quote";
    const TYPE: MachineType = MachineType::Express;

    fn build() -> Result<Definition, Faults> {
        let flow = Flow::new(Self::NAME).machine_type(Self::TYPE);
        flow.state(State::succeed("Done")).lower()
    }

    fn bind<B: Binder>(_: &mut B) {}
}

fn order() -> Expr {
    Expr::parameter()
}

/// A flow over an order, with these states.
fn flow(states: Vec<State>) -> Flow {
    let flow = Flow::new("Test").parameter("order", Order::shape);
    states.into_iter().fold(flow, Flow::state)
}

fn asl(flow: Flow) -> String {
    match flow.lower() {
        Ok(definition) => definition.to_json_pretty(),
        Err(faults) => panic!("{faults}"),
    }
}

fn faults(flow: Flow) -> Vec<String> {
    match flow.lower() {
        Ok(definition) => panic!("no fault in {definition}"),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

fn jsonpath(flow: Flow) -> Flow {
    flow.query_language(QueryLanguage::JsonPath)
}

fn charge() -> Call {
    Call::task::<charge_card>(vec![Expr::record::<Payment>(
        None,
        vec![("amount", order().field("total")), ("note", Expr::none())],
    )])
}

fn task_flow() -> Flow {
    flow(vec![
        State::task("Charge", charge())
            .comment("Charges the card, for ${amount}.")
            .assign("payment", Expr::result())
            .timeout(Expr::literal(30))
            .heartbeat(order().field("delay"))
            .credentials(Expr::literal("arn:aws:iam::123456789012:role/payer"))
            .retry(
                Retry::on(vec![error_name::<PaymentError>("GatewayTimeout")])
                    .interval(2)
                    .max_attempts(3)
                    .backoff_rate(1.5)
                    .max_delay(60)
                    .jitter(Jitter::Full),
            )
            .retry(Retry::on(vec!["States.ALL"]))
            .catch(Catch::on(
                vec![error_name::<PaymentError>("Declined")],
                Edge::to("Declined").assign("why", Expr::error_output().field("cause")),
            ))
            .next("Paid"),
        State::succeed("Paid").end_with(Expr::variable("payment")),
        State::fail("Declined"),
    ])
    .comment("Charges a card.")
    .timeout(Expr::literal(604_800))
    .lambda_retries()
}

#[test]
fn a_task() {
    let bound = flow(vec![
        State::task("Charge", charge())
            .catch(Catch::on(
                vec!["CardDeclined"],
                Edge::to("Declined")
                    .assign("reason", error_field::<PaymentError>("Declined", "reason")),
            ))
            .end(),
        State::fail("Declined")
            .error(Expr::literal("Declined"))
            .cause(Expr::variable("reason")),
    ]);
    insta::assert_snapshot!("task", asl(task_flow()));
    insta::assert_snapshot!("task_bound_field", asl(bound));
    insta::assert_snapshot!("task_jsonpath", asl(jsonpath(task_flow())));
}

#[test]
fn where_tasks_live() {
    let states = vec![
        State::task("Nothing", Call::task::<tick>(vec![])).next("Several"),
        State::task(
            "Several",
            Call::task::<pack_item>(vec![
                order().field("items").index(Expr::literal(0)),
                order().field("order_id"),
            ]),
        )
        .next("Activity"),
        State::task("Activity", Call::task::<inspect>(vec![order()])).end(),
    ];
    insta::assert_snapshot!("where_tasks_live", asl(flow(states.clone())));
    insta::assert_snapshot!(
        "where_tasks_live_jsonpath",
        asl(jsonpath(flow(states.clone())))
    );
    insta::assert_snapshot!(
        "deploy_activity",
        asl(flow(states).deploy(Deploy::Activity).lambda_retries())
    );
}

#[test]
fn a_task_token() {
    let review = |token: Expr| {
        flow(vec![
            State::task(
                "Review",
                Call::wait_for_task_token::<request_review>(vec![order(), token], Decision::shape),
            )
            .assign("decision", Expr::result())
            .next("Done"),
            State::succeed("Done").end_with(Expr::variable("decision")),
        ])
    };
    insta::assert_snapshot!("task_token", asl(review(Expr::task_token())));
    insta::assert_snapshot!(
        "task_token_jsonpath",
        asl(jsonpath(review(Expr::task_token())))
    );
    insta::assert_snapshot!(
        "refused_task_token_not_sent",
        faults(review(Expr::literal("x"))).join("\n")
    );
    insta::assert_snapshot!(
        "refused_task_token_in_express",
        faults(review(Expr::task_token()).machine_type(MachineType::Express)).join("\n")
    );
}

#[test]
fn services_and_nested_workflows() {
    let states = vec![
        State::task(
            "Send",
            Call::service_with_task_token(
                "arn:aws:states:::sqs:sendMessage",
                Some(vec![
                    ("QueueUrl".into(), Expr::placeholder("QueueUrl")),
                    (
                        "MessageBody".into(),
                        Expr::object(vec![
                            ("token".into(), Expr::task_token()),
                            ("price".into(), Expr::literal("costs ${price}")),
                        ]),
                    ),
                ]),
                None,
            ),
        )
        .next("Child"),
        State::task("Child", Call::workflow::<Fulfilment>(order()))
            .assign("fulfilled", Expr::result())
            .next("Start"),
        State::task("Start", Call::start_workflow::<Fulfilment>(order())).next("Quote"),
        State::task("Quote", Call::workflow::<Quote>(order().field("order_id")))
            .assign("price", Expr::result())
            .next("Done"),
        State::succeed("Done").end_with(Expr::tuple(vec![
            Expr::variable("fulfilled"),
            Expr::variable("price").binary(Binary::Mul, Expr::literal(2.0)),
        ])),
    ];
    insta::assert_snapshot!("services", asl(flow(states.clone())));
    insta::assert_snapshot!(
        "services_jsonpath",
        asl(jsonpath(
            flow(states[..3].to_vec()).state(
                State::task("Quote", Call::workflow::<Quote>(order().field("order_id")))
                    .query_language(QueryLanguage::Jsonata)
                    .end(),
            )
        ))
    );
    insta::assert_snapshot!(
        "refused_nested_in_express",
        faults(flow(states).machine_type(MachineType::Express)).join("\n")
    );
}

fn label() -> Expr {
    Expr::format(vec![
        Piece::Text("order ".into()),
        Piece::Value(order().field("order_id")),
    ])
}

#[test]
fn a_pass() {
    let states = |more: Expr| {
        vec![
            State::pass("Label")
                .assign("label", label())
                .assign("count", order().field("items").method("len", vec![]))
                .assign("more", more)
                .next("Last"),
            State::pass("Last").end_with(Expr::object(vec![
                ("label".into(), Expr::variable("label")),
                (
                    "fixed".into(),
                    Expr::literal(serde_json::json!({ "a": [1, null] })),
                ),
                ("items".into(), order().field("items")),
            ])),
        ]
    };
    insta::assert_snapshot!("pass", asl(flow(states(order().field("coupon")))));
    insta::assert_snapshot!(
        "pass_jsonpath",
        asl(jsonpath(flow(states(
            order().field("customer").field("email")
        ))))
    );
    insta::assert_snapshot!(
        "refused_option_in_jsonpath",
        faults(jsonpath(flow(states(order().field("coupon"))))).join("\n")
    );
}

#[test]
fn a_choice() {
    let large = order()
        .field("total")
        .binary(Binary::Gt, Expr::literal(1000.0));
    let vip = order().field("customer").field("vip");
    let not_vip = Expr::unary(crate::expr::Unary::Not, vip.clone());
    let states = vec![
        State::choice("Triage")
            .when(
                large.binary(Binary::And, not_vip),
                Edge::to("Review").assign("why", Expr::literal("large")),
            )
            .when(
                order().field("coupon").method("is_some", vec![]).binary(
                    Binary::Or,
                    order()
                        .field("order_id")
                        .binary(Binary::Eq, Expr::literal("test")),
                ),
                Edge::to("Done"),
            )
            .otherwise(Edge::to("Done").assign("why", Expr::literal("nothing"))),
        State::pass("Review").next("Strict"),
        State::choice("Strict")
            .when(vip, Edge::to("Done"))
            .no_default(),
        State::succeed("Done"),
    ];
    insta::assert_snapshot!("choice", asl(flow(states.clone())));
    insta::assert_snapshot!("choice_jsonpath", asl(jsonpath(flow(states))));
    let open = flow(vec![
        State::choice("Open").when(Expr::literal(true), Edge::to("Done")),
        State::succeed("Done"),
    ]);
    insta::assert_snapshot!("refused_choice_without_otherwise", faults(open).join("\n"));
}

#[test]
fn a_match() {
    let bind = |name: &'static str| Pattern::Bind(name.into());
    let states = vec![
        State::choice("Decide").match_on(
            Expr::variable("decision"),
            vec![
                Arm::new(
                    Pattern::Variant("Approved".into(), vec![("by".into(), bind("who"))]),
                    Some(Expr::local("who").binary(Binary::Ne, Expr::literal("robot"))),
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant("Refused".into(), vec![("reason".into(), bind("reason"))]),
                    None,
                    Edge::to("Done").assign(
                        "text",
                        Expr::local("reason").binary(Binary::Add, Expr::literal("!")),
                    ),
                ),
                Arm::new(Pattern::Wildcard, None, Edge::to("Result")),
            ],
        ),
        State::choice("Result").match_on(
            Expr::variable("outcome"),
            vec![
                Arm::new(
                    Pattern::Variant("Done".into(), vec![]),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant(
                        "Partly".into(),
                        vec![
                            (
                                "0".into(),
                                Pattern::Or(vec![
                                    Pattern::Literal(1.into()),
                                    Pattern::Literal(2.into()),
                                ]),
                            ),
                            ("1".into(), bind("left")),
                        ],
                    ),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant(
                        "Failed".into(),
                        vec![("reason".into(), Pattern::Some(Box::new(bind("cause"))))],
                    ),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant("Failed".into(), vec![("reason".into(), Pattern::None)]),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(bind("other"), None, Edge::to("Done")),
            ],
        ),
        State::succeed("Done"),
    ];
    let start = |states: Vec<State>| {
        let start = State::pass("Start")
            .assign(
                "decision",
                Expr::jsonata("$states.input.decision", Decision::shape),
            )
            .assign(
                "outcome",
                Expr::jsonata("$states.input.outcome", Outcome::shape),
            )
            .query_language(QueryLanguage::Jsonata)
            .next("Decide");
        flow(std::iter::once(start).chain(states).collect())
    };
    insta::assert_snapshot!("match", asl(start(states.clone())));
    let mut simple = states;
    // JSONPath puts no texts together in a condition's edge of its own kind; the rest is the same.
    simple[0] = State::choice("Decide").match_on(
        Expr::variable("decision"),
        vec![
            Arm::new(
                Pattern::Variant("Refused".into(), vec![("reason".into(), bind("reason"))]),
                Some(Expr::local("reason").binary(Binary::Eq, Expr::literal("late"))),
                Edge::to("Done"),
            ),
            Arm::new(Pattern::Wildcard, None, Edge::to("Result")),
        ],
    );
    insta::assert_snapshot!("match_jsonpath", asl(jsonpath(start(simple))));
}

#[test]
fn a_wait() {
    let states = vec![
        State::wait("Pause", Wait::seconds(Expr::literal(300))).next("Backoff"),
        State::wait("Backoff", Wait::seconds(order().field("delay"))).next("Ship"),
        State::wait("Ship", Wait::timestamp(order().field("ship_at"))).next("NewYear"),
        State::wait(
            "NewYear",
            Wait::timestamp(Expr::literal("2027-01-01T00:00:00Z")),
        )
        .end_with(order()),
    ];
    insta::assert_snapshot!("wait", asl(flow(states.clone())));
    insta::assert_snapshot!("wait_jsonpath", asl(jsonpath(flow(states))));
}

#[test]
fn a_succeed_and_a_fail() {
    let states = |value: Expr| {
        vec![
            State::choice("Which")
                .when(order().field("customer").field("vip"), Edge::to("Done"))
                .when(
                    order()
                        .field("total")
                        .binary(Binary::Lt, Expr::literal(0.0)),
                    Edge::to("Bad"),
                )
                .otherwise(Edge::to("Worse")),
            State::succeed("Done").end_with(value),
            State::fail("Bad")
                .error(Expr::literal("Bad"))
                .cause(label()),
            State::fail("Worse"),
        ]
    };
    let record = Expr::record::<Payment>(
        None,
        vec![
            ("amount", order().field("total")),
            ("note", Expr::some(order().field("order_id"))),
        ],
    );
    insta::assert_snapshot!("succeed_and_fail", asl(flow(states(record.clone()))));
    insta::assert_snapshot!(
        "succeed_and_fail_jsonpath",
        asl(jsonpath(flow(states(order().field("items")))))
    );
    insta::assert_snapshot!(
        "refused_succeed_built_in_jsonpath",
        faults(jsonpath(flow(states(record)))).join("\n")
    );
}

fn pack() -> State {
    State::map(
        "Pack",
        Map::over(order().field("items"), "item")
            .max_concurrency(Expr::literal(10))
            .body(Body::new(vec![
                State::task(
                    "PackItem",
                    Call::task::<pack_item>(vec![Expr::item("item"), order().field("order_id")]),
                )
                .catch(Catch::on(vec!["States.ALL"], Edge::to("Skip")))
                .assign("outcome", Expr::result())
                .next("Label"),
                State::pass("Skip").end_with(Expr::tuple(vec![
                    Expr::item("item").field("sku"),
                    Expr::none(),
                ])),
                State::pass("Label").end_with(Expr::tuple(vec![
                    Expr::item("item").field("sku"),
                    Expr::some(Expr::variable("outcome")),
                ])),
            ])),
    )
}

#[test]
fn a_parallel_and_a_map() {
    let states = vec![
        State::parallel(
            "Fulfil",
            vec![
                Body::new(vec![pack().end()]),
                Body::new(vec![State::task("Charge", charge()).end()]),
            ],
        )
        .assign("packed", Expr::result().tuple_field(0))
        .assign("payment", Expr::result().tuple_field(1))
        .retry(Retry::on(vec!["States.Timeout"]).max_attempts(0))
        .catch(Catch::on(
            vec!["States.ALL"],
            Edge::to("Failed").assign("error", Expr::error_output()),
        ))
        .next("Done"),
        State::succeed("Done").end_with(Expr::object(vec![
            (
                "count".into(),
                Expr::variable("packed").method("len", vec![]),
            ),
            (
                "first".into(),
                Expr::variable("packed").method("first", vec![]),
            ),
            ("payment".into(), Expr::variable("payment")),
        ])),
        State::fail("Failed").error(
            Expr::variable("error")
                .field("error")
                .method("unwrap_or", vec![Expr::literal("?")]),
        ),
    ];
    insta::assert_snapshot!("parallel_and_map", asl(flow(states)));
}

#[test]
fn a_map_in_jsonpath_hands_its_item_on_from_a_state_that_forwards_it() {
    let map = |first: State| {
        flow(vec![
            State::map(
                "Each",
                Map::over(order().field("items"), "item").body(Body::new(vec![
                    first.next("Second"),
                    State::task(
                        "Second",
                        Call::task::<pack_item>(vec![
                            Expr::item("item"),
                            order().field("order_id"),
                        ]),
                    )
                    .end(),
                ])),
            )
            .end(),
        ])
    };
    insta::assert_snapshot!("map_jsonpath", asl(jsonpath(map(State::pass("First")))));
    let task = State::task("First", Call::task::<tick>(vec![]));
    insta::assert_snapshot!(
        "refused_map_item_in_jsonpath",
        faults(jsonpath(map(task.clone()))).join("\n")
    );
    // Mixed: the first state is JSONata, so it can.
    insta::assert_snapshot!(
        "map_mixed",
        asl(jsonpath(map(task.query_language(QueryLanguage::Jsonata))))
    );
}

#[test]
fn a_map_refuses_what_its_item_cannot_mean() {
    let nested = flow(vec![
        State::map(
            "Outer",
            Map::over(order().field("items"), "outer").body(Body::new(vec![
                State::map(
                    "Inner",
                    Map::over(order().field("notes"), "inner")
                        .body(Body::new(vec![State::pass("Use").end_with(Expr::tuple(
                            vec![Expr::item("outer"), Expr::item("inner")],
                        ))])),
                )
                .end(),
            ])),
        )
        .end(),
    ]);
    insta::assert_snapshot!(
        "refused_map_item_in_nested_first_state",
        faults(nested).join("\n")
    );
    let loops = flow(vec![
        State::map(
            "Outer",
            Map::over(order().field("items"), "item").body(Body::new(vec![
                State::pass("First")
                    .assign("a", Expr::item("item"))
                    .next("Back"),
                State::wait("Back", Wait::seconds(Expr::literal(1))).next("First"),
            ])),
        )
        .end(),
    ]);
    insta::assert_snapshot!("refused_map_item_in_loop", faults(loops).join("\n"));
    let no_list = flow(vec![
        State::map(
            "M",
            Map::over(order().field("total"), "x").body(Body::new(vec![State::succeed("S")])),
        )
        .end(),
    ]);
    insta::assert_snapshot!("refused_map_over_a_number", faults(no_list).join("\n"));
}

#[test]
fn raw_fields_stand_as_written_and_win() {
    let flow = flow(vec![
        State::task("Charge", charge())
            .raw("Comment", Expr::literal("raw"))
            .raw("Output", Expr::literal("{% $states.result.Payload.x %}"))
            .raw("TimeoutSeconds", Expr::literal(5))
            .end(),
    ])
    .raw("Version", Expr::literal("1.0"));
    insta::assert_snapshot!("raw", asl(flow));
}

#[test]
fn a_variable_in_a_loop_has_its_shape() {
    let flow = flow(vec![
        State::pass("Start")
            .assign("attempt", Expr::literal(0))
            .next("Again"),
        State::choice("Again")
            .when(
                Expr::variable("attempt").binary(Binary::Lt, Expr::literal(10)),
                Edge::to("Again").assign(
                    "attempt",
                    Expr::variable("attempt").binary(Binary::Add, Expr::literal(1)),
                ),
            )
            .otherwise(Edge::to("Half")),
        State::pass("Half")
            .end_with(Expr::variable("attempt").binary(Binary::Div, Expr::literal(2))),
    ]);
    insta::assert_snapshot!("loop", asl(flow));
}

#[test]
fn a_variable_that_grows_in_a_loop_ends_the_search_for_its_shape() {
    let again = State::pass("Again")
        .assign("x", Expr::array(vec![Expr::variable("x")]))
        .next("Enough");
    let enough = State::choice("Enough")
        .when(order().field("customer").field("vip"), Edge::to("Again"))
        .otherwise(Edge::to("Done"));
    let first = State::pass("First")
        .assign("x", Expr::literal(1))
        .next("Again");
    let done = State::succeed("Done");
    let asl = asl(flow(vec![first, again, enough, done]));
    assert!(asl.contains("{% $x %}"), "{asl}");
}

#[test]
fn known_types_win_over_the_values_that_are_assigned() {
    let best = State::pass("First")
        .assign("best", Expr::none())
        .next("Last");
    let last = State::succeed("Last").end_with(Expr::variable("best").field("order_id"));
    let flow = flow(vec![best, last]).variables(vec![("best".into(), <Order as Payload>::shape)]);
    let asl = asl(flow);
    assert!(asl.contains("$best.orderId"), "{asl}");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let flow = flow(vec![
        State::pass("A")
            .retry(Retry::on(vec!["x"]))
            .assign("states", Expr::literal(1))
            .next("Nowhere"),
        State::pass("A").assign("x", Expr::variable("unknown")),
        State::pass("B")
            .assign(
                "total",
                order()
                    .field("items")
                    .method("iter", vec![])
                    .method(
                        "map",
                        vec![Expr::closure(vec!["i"], Expr::local("i").field("quantity"))],
                    )
                    .method("sum", vec![]),
            )
            .assign("length", order().field("order_id").method("len", vec![]))
            .assign("own", order().method("discount", vec![]))
            .assign(
                "big",
                Expr::literal(1).binary(Binary::Add, Expr::literal(9_007_199_254_740_993_i64)),
            )
            .assign("call", Expr::function("std::env::var", vec![]))
            .end_with(Expr::path("$.a", || Shape::Any)),
        State::pass("Before")
            .assign("sum", Expr::literal(1))
            .next("B"),
        State::parallel(
            "P",
            vec![Body::new(vec![
                State::pass("C").assign("sum", Expr::literal(1)).next("A"),
            ])],
        )
        .end(),
        State::choice("Empty"),
    ]);
    insta::assert_snapshot!("refused_everything_at_once", faults(flow).join("\n"));
}

#[test]
fn emitted_text_survives_template_engines() {
    let flow = flow(vec![
        State::pass("Text")
            .assign("a", Expr::literal("${x} 100%{y} {% z %}"))
            .assign(
                "b",
                Expr::literal(serde_json::json!({ "k${v}": "it's \"quoted\" ${x}\n" })),
            )
            .assign("c", Expr::placeholder("TableName"))
            .assign(
                "d",
                Expr::format(vec![
                    Piece::Text("{".into()),
                    Piece::Value(order().field("delay").binary(Binary::Rem, Expr::literal(7))),
                    Piece::Text("}".into()),
                ]),
            )
            .end(),
    ]);
    let text = asl(flow);
    insta::assert_snapshot!("survives", text);
    assert_eq!(text.matches("${").count(), 1, "only the placeholder");
    assert!(!text.contains("%{"));
}

#[test]
fn the_error_output_has_its_own_names() {
    assert_eq!(Shape::disagreements::<ErrorOutput>(), Vec::<String>::new());
}

#[test]
fn what_aws_would_refuse_is_a_fault_too() {
    let flow = flow(vec![
        State::pass("A").next("B"),
        State::succeed("B"),
        State::task("Lonely", charge())
            .retry(Retry::on(vec!["x"]).interval(0))
            .raw("Colour", Expr::literal("red"))
            .next("B"),
    ]);
    insta::assert_snapshot!("refused_by_the_validator", faults(flow).join("\n"));
}
