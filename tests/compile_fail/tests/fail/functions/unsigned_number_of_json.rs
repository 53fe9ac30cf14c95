use stepwright::function::*;

#[workflow]
async fn orders(data: serde_json::Value) -> Option<u64> {
    data["total"].as_u64()
}

fn main() {}
