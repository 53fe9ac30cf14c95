//! Amazon SQS. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html>

action! {
    /// Sends a message to a queue. A body that is not a text is sent as JSON.
    send_message = SendMessage("sqs:sendMessage") -> SendMessageAnswer => token;
    queue_url: Text = "QueueUrl",
    message_body: Json = "MessageBody",
    {
        delay_seconds: Number = "DelaySeconds",
        message_attributes: Json = "MessageAttributes",
        message_deduplication_id: Text = "MessageDeduplicationId",
        message_group_id: Text = "MessageGroupId",
    }
}

answer! {
    /// The result of `sqs:sendMessage`.
    SendMessageAnswer {
        /// The message's id.
        message_id: String = "MessageId",
        /// The MD5 digest of the body.
        md5_of_message_body: String = "MD5OfMessageBody",
    } optional {
        /// The MD5 digest of the attributes.
        md5_of_message_attributes: String = "MD5OfMessageAttributes",
        /// The sequence number of the message in a FIFO queue.
        sequence_number: String = "SequenceNumber",
    }
}
