//! `AWS::Logs::LogGroup`.

use crate::error::TemplateError;
use crate::properties::Properties;

/// A log group: where functions and APIs of a stack write on AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Logical id in its template.
    pub id: String,
    /// Physical name, which is what `!Ref` of it gives.
    pub name: String,
    /// What `!GetAtt Logs.Arn` gives.
    pub arn: String,
    /// How long a line is kept; `None` is for ever.
    pub retention_days: Option<u32>,
}

impl LogGroup {
    pub(crate) fn read(mut properties: Properties<'_>) -> Result<LogGroup, TemplateError> {
        let name = properties.required_text("LogGroupName")?;
        let log_group = LogGroup {
            id: properties.place().id().to_owned(),
            arn: properties.scope().log_group_arn(&name),
            name,
            retention_days: properties.number("RetentionInDays")?,
        };
        properties.ignore(&["KmsKeyId", "LogGroupClass", "Tags"]);
        properties.finish()?;
        Ok(log_group)
    }
}
