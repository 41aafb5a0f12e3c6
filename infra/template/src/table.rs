//! `AWS::DynamoDB::Table`.

use serde_json::{Map, Value, json};

use crate::error::TemplateError;
use crate::properties::Properties;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Logical id in its template.
    pub id: String,
    /// Physical name.
    pub name: String,
    /// What `!GetAtt Table.Arn` gives.
    pub arn: String,
    /// The body of the CreateTable call that makes it.
    pub create: Value,
    /// The attribute that holds the second after which an item may be removed (UpdateTimeToLive, a call of its own).
    pub ttl_attribute: Option<String>,
    /// Every state of the last 35 days can be restored (`PointInTimeRecoverySpecification`).
    pub point_in_time_recovery: bool,
    /// A key of the account encrypts it (`SSESpecification`).
    pub encrypted: bool,
    /// It refuses to be deleted (`DeletionProtectionEnabled`).
    pub deletion_protection: bool,
}

impl Table {
    pub(crate) fn read(mut properties: Properties<'_>) -> Result<Table, TemplateError> {
        let scope = properties.scope();
        let place = properties.place().clone();
        let name = properties.required_text("TableName")?;
        let mut create = Map::new();
        create.insert("TableName".to_owned(), Value::from(name.as_str()));
        for property in ["KeySchema", "AttributeDefinitions"] {
            let value = properties
                .take(property)?
                .ok_or_else(|| place.within(property).refuse("is missing"))?;
            create.insert(property.to_owned(), value);
        }
        if properties.text("BillingMode")?.as_deref() != Some("PAY_PER_REQUEST") {
            return Err(place
                .within("BillingMode")
                .refuse("must be PAY_PER_REQUEST, the only mode in use"));
        }
        create.insert("BillingMode".to_owned(), Value::from("PAY_PER_REQUEST"));
        for property in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            let indexes = read_indexes(&mut properties, property)?;
            if !indexes.is_empty() {
                create.insert(property.to_owned(), Value::Array(indexes));
            }
        }
        if let Some(stream) = read_stream(&mut properties)? {
            create.insert("StreamSpecification".to_owned(), stream);
        }
        let ttl_attribute = read_ttl(&mut properties)?;
        let point_in_time_recovery = read_switch(
            &mut properties,
            "PointInTimeRecoverySpecification",
            "PointInTimeRecoveryEnabled",
        )?;
        let encrypted = read_switch(&mut properties, "SSESpecification", "SSEEnabled")?;
        let deletion_protection = properties
            .flag("DeletionProtectionEnabled")?
            .unwrap_or(false);
        properties.ignore(&[
            "ContributorInsightsSpecification",
            "OnDemandThroughput",
            "TableClass",
            "Tags",
            "WarmThroughput",
        ]);
        properties.finish()?;
        Ok(Table {
            id: place.id().to_owned(),
            arn: scope.table_arn(&name),
            name,
            create: Value::Object(create),
            ttl_attribute,
            point_in_time_recovery,
            encrypted,
            deletion_protection,
        })
    }
}

fn read_indexes(properties: &mut Properties<'_>, name: &str) -> Result<Vec<Value>, TemplateError> {
    let mut indexes = Vec::new();
    for mut index in properties.list(name)? {
        let mut create = Map::new();
        create.insert(
            "IndexName".to_owned(),
            Value::from(index.required_text("IndexName")?),
        );
        for property in ["KeySchema", "Projection"] {
            let missing = index.place().within(property).refuse("is missing");
            create.insert(property.to_owned(), index.take(property)?.ok_or(missing)?);
        }
        index.ignore(&[
            "ContributorInsightsSpecification",
            "OnDemandThroughput",
            "WarmThroughput",
        ]);
        index.finish()?;
        indexes.push(Value::Object(create));
    }
    Ok(indexes)
}

/// CloudFormation switches the stream on by naming its view; CreateTable wants it said.
fn read_stream(properties: &mut Properties<'_>) -> Result<Option<Value>, TemplateError> {
    let Some(mut stream) = properties.section("StreamSpecification")? else {
        return Ok(None);
    };
    let view = stream.required_text("StreamViewType")?;
    stream.finish()?;
    Ok(Some(json!({"StreamEnabled": true, "StreamViewType": view})))
}

/// A property that is a mapping around one switch.
fn read_switch(
    properties: &mut Properties<'_>,
    name: &str,
    switch: &str,
) -> Result<bool, TemplateError> {
    let Some(mut section) = properties.section(name)? else {
        return Ok(false);
    };
    let on = section.flag(switch)?.unwrap_or(false);
    section.finish()?;
    Ok(on)
}

fn read_ttl(properties: &mut Properties<'_>) -> Result<Option<String>, TemplateError> {
    let Some(mut ttl) = properties.section("TimeToLiveSpecification")? else {
        return Ok(None);
    };
    let attribute = ttl.required_text("AttributeName")?;
    let missing = ttl.place().within("Enabled").refuse("is missing");
    let enabled = ttl.flag("Enabled")?.ok_or(missing)?;
    ttl.finish()?;
    Ok(enabled.then_some(attribute))
}
