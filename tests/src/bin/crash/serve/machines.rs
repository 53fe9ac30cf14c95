//! The state machines of the server mode. Clients create them in the run, so the engine knows them
//! only through the store.

use serde_json::{Value, json};

use crate::machines::{self, INNER, machine, part, task, wait};

/// What begins the ARN of a state machine.
pub(crate) const MACHINE_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:";
/// The alias of a nested state machine.
pub(crate) const ALIAS: &str = "live";
/// The function that a command of the server answers.
pub(crate) const TELL: &str = "tell";
/// The state machine of one state that clients start to see whether the store commits.
pub(crate) const PROBE: &str = "probe";

/// The four integrations that start an execution.
#[derive(Clone, Copy)]
enum Form {
    Start,
    Sync,
    SyncJson,
    Sdk,
}

impl Form {
    const ALL: [Self; 4] = [Self::Start, Self::Sync, Self::SyncJson, Self::Sdk];

    fn name(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Sync => "Sync",
            Self::SyncJson => "SyncJson",
            Self::Sdk => "Sdk",
        }
    }

    fn resource(self) -> &'static str {
        match self {
            Self::Start => "arn:aws:states:::states:startExecution",
            Self::Sync => "arn:aws:states:::states:startExecution.sync",
            Self::SyncJson => "arn:aws:states:::states:startExecution.sync:2",
            Self::Sdk => "arn:aws:states:::aws-sdk:sfn:startExecution",
        }
    }

    /// A Task that starts an execution. `target` and `name` are text or expressions, `origin` is an
    /// expression.
    fn state(self, target: &str, name: Option<&str>, origin: &str) -> Value {
        let input = "{'id': $states.context.Execution.Input.id, 'origin': ORIGIN}"
            .replace("ORIGIN", origin);
        let input = match self {
            Self::Sdk => format!("{{% $string({input}) %}}"),
            _ => format!("{{% {input} %}}"),
        };
        let output = |output: &str| {
            let output = "{'of': OUT.id, 'seen': OUT.seen, 'is_mine': OUT.origin = ORIGIN}"
                .replace("OUT", output);
            format!("{{% {} %}}", output.replace("ORIGIN", origin))
        };
        let output = match self {
            Self::Start | Self::Sdk => {
                "{% {'has_arn': $exists($states.result.ExecutionArn)} %}".to_owned()
            }
            Self::Sync => output("$parse($states.result.Output)"),
            Self::SyncJson => output("$states.result.Output"),
        };
        let mut state = json!({
            "Type": "Task", "Resource": self.resource(),
            "Arguments": {"StateMachineArn": target, "Input": input},
            "Output": output,
        });
        if let Some(name) = name {
            state["Arguments"]["Name"] = json!(name);
        }
        state
    }
}

/// The origin of a state of a Standard execution, as an expression.
fn origin(state: &str) -> String {
    format!("$states.context.Execution.Id & '/{state}'")
}

/// The name of the child of a state of a Standard execution.
fn child_name(state: &str) -> String {
    format!("{{% $states.context.Execution.Name & '-{state}' %}}")
}

/// The machines that clients create once. The name of a machine is its kind; outputs are compared
/// by kind.
pub(crate) fn static_machines() -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = machines::all()
        .into_iter()
        .filter(|(name, _)| !["parent", INNER].contains(name))
        .map(|(name, definition)| (name.to_owned(), definition))
        .collect();
    let mut call = task(TELL, "call");
    call["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    call["Arguments"]["Payload"]["token"] = json!("{% $states.context.Task.Token %}");
    call["Output"] = json!("{% $states.result.says %}");
    let target = "{% $states.context.Execution.Input.child %}";
    let launch = vec![
        ("Before", task("note", "before")),
        (
            "Join",
            Form::SyncJson.state(target, Some(&child_name("Join")), &origin("Join")),
        ),
        ("Forget", Form::Start.state(target, None, &origin("Forget"))),
        ("After", task("note", "after")),
    ];
    all.extend([
        (
            "call".to_owned(),
            machine(vec![("Call", call), ("After", task("note", "after"))]),
        ),
        ("launch".to_owned(), machine(launch)),
        (
            "hold".to_owned(),
            machine(vec![
                ("In", task("note", "in")),
                ("Hold", wait(2_500)),
                ("Out", task("note", "out")),
            ]),
        ),
        (
            PROBE.to_owned(),
            json!({"StartAt": "Probe", "States": {"Probe": {"Type": "Pass", "End": true}}}),
        ),
    ]);
    all
}

/// A nested state machine and the machines that start it. Clients create a family every few rounds.
pub(crate) struct Family {
    /// What ends the names of its machines.
    pub(crate) number: u32,
}

impl Family {
    fn name(&self, kind: &str) -> String {
        format!("{kind}-{}", self.number)
    }

    /// The name of the nested machine.
    pub(crate) fn inner(&self) -> String {
        self.name(INNER)
    }

    /// The ARNs of the nested machine: its own, its version's, its alias's.
    pub(crate) fn targets(&self) -> [String; 3] {
        let own = format!("{MACHINE_ARN}{}", self.inner());
        [own.clone(), format!("{own}:1"), format!("{own}:{ALIAS}")]
    }

    /// The machines that are started, with their shares of the starts.
    pub(crate) fn started(&self) -> [(String, u64); 3] {
        [
            (self.name("seq"), 5),
            (self.name("par"), 4),
            (self.name("sow"), 2),
        ]
    }

    /// The machines, the nested ones first.
    pub(crate) fn machines(&self) -> Vec<(String, Value)> {
        let faulty = self.name("faulty");
        let refuse = json!({"Type": "Fail", "Error": "Refused", "Cause": "by design"});
        let mut failing = part(vec![("In", task("note", "in")), ("Refuse", refuse)]);
        failing["QueryLanguage"] = json!("JSONata");
        if let Some(refuse) = failing["States"]["Refuse"].as_object_mut() {
            refuse.remove("End");
        }
        vec![
            (self.inner(), inner()),
            (faulty.clone(), failing),
            (self.name("seq"), self.sequence()),
            (self.name("par"), self.parallel(&faulty)),
            (self.name("sow"), self.sow()),
        ]
    }

    /// All forms, one after the other; the children have names.
    fn sequence(&self) -> Value {
        let targets = self.targets();
        let states = Form::ALL
            .iter()
            .zip(targets.iter().cycle())
            .map(|(form, target)| {
                let name = form.name();
                (
                    name,
                    form.state(target, Some(&child_name(name)), &origin(name)),
                )
            });
        let before = ("Before", task("note", "before"));
        let after = ("After", task("note", "after"));
        machine([before].into_iter().chain(states).chain([after]).collect())
    }

    /// All forms at a time, and a child that fails; the engine chooses the names of the children.
    fn parallel(&self, faulty: &str) -> Value {
        let targets = self.targets();
        let branches =
            Form::ALL
                .iter()
                .zip(targets.iter().cycle().skip(1))
                .map(|(form, target)| {
                    let name = form.name();
                    part(vec![(name, form.state(target, None, &origin(name)))])
                });
        let mut refused =
            Form::Sync.state(&format!("{MACHINE_ARN}{faulty}"), None, &origin("Refused"));
        refused["Catch"] = json!([{
            "ErrorEquals": ["States.TaskFailed"], "Next": "Caught",
            "Output": "{% $parse($states.errorOutput.Cause).{'status': Status, 'error': Error, 'cause': Cause} %}",
        }]);
        let mut caught = part(vec![("Refused", refused)]);
        caught["States"]["Caught"] = json!({"Type": "Pass", "End": true});
        let branches: Vec<Value> = branches.chain([caught]).collect();
        machine(vec![
            ("Before", task("note", "before")),
            ("All", json!({"Type": "Parallel", "Branches": branches})),
            ("After", task("note", "after")),
        ])
    }

    /// Distributed Maps whose children start executions.
    fn sow(&self) -> Value {
        let [own, version, alias] = self.targets();
        let joining = part(vec![
            (
                "Work",
                keeping_input(task("note", "{% 'work-' & $string($states.input.item) %}")),
            ),
            (
                "Join",
                Form::SyncJson.state(&version, None, &origin("Join")),
            ),
            ("Forget", Form::Sdk.state(&alias, None, &origin("Forget"))),
        ]);
        // An Express child may run twice: the name makes the second start the same execution, or an
        // error.
        let name = "{% $states.input.name & '-x-' & $string($states.input.item) %}";
        let mut launch = Form::Start.state(
            &own,
            Some(name),
            "($states.input.parent & '/x-' & $string($states.input.item))",
        );
        launch["Catch"] = json!([{"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "Next": "Known",
            "Output": {"has_arn": true}}]);
        let mut launching = part(vec![
            (
                "Prepare",
                keeping_input(task("note", "{% 'work-' & $string($states.input.item) %}")),
            ),
            ("Launch", launch),
        ]);
        launching["States"]["Known"] = json!({"Type": "Pass", "End": true});
        machine(vec![
            ("Stored", distributed("STANDARD", joining)),
            ("Unstored", distributed("EXPRESS", launching)),
            ("After", task("note", "after")),
        ])
    }
}

/// A Task whose output is its input.
fn keeping_input(mut task: Value) -> Value {
    task["Output"] = json!("{% $states.input %}");
    task
}

fn distributed(kind: &str, mut children: Value) -> Value {
    children["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
    json!({
        "Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 2, "Label": kind.to_lowercase(),
        "ItemSelector": {
            "id": "{% $states.context.Execution.Input.id %}",
            "item": "{% $states.context.Map.Item.Value %}",
            "parent": "{% $states.context.Execution.Id %}",
            "name": "{% $states.context.Execution.Name %}",
        },
        "ItemProcessor": children,
    })
}

/// The nested machine. Its output names the state that started it.
fn inner() -> Value {
    let mut inner = machine(vec![
        ("In", task("note", "in")),
        ("Stay", wait(30)),
        ("Out", task("note", "out")),
    ]);
    inner["States"]["Done"]["Output"]["origin"] =
        json!("{% $states.context.Execution.Input.origin %}");
    inner
}

/// A machine that clients create, change and delete. Its number differs from that of each other
/// definition.
pub(crate) fn victim(number: u64) -> Value {
    let mut victim = machine(vec![
        ("A", task("note", "a")),
        ("W", wait(200)),
        ("B", task("note", "b")),
    ]);
    victim["Comment"] = json!(format!("definition {number}"));
    victim
}

/// The kind of a machine, by its name.
pub(crate) fn kind(machine: &str) -> &str {
    machine.split('-').next().unwrap_or_default()
}
