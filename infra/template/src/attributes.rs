//! What `Ref` and `Fn::GetAtt` give: physical names, ARNs and addresses.

use serde_json::Value;

use crate::error::{Place, TemplateError};
use crate::intrinsics::Scope;
use crate::kinds::Kind;
use crate::parameter::Binding;

impl Scope<'_> {
    /// What `Ref` gives: a pseudo parameter, a parameter, or a resource's own reference value.
    pub(crate) fn reference(&self, name: &str, place: &Place) -> Result<Value, TemplateError> {
        let pseudo = match name {
            "AWS::Region" => Some(self.inputs.region.as_str()),
            "AWS::AccountId" => Some(self.inputs.account.as_str()),
            "AWS::Partition" => Some("aws"),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            "AWS::StackName" => Some(self.stack),
            _ => None,
        };
        if let Some(text) = pseudo {
            return Ok(Value::from(text));
        }
        if let Some(binding) = self.parameters.get(name) {
            return known(binding, place);
        }
        let value = match self.kind_of(name, place)? {
            Kind::Function => self.function_name(name)?,
            Kind::HttpApi => self.api_id(name),
            Kind::Table => self.physical_name(name, "TableName")?,
            Kind::Bucket => self.physical_name(name, "BucketName")?,
            Kind::Queue => self.queue_url(&self.physical_name(name, "QueueName")?),
            Kind::LogGroup => self.physical_name(name, "LogGroupName")?,
            Kind::Application => self.arn("cloudformation", &format!("stack/{name}")),
            Kind::Distribution | Kind::Unmodelled => return Err(place.refuse(unmodelled(name))),
        };
        Ok(Value::from(value))
    }

    /// What `Fn::GetAtt` gives.
    pub(crate) fn attribute(
        &self,
        id: &str,
        attribute: &str,
        place: &Place,
    ) -> Result<Value, TemplateError> {
        let kind = self.kind_of(id, place)?;
        let value = match (kind, attribute) {
            (Kind::Table, "Arn") => self.table_arn(&self.physical_name(id, "TableName")?),
            // On AWS the last part is the time the stream was switched on; any fixed label names the one stream there is.
            (Kind::Table, "StreamArn") => {
                format!(
                    "{}/stream/2000-01-01T00:00:00.000",
                    self.table_arn(&self.physical_name(id, "TableName")?)
                )
            }
            (Kind::Queue, "Arn") => self.queue_arn(&self.physical_name(id, "QueueName")?),
            (Kind::Queue, "QueueName") => self.physical_name(id, "QueueName")?,
            (Kind::Queue, "QueueUrl") => self.queue_url(&self.physical_name(id, "QueueName")?),
            (Kind::LogGroup, "Arn") => self.log_group_arn(&self.physical_name(id, "LogGroupName")?),
            (Kind::Bucket, "Arn") => {
                format!("arn:aws:s3:::{}", self.physical_name(id, "BucketName")?)
            }
            (Kind::Bucket, "DomainName") => {
                format!("{}.s3.amazonaws.com", self.physical_name(id, "BucketName")?)
            }
            (Kind::Bucket, "RegionalDomainName") => {
                format!(
                    "{}.s3.{}.amazonaws.com",
                    self.physical_name(id, "BucketName")?,
                    self.inputs.region
                )
            }
            (Kind::Function, "Arn") => {
                self.arn("lambda", &format!("function:{}", self.function_name(id)?))
            }
            (Kind::HttpApi, "ApiId") => self.api_id(id),
            (Kind::HttpApi, "ApiEndpoint") => {
                format!("https://{}", self.api_domain(&self.api_id(id)))
            }
            (Kind::Application, _) => return self.output(id, attribute, place),
            (Kind::Distribution | Kind::Unmodelled, _) => return Err(place.refuse(unmodelled(id))),
            _ => {
                return Err(place.refuse(format!(
                    "`{id}.{attribute}` is outside the attributes that this reader knows"
                )));
            }
        };
        Ok(Value::from(value))
    }

    fn output(
        &self,
        application: &str,
        attribute: &str,
        place: &Place,
    ) -> Result<Value, TemplateError> {
        let output = attribute.strip_prefix("Outputs.").unwrap_or_default();
        match self
            .children
            .get(application)
            .and_then(|outputs| outputs.get(output))
        {
            Some(binding) => known(binding, place),
            None => Err(place.refuse(format!("the stack `{application}` has no `{attribute}`"))),
        }
    }

    fn kind_of(&self, id: &str, place: &Place) -> Result<Kind, TemplateError> {
        let resource = self.document.resources.get(id);
        resource.map(|resource| resource.kind).ok_or_else(|| {
            place.refuse(format!(
                "there is no parameter or resource `{id}` in this file"
            ))
        })
    }

    /// A resource's physical name, which templates always give: a generated one could not be the same on both sides.
    fn physical_name(&self, id: &str, property: &str) -> Result<String, TemplateError> {
        let place = self.document.place(id, "Properties").within(property);
        let value = self
            .document
            .resources
            .get(id)
            .and_then(|resource| resource.properties.get(property));
        let value = value
            .ok_or_else(|| place.refuse("must be given: names are never left to CloudFormation"))?;
        self.guarded(&format!("{id}.{property}"), &place, || {
            self.text(value, &place)
        })
    }

    /// A function's name. CloudFormation makes one up where none is given; here the handler serves.
    pub(crate) fn function_name(&self, id: &str) -> Result<String, TemplateError> {
        let given = self
            .document
            .resources
            .get(id)
            .is_some_and(|resource| resource.properties.contains_key("FunctionName"));
        self.physical_name(id, if given { "FunctionName" } else { "Handler" })
    }

    /// An API's id. On AWS it is ten random characters; here it is made of the stack's name and the logical id.
    pub(crate) fn api_id(&self, id: &str) -> String {
        format!("{}{id}", self.stack)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    }

    pub(crate) fn api_domain(&self, api_id: &str) -> String {
        format!("{api_id}.execute-api.{}.amazonaws.com", self.inputs.region)
    }

    pub(crate) fn table_arn(&self, name: &str) -> String {
        self.arn("dynamodb", &format!("table/{name}"))
    }

    pub(crate) fn queue_arn(&self, name: &str) -> String {
        self.arn("sqs", name)
    }

    /// CloudFormation ends it with the star that permissions for its streams need.
    pub(crate) fn log_group_arn(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}:*"))
    }

    pub(crate) fn queue_url(&self, name: &str) -> String {
        format!(
            "https://sqs.{}.amazonaws.com/{}/{name}",
            self.inputs.region, self.inputs.account
        )
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            self.inputs.region, self.inputs.account
        )
    }
}

fn known(binding: &Binding, place: &Place) -> Result<Value, TemplateError> {
    match binding {
        Binding::Known(value) => Ok(value.clone()),
        Binding::Unknown(reason) => {
            Err(place.refuse(format!("has no value outside AWS: {reason}")))
        }
    }
}

fn unmodelled(id: &str) -> String {
    format!("`{id}` exists on AWS only, so it has no value here")
}
