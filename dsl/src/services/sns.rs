//! Amazon SNS. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html>

use super::{Argument, Json, Request, Text};

action! {
    @marker
    /// Publishes a message.
    publish = Publish("sns:publish") -> PublishAnswer => token;
    "Message",
    {
        topic_arn: Text = "TopicArn",
        target_arn: Text = "TargetArn",
        phone_number: Text = "PhoneNumber",
        subject: Text = "Subject",
        message_attributes: Json = "MessageAttributes",
        message_structure: Text = "MessageStructure",
        message_group_id: Text = "MessageGroupId",
        message_deduplication_id: Text = "MessageDeduplicationId",
    }
}

/// Publishes a message to a topic. A message that is not a text is sent as JSON.
pub fn publish<From>(
    topic_arn: impl Argument<From, Text>,
    message: impl Argument<From, Json>,
) -> Request<Publish, From> {
    Request::new().topic_arn(topic_arn).with("Message", message)
}

/// Publishes a message to an endpoint of a mobile platform.
pub fn publish_to_target<From>(
    target_arn: impl Argument<From, Text>,
    message: impl Argument<From, Json>,
) -> Request<Publish, From> {
    Request::new()
        .target_arn(target_arn)
        .with("Message", message)
}

/// Sends a message to a phone number.
pub fn publish_to_phone<From>(
    phone_number: impl Argument<From, Text>,
    message: impl Argument<From, Json>,
) -> Request<Publish, From> {
    Request::new()
        .phone_number(phone_number)
        .with("Message", message)
}

answer! {
    /// The result of `sns:publish`.
    PublishAnswer {
        /// The message's id.
        message_id: String = "MessageId",
    } optional {
        /// The sequence number of the message in a FIFO topic.
        sequence_number: String = "SequenceNumber",
    }
}
