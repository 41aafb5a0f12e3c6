//! `AWS::SQS::Queue`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::error::TemplateError;
use crate::properties::Properties;

/// A standard queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Logical id in its template.
    pub id: String,
    /// Physical name.
    pub name: String,
    /// What `!GetAtt Queue.Arn` gives.
    pub arn: String,
    /// What `!Ref` of it gives on AWS; clients that are pointed to another endpoint use the path only.
    pub url: String,
    /// The attributes to create it with, by SQS's names; what the template leaves out has SQS's default.
    pub attributes: BTreeMap<String, String>,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// A queue's `RedrivePolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// ARN of the dead-letter queue.
    pub dead_letter_arn: String,
    /// How many receives a message gets before it is moved there.
    pub max_receives: u32,
}

impl Queue {
    /// How long a received message stays hidden from other consumers; 30 seconds where the template does not say.
    pub fn visibility_timeout(&self) -> Duration {
        let seconds = self
            .attributes
            .get("VisibilityTimeout")
            .and_then(|text| text.parse().ok());
        Duration::from_secs(seconds.unwrap_or(30))
    }

    pub(crate) fn read(mut properties: Properties<'_>) -> Result<Queue, TemplateError> {
        let scope = properties.scope();
        let name = properties.required_text("QueueName")?;
        let mut attributes = BTreeMap::new();
        for attribute in [
            "DelaySeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
        ] {
            if let Some(number) = properties.number(attribute)? {
                attributes.insert(attribute.to_owned(), number.to_string());
            }
        }
        let redrive = read_redrive(&mut properties)?;
        if let Some(Redrive {
            dead_letter_arn,
            max_receives,
        }) = &redrive
        {
            let policy =
                json!({"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": max_receives});
            attributes.insert("RedrivePolicy".to_owned(), policy.to_string());
        }
        properties.ignore(&[
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "RedriveAllowPolicy",
            "SqsManagedSseEnabled",
            "Tags",
        ]);
        let id = properties.place().id().to_owned();
        properties.finish()?;
        Ok(Queue {
            id,
            arn: scope.queue_arn(&name),
            url: scope.queue_url(&name),
            name,
            attributes,
            redrive,
        })
    }
}

fn read_redrive(properties: &mut Properties<'_>) -> Result<Option<Redrive>, TemplateError> {
    let Some(mut policy) = properties.section("RedrivePolicy")? else {
        return Ok(None);
    };
    let missing = policy
        .place()
        .within("maxReceiveCount")
        .refuse("is missing");
    let redrive = Redrive {
        dead_letter_arn: policy.required_text("deadLetterTargetArn")?,
        max_receives: policy.number("maxReceiveCount")?.ok_or(missing)?,
    };
    policy.finish()?;
    Ok(Some(redrive))
}
