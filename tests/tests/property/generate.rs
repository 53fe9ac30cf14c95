//! Random definitions: both query languages, all types of states, nested Maps and Parallels.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

/// The states of a scope, before they have names.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    states: Vec<State>,
}

#[derive(Clone, Debug)]
struct State {
    kind: Kind,
    /// The next state, or none: an index, modulo the number of states plus one.
    next: usize,
    is_jsonata: bool,
    fields: Fields,
}

#[derive(Clone, Debug)]
enum Kind {
    Pass,
    Task(usize),
    Choice(Vec<(Json, Json, usize)>),
    Wait(Json),
    Succeed,
    Fail,
    Parallel(Vec<Scope>),
    Map(Scope, bool),
}

/// Common fields of several types of states.
#[derive(Clone, Debug)]
struct Fields {
    paths: Vec<(usize, Json)>,
    template: Option<Json>,
    assign: Option<Json>,
    number: Option<usize>,
    retry: bool,
    catch: Option<usize>,
}

fn path() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        "$",
        "$.a",
        "$.a.b",
        "$.xs",
        "$.xs[0]",
        "$.xs[9]",
        "$.n",
        "$.no.such",
        "$v",
        "$v.a",
        "$$.Execution.Input",
        "$$.State.EnteredTime",
        "$.xs[*]",
        "$.xs[?(@.k > 1)].k",
        "$..a",
        "$$.Map.Item.Value",
        "$$.Map.Item.Index",
        "$$.State.RetryCount",
        "$$.Task.Token",
        "$$",
    ])
    .prop_map(Json::from)
}

fn call() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        "States.Format('{}-{}', $.a, $.n)",
        "States.MathAdd($.n, 1)",
        "States.Array($.a, $$.Execution.Name, 1.5)",
        "States.ArrayRange(1, $.n, 1)",
        "States.StringToJson('{\"a\": 1}')",
        "States.JsonToString($)",
        "States.UUID()",
        "States.MathRandom(1, 10)",
        "States.Hash($.s, 'MD5')",
    ])
    .prop_map(Json::from)
}

fn expression() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        "$states.input",
        "$states.input.a",
        "$states.input.no.such",
        "$v",
        "$v.a + 1",
        "$states.input.n * 2",
        "1/0",
        "[1..5]",
        "$states.context.Execution.Name",
        "$states.context.Map.Item.Index",
        "$states.context.State.RetryCount",
        "$states.context",
        "$toMillis('12:30', '[H]:[m]')",
        "$states.input.xs[k > 1].k",
        "$uuid()",
        "$random()",
        "$now()",
        "$string($states.input)",
        "$merge([$states.input, {'z': 1}])",
        "{'a': $states.input, 'b': $states.input}",
        "function($x) { $x }",
        "($f := function($n) { $n > 50 ? $n : $f($n + 1) }; $f(1))",
        "true",
        "$states.input.n > 1",
        "3",
        "-1",
        "'text'",
        "$sum($states.input.xs.k)",
        "$error('no')",
    ])
    .prop_map(|source| Json::from(format!("{{% {source} %}}")))
}

/// A template of a language: literals and evaluated members, nested.
fn template(is_jsonata: bool) -> BoxedStrategy<Json> {
    let evaluated = if is_jsonata {
        expression().boxed()
    } else {
        prop_oneof![path(), call()].boxed()
    };
    let literal = prop::sample::select(vec![
        json!(1),
        json!("$.a"),
        json!([1, {"x": null}]),
        json!({}),
    ]);
    let member = prop_oneof![
        3 => evaluated.prop_map(|value| (true, value)),
        1 => literal.prop_map(|value| (false, value)),
    ];
    prop::collection::vec(member, 0..4)
        .prop_map(move |members| {
            let members = members
                .into_iter()
                .enumerate()
                .map(|(index, (evaluated, value))| {
                    let key = ["a", "n", "xs", "s"][index % 4];
                    let suffix = if evaluated && !is_jsonata { ".$" } else { "" };
                    (format!("{key}{suffix}"), value)
                });
            Json::Object(members.collect::<Map<_, _>>())
        })
        .boxed()
}

fn fields(is_jsonata: bool) -> impl Strategy<Value = Fields> {
    let selection = if is_jsonata {
        expression().boxed()
    } else {
        path().boxed()
    };
    (
        prop::collection::vec((0..4usize, selection), 0..3),
        prop::option::of(template(is_jsonata)),
        prop::option::weighted(0.3, template(is_jsonata)),
        prop::option::weighted(0.3, 0..8usize),
        prop::bool::weighted(0.4),
        prop::option::weighted(0.5, 0..8usize),
    )
        .prop_map(|(paths, template, assign, number, retry, catch)| Fields {
            paths,
            template,
            assign,
            number,
            retry,
            catch,
        })
}

fn wait() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!({"Seconds": 0}),
        json!({"Seconds": 30}),
        json!({"Seconds": 99_999_999}),
        json!({"Timestamp": "2026-01-02T00:00:00Z"}),
        json!({"SecondsPath": "$.n"}),
        json!({"TimestampPath": "$.a"}),
    ])
}

fn rule() -> impl Strategy<Value = (Json, Json, usize)> {
    let path = prop::sample::select(vec![
        json!({"Variable": "$.n", "NumericGreaterThan": 1}),
        json!({"Variable": "$.a", "IsPresent": true}),
        json!({"And": [{"Variable": "$.s", "IsString": true}, {"Not": {"Variable": "$.s", "StringMatches": "t*"}}]}),
        json!({"Or": [{"Variable": "$v", "IsPresent": false}, {"Variable": "$.a", "NumericEqualsPath": "$.n"}]}),
        json!({"Variable": "$$.State.EnteredTime", "TimestampLessThan": "2026-02-01T00:00:00Z"}),
    ]);
    (path, expression(), 0..8usize)
}

/// Returns a scope with Maps and Parallels up to the depth `depth`.
pub(crate) fn scope(depth: u32) -> BoxedStrategy<Scope> {
    let simple = prop_oneof![
        4 => Just(Kind::Pass),
        4 => (0..RESOURCES.len()).prop_map(Kind::Task),
        2 => prop::collection::vec(rule(), 1..3).prop_map(Kind::Choice),
        1 => wait().prop_map(Kind::Wait),
        1 => Just(Kind::Succeed),
        1 => Just(Kind::Fail),
    ];
    let kind = if depth == 0 {
        simple.boxed()
    } else {
        let inner = scope(depth - 1);
        prop_oneof![
            12 => simple,
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(Kind::Parallel),
            1 => (inner, prop::bool::weighted(0.2)).prop_map(|(scope, distributed)| Kind::Map(scope, distributed)),
        ]
        .boxed()
    };
    let state = (kind, 0..8usize, any::<bool>()).prop_flat_map(|(kind, next, is_jsonata)| {
        fields(is_jsonata).prop_map(move |fields| State {
            kind: kind.clone(),
            next,
            is_jsonata,
            fields,
        })
    });
    prop::collection::vec(state, 1..5)
        .prop_map(|states| Scope { states })
        .boxed()
}

const RESOURCES: [&str; 7] = [
    "arn:aws:lambda:us-east-1:123456789012:function:f",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:us-east-1:123456789012:activity:open",
    "arn:aws:states:::aws-sdk:dynamodb:getItem",
    "arn:aws:states:::ecs:runTask.sync",
    // Starts the machine itself.
    "arn:aws:states:::states:startExecution.sync:2",
];

impl Scope {
    /// The machine.
    pub(crate) fn definition(&self) -> Json {
        let mut definition = self.json(&mut 0);
        definition["TimeoutSeconds"] = json!(10_000_000);
        definition
    }

    fn json(&self, names: &mut u32) -> Json {
        let own: Vec<String> = self
            .states
            .iter()
            .map(|_| {
                *names += 1;
                format!("S{names}")
            })
            .collect();
        let target = |index: usize| own.get(index % (own.len() + 1));
        let target_or_first = |index: usize| target(index).unwrap_or(&own[0]).clone();
        let mut states = Map::new();
        for (state, name) in self.states.iter().zip(&own) {
            let mut json = state.json(names, &target_or_first);
            let ends = matches!(state.kind, Kind::Succeed | Kind::Fail | Kind::Choice(_));
            match target(state.next) {
                _ if ends => {}
                Some(next) => json["Next"] = json!(next),
                None => json["End"] = json!(true),
            }
            states.insert(name.clone(), json);
        }
        json!({"StartAt": own[0], "States": states})
    }
}

impl State {
    fn json(&self, names: &mut u32, target: &dyn Fn(usize) -> String) -> Json {
        let fields = &self.fields;
        let mut json = json!({});
        let is_jsonata = self.is_jsonata;
        let template_field = if is_jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        let mut works = false;
        match &self.kind {
            Kind::Pass => {
                json["Type"] = json!("Pass");
                if !is_jsonata && let Some(template) = &fields.template {
                    json["Parameters"] = template.clone();
                }
            }
            Kind::Task(resource) => {
                works = true;
                json["Type"] = json!("Task");
                json["Resource"] = json!(RESOURCES[*resource]);
                json[template_field] = match RESOURCES[*resource].rsplit(':').next() {
                    Some("invoke") => json!({"FunctionName": "f"}),
                    Some("2") => json!({"StateMachineArn": "m"}),
                    _ => fields.template.clone().unwrap_or(json!({})),
                };
                if let Some(number) = fields.number {
                    match (is_jsonata, number % 4) {
                        (true, 0) => json["TimeoutSeconds"] = json!("{% $states.input.n %}"),
                        (false, 0) => json["TimeoutSecondsPath"] = json!("$.n"),
                        _ => json["TimeoutSeconds"] = json!(number * 30 + 1),
                    }
                }
            }
            Kind::Choice(rules) => {
                json["Type"] = json!("Choice");
                let rules = rules.iter().map(|(path, expression, next)| {
                    let mut rule = if is_jsonata {
                        json!({"Condition": expression})
                    } else {
                        path.clone()
                    };
                    rule["Next"] = json!(target(*next));
                    if let Some(assign) = &fields.assign {
                        rule["Assign"] = assigned(assign);
                    }
                    rule
                });
                json["Choices"] = Json::Array(rules.collect());
                if fields.number.is_some() {
                    json["Default"] = json!(target(self.next));
                }
            }
            Kind::Wait(wait) => {
                json = wait.clone();
                json["Type"] = json!("Wait");
                if is_jsonata {
                    json = json!({"Type": "Wait", "Seconds": "{% $states.input.n %}"});
                }
            }
            Kind::Succeed => json["Type"] = json!("Succeed"),
            Kind::Fail => {
                json = match (is_jsonata, fields.paths.first()) {
                    (true, Some((_, value))) => {
                        json!({"Type": "Fail", "Error": value, "Cause": "by chance"})
                    }
                    (false, Some((0, value))) => {
                        json!({"Type": "Fail", "ErrorPath": "$.s", "CausePath": value})
                    }
                    _ => json!({"Type": "Fail", "Error": "Declined", "Cause": "by chance"}),
                };
            }
            Kind::Parallel(branches) => {
                works = true;
                json["Type"] = json!("Parallel");
                let branches = branches.iter().map(|branch| branch.json(names));
                json["Branches"] = Json::Array(branches.collect());
            }
            Kind::Map(scope, distributed) => {
                works = true;
                json["Type"] = json!("Map");
                let mut processor = scope.json(names);
                if *distributed {
                    processor["ProcessorConfig"] =
                        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
                }
                json["ItemProcessor"] = processor;
                match (is_jsonata, fields.number) {
                    (_, None) => {}
                    (true, Some(_)) => json["Items"] = json!("{% [1..12] %}"),
                    (false, Some(_)) => json["ItemsPath"] = json!("$.xs"),
                }
                if let Some(template) = &fields.template {
                    json["ItemSelector"] = template.clone();
                }
                json["MaxConcurrency"] = json!(fields.number.unwrap_or(0) % 4);
            }
        }
        if is_jsonata {
            json["QueryLanguage"] = json!("JSONata");
        }
        self.select(&mut json, works);
        if works && fields.retry {
            json["Retry"] = json!([
                {"ErrorEquals": ["Throttled", "States.Timeout"], "IntervalSeconds": 7, "JitterStrategy": "FULL"},
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "BackoffRate": 1.5, "MaxDelaySeconds": 60}
            ]);
        }
        if works && let Some(next) = fields.catch {
            json["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": target(next)}]);
            let catcher = &mut json["Catch"][0];
            match (is_jsonata, fields.paths.first()) {
                (true, Some(_)) => {
                    catcher["Output"] =
                        json!("{% {'e': $states.errorOutput, 'v': $states.input} %}");
                    catcher["Assign"] = json!({"v": "{% $states.errorOutput.Error %}"});
                }
                (false, Some((0..2, _))) => catcher["ResultPath"] = json!("$.e"),
                (false, Some(_)) => catcher["Assign"] = json!({"v.$": "$"}),
                (_, None) => {}
            }
        }
        json
    }

    /// Adds the fields of input and output processing.
    fn select(&self, json: &mut Json, works: bool) {
        let fields = &self.fields;
        if matches!(self.kind, Kind::Fail) {
            return;
        }
        let ends = matches!(self.kind, Kind::Succeed);
        if let Some(assign) = &fields.assign
            && !ends
        {
            json["Assign"] = assigned(assign);
        }
        for (field, value) in &fields.paths {
            if self.is_jsonata {
                json["Output"] = value.clone();
                continue;
            }
            let is_reference = value.as_str().is_some_and(|path| {
                path.starts_with("$.") && !path.contains(['*', '?']) && !path.contains("..")
            });
            match field {
                0 => json["InputPath"] = value.clone(),
                1 => json["OutputPath"] = value.clone(),
                2 if is_reference && (works || matches!(self.kind, Kind::Pass)) => {
                    json["ResultPath"] = value.clone()
                }
                3 if works => json["ResultSelector"] = json!({"r.$": value}),
                _ => {}
            }
        }
    }
}

/// An `Assign` of the variable `v`, with the first member of a template.
fn assigned(template: &Json) -> Json {
    let assign = template.as_object().into_iter().flatten();
    let assign = assign.map(|(key, value)| {
        let suffix = if key.ends_with(".$") { ".$" } else { "" };
        (format!("v{suffix}"), value.clone())
    });
    Json::Object(assign.take(1).collect())
}
