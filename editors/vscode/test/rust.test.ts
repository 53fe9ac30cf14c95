import assert from "node:assert/strict";
import test from "node:test";
import { rustWorkflows, stem } from "../src/rust";

function names(text: string): string[] {
  return rustWorkflows(text).map((workflow) => workflow.name);
}

test("both forms of workflows are found, in the order of the text", () => {
  const text = `
#[workflow(timeout = days(7))]
pub async fn checkout(order: Order) -> Receipt { todo() }

workflow! {
    /// Charges an order.
    #[allow(dead_code)]
    pub(crate) workflow Greeting(name: String) -> String { }
}
#[stepwright::function::workflow]
#[allow(unused)]
async fn send_money() {}
`;
  assert.deepEqual(names(text), ["checkout", "Greeting", "send_money"]);
  const [first] = rustWorkflows(text);
  assert.equal(text.slice(first?.offset).startsWith("#[workflow("), true);
});

test("comments, strings and other items are no workflows", () => {
  const text = `
// workflow! { workflow A() {} }
/* #[workflow] async fn b() {} */
const T: &str = "workflow! { workflow C() {} }";
const R: &str = r#"workflow! { workflow D() {} }"#;
#[workflows] async fn e() {}
my_workflow! { workflow F() {} }
#[workflow] fn g() {}
`;
  assert.deepEqual(names(text), []);
});

test("the names of emitted files are those of stepwright::emit::stem", () => {
  const stems = {
    OrderProcessing: "order-processing",
    HTTPProbe_v2: "http-probe-v2",
    send_money: "send-money",
    A: "a",
  };
  for (const [name, expected] of Object.entries(stems)) {
    assert.equal(stem(name), expected);
  }
});

test("a long text is searched in linear time", () => {
  const text = 'workflow! { #[a] "'.repeat(20_000);
  assert.deepEqual(names(text), []);
});
