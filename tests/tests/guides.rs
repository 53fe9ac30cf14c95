//! The blocks of docs/guides/test-a-timeout.md, docs/guides/mock-a-service.md,
//! docs/guides/placeholders.md and docs/guides/migrate-from-cdk.md, verbatim.

mod timeout {
    use std::time::Duration;
    use stepwright::prelude::*;
    use stepwright_runtime::Engine;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    #[task]
    async fn charge_card(amount: f64) -> String;

    workflow! {
        workflow Checkout(amount: f64) -> String {
            task Charge {
                let receipt = charge_card(amount);
                timeout 30s;
                retry States::Timeout (interval: 10s, max_attempts: 1);
                catch States::Timeout => Late;
                next Done;
            }
            succeed Done { receipt }
            fail Late { "GatewayLate", "no answer within 30 seconds, twice" }
        }
    }

    #[tokio::test]
    async fn a_gateway_without_a_response_is_late() -> Result<(), Box<dyn std::error::Error>> {
        let mocks = Mocks::new().task::<charge_card>(Mock::never());
        let engine = Engine::builder()
            .register::<Checkout>()
            .tasks(mocks)
            .virtual_time()
            .build()?;
        let run = engine.start::<Checkout>(12.5).await?;
        expect(&run.report().await)
            .failed("GatewayLate")
            .called("Charge", 2)
            .took(Duration::from_secs(30 + 10 + 30));
        Ok(())
    }

    #[tokio::test]
    async fn a_slow_gateway_is_retried() -> Result<(), Box<dyn std::error::Error>> {
        let mocks = Mocks::new().task::<charge_card>(
            Mock::returns("too late".to_owned())
                .after(Duration::from_secs(31))
                .times(1)
                .then(Mock::returns("r-2".to_owned())),
        );
        let engine = Engine::builder()
            .register::<Checkout>()
            .tasks(mocks)
            .virtual_time()
            .build()?;
        let run = engine.start::<Checkout>(12.5).await?;
        expect(&run.report().await)
            .output("r-2")
            .took(Duration::from_secs(30 + 10));
        Ok(())
    }
}

mod service {
    use serde_json::json;
    use stepwright::prelude::*;
    use stepwright::services::sqs;
    use stepwright_runtime::Engine;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    workflow! {
        workflow Notify(order: String) -> String {
            task Send {
                let sent: sqs::SendMessageAnswer = service "arn:aws:states:::sqs:sendMessage" {
                    QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
                    MessageBody: order
                };
                retry "SQS.SdkClientException" (interval: 5s, max_attempts: 2);
                next Done;
            }
            succeed Done { sent.message_id }
        }
    }

    #[tokio::test]
    async fn a_message_is_sent_again_after_an_error() -> Result<(), Box<dyn std::error::Error>> {
        let mocks = Mocks::new().state(
            "Send",
            Mock::failure("SQS.SdkClientException", "no connection")
                .times(1)
                .then(Mock::output(json!({ "MessageId": "m-1" }))),
        );
        let engine = Engine::builder()
            .register::<Notify>()
            .tasks(mocks)
            .virtual_time()
            .build()?;
        let run = engine.start::<Notify>("o-1".to_owned()).await?;
        let request = json!({
            "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
            "MessageBody": "o-1"
        });
        expect(&run.report().await)
            .output("m-1")
            .calls("Send", [&request, &request]);
        Ok(())
    }
}

mod placeholders {
    use serde_json::json;
    use stepwright::prelude::*;
    use stepwright::services::sns;
    use stepwright_runtime::Engine;
    use stepwright_runtime::testing::{Mock, Mocks, expect};

    workflow! {
        workflow Announce(order: String) -> String {
            task Tell {
                let sent: sns::PublishAnswer = service "arn:aws:states:::sns:publish" {
                    TopicArn: placeholder!("TopicArn"),
                    Message: format!("{order} in {}", placeholder!("Stage"))
                };
                end sent.message_id;
            }
        }
    }

    #[tokio::test]
    async fn the_engine_replaces_the_placeholders() -> Result<(), Box<dyn std::error::Error>> {
        let mocks = Mocks::new().state("Tell", Mock::output(json!({ "MessageId": "m-1" })));
        let engine = Engine::builder()
            .register::<Announce>()
            .tasks(mocks)
            .substitute("TopicArn", "arn:aws:sns:us-east-1:123456789012:orders")
            .substitute("Stage", "test")
            .virtual_time()
            .build()?;
        let run = engine.start::<Announce>("o-1".to_owned()).await?;
        expect(&run.report().await).calls(
            "Tell",
            [json!({
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
                "Message": "o-1 in test"
            })],
        );
        Ok(())
    }
}

mod cdk {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;
    use stepwright_runtime::Engine;
    use stepwright_runtime::testing::expect;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    struct Order {
        id: String,
        total: f64,
    }

    #[task]
    async fn charge_card(order: Order) -> String {
        format!("{} for {}", order.total, order.id)
    }

    asl_file! {
        workflow Checkout(order: Order) -> String = "asl/checkout.asl.json" {
            "Charge card" => charge_card;
        }
    }

    #[tokio::test]
    async fn a_cdk_definition_runs() -> Result<(), Box<dyn std::error::Error>> {
        let engine = Engine::builder()
            .register::<Checkout>()
            .virtual_time()
            .build()?;
        let id = "o-1".to_owned();
        let run = engine.start::<Checkout>(Order { id, total: 12.5 }).await?;
        expect(&run.report().await).output("12.5 for o-1");
        Ok(())
    }
}
