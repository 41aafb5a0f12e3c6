//! One template file, cut into its sections but not yet resolved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::{Place, TemplateError};
use crate::kinds::Kind;
use crate::parameter::Declaration;
use crate::references::references;
use crate::yaml;

/// The pseudo parameters that templates may use.
const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A template: what stands in the file, before any intrinsic is resolved.
#[derive(Debug)]
pub(crate) struct Document {
    /// Relative to the root folder.
    pub(crate) file: PathBuf,
    pub(crate) parameters: BTreeMap<String, Declaration>,
    pub(crate) conditions: Map<String, Value>,
    pub(crate) function_globals: Map<String, Value>,
    pub(crate) api_globals: Map<String, Value>,
    pub(crate) resources: BTreeMap<String, RawResource>,
    /// Name to the raw `Value` of each output.
    pub(crate) outputs: BTreeMap<String, Value>,
}

/// A resource as it stands in the file.
#[derive(Debug)]
pub(crate) struct RawResource {
    pub(crate) type_name: String,
    pub(crate) kind: Kind,
    pub(crate) properties: Map<String, Value>,
    pub(crate) condition: Option<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) metadata: Value,
}

impl Document {
    /// Reads `file`, a path relative to `root`.
    pub(crate) fn open(root: &Path, file: &Path) -> Result<Document, TemplateError> {
        let text =
            std::fs::read_to_string(root.join(file)).map_err(|source| TemplateError::Read {
                file: file.to_owned(),
                source,
            })?;
        let tree = yaml::parse(&text).map_err(|malformed| TemplateError::Yaml {
            file: file.to_owned(),
            line: malformed.line,
            column: malformed.column,
            problem: malformed.problem,
        })?;
        let mut sections = mapping(tree, &Place::new(file, "template", "its top level"))?;
        let mut section = |name: &str| match sections.remove(name) {
            Some(value) => mapping(value, &Place::new(file, name, "the section")),
            None => Ok(Map::new()),
        };
        let parameters = section("Parameters")?;
        let conditions = section("Conditions")?;
        let globals = section("Globals")?;
        let resources = section("Resources")?;
        let outputs = section("Outputs")?;
        refuse_other_sections(file, &sections)?;
        let (function_globals, api_globals) = read_globals(file, globals)?;
        let document = Document {
            file: file.to_owned(),
            parameters: read_parameters(file, parameters)?,
            conditions,
            function_globals,
            api_globals,
            resources: read_resources(file, resources)?,
            outputs: read_outputs(file, outputs)?,
        };
        document.refuse_unknown_names()?;
        Ok(document)
    }

    pub(crate) fn place(&self, id: &str, property: &str) -> Place {
        Place::new(&self.file, id, property)
    }

    /// Every name that the file refers to, in modelled and unmodelled places alike, is declared in it.
    fn refuse_unknown_names(&self) -> Result<(), TemplateError> {
        for (id, resource) in &self.resources {
            for (name, value) in &resource.properties {
                self.refuse_unknown(
                    references(value),
                    &self.place(id, "Properties").within(name),
                )?;
            }
            for name in &resource.depends_on {
                if !self.resources.contains_key(name) {
                    return Err(self
                        .place(id, "DependsOn")
                        .refuse(format!("there is no resource `{name}` in this file")));
                }
            }
        }
        for (name, value) in &self.outputs {
            self.refuse_unknown(references(value), &self.place("Outputs", name))?;
        }
        for (section, values) in [
            ("Conditions", &self.conditions),
            ("Globals.Function", &self.function_globals),
        ] {
            for (name, value) in values {
                self.refuse_unknown(references(value), &self.place(section, name))?;
            }
        }
        Ok(())
    }

    fn refuse_unknown(&self, names: Vec<String>, place: &Place) -> Result<(), TemplateError> {
        let known = |name: &String| {
            PSEUDO.contains(&name.as_str())
                || self.parameters.contains_key(name)
                || self.resources.contains_key(name)
        };
        match names.iter().find(|name| !known(name)) {
            Some(name) => Err(place.refuse(format!(
                "there is no parameter or resource `{name}` in this file"
            ))),
            None => Ok(()),
        }
    }
}

fn mapping(value: Value, place: &Place) -> Result<Map<String, Value>, TemplateError> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(place.refuse("must be a mapping")),
    }
}

fn refuse_other_sections(file: &Path, rest: &Map<String, Value>) -> Result<(), TemplateError> {
    for (name, value) in rest {
        let place = Place::new(file, name, "the section");
        match name.as_str() {
            "AWSTemplateFormatVersion" | "Description" | "Metadata" => {}
            "Transform" if value == "AWS::Serverless-2016-10-31" => {}
            "Transform" => {
                return Err(
                    place.refuse("must be AWS::Serverless-2016-10-31, the only transform in use")
                );
            }
            _ => {
                return Err(
                    place.refuse("is outside the subset of CloudFormation that this reader knows")
                );
            }
        }
    }
    Ok(())
}

fn read_parameters(
    file: &Path,
    section: Map<String, Value>,
) -> Result<BTreeMap<String, Declaration>, TemplateError> {
    let mut parameters = BTreeMap::new();
    for (name, value) in section {
        let place = Place::new(file, "Parameters", &name);
        parameters.insert(name, Declaration::read(mapping(value, &place)?, &place)?);
    }
    Ok(parameters)
}

type Globals = (Map<String, Value>, Map<String, Value>);

fn read_globals(file: &Path, mut section: Map<String, Value>) -> Result<Globals, TemplateError> {
    let place = Place::new(file, "Globals", "Function");
    let function = mapping(section.remove("Function").unwrap_or_default(), &place)?;
    let own = ["Events", "FunctionName", "Policies", "Role"];
    if let Some(name) = own.iter().find(|name| function.contains_key(**name)) {
        return Err(place
            .within(name)
            .refuse("SAM takes this from the function itself only"));
    }
    let api = mapping(
        section.remove("HttpApi").unwrap_or_default(),
        &Place::new(file, "Globals", "HttpApi"),
    )?;
    match section.keys().next() {
        Some(other) => {
            Err(Place::new(file, "Globals", other)
                .refuse("only Function and HttpApi are read here"))
        }
        None => Ok((function, api)),
    }
}

fn read_resources(
    file: &Path,
    section: Map<String, Value>,
) -> Result<BTreeMap<String, RawResource>, TemplateError> {
    let mut resources = BTreeMap::new();
    for (id, value) in section {
        let place = Place::new(file, &id, "");
        let resource = RawResource::read(mapping(value, &place.within("the resource"))?, &place)?;
        resources.insert(id, resource);
    }
    Ok(resources)
}

fn read_outputs(
    file: &Path,
    section: Map<String, Value>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let mut outputs = BTreeMap::new();
    for (name, value) in section {
        let place = Place::new(file, "Outputs", &name);
        let value = mapping(value, &place)?
            .remove("Value")
            .ok_or_else(|| place.refuse("has no Value"))?;
        outputs.insert(name, value);
    }
    Ok(outputs)
}

impl RawResource {
    fn read(
        mut attributes: Map<String, Value>,
        place: &Place,
    ) -> Result<RawResource, TemplateError> {
        let Some(Value::String(type_name)) = attributes.remove("Type") else {
            return Err(place.within("Type").refuse("a resource names its type"));
        };
        let kind = Kind::of(&type_name).ok_or_else(|| {
            place.within("Type").refuse(format!(
                "`{type_name}` is outside the resource types that this reader knows"
            ))
        })?;
        let properties = mapping(
            attributes.remove("Properties").unwrap_or_default(),
            &place.within("Properties"),
        )?;
        let condition = match attributes.remove("Condition") {
            None => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(place.within("Condition").refuse("must name a condition")),
        };
        let depends_on = match attributes.remove("DependsOn") {
            None => Vec::new(),
            Some(Value::String(id)) => vec![id],
            Some(Value::Array(ids)) => ids
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Some(_) => return Err(place.within("DependsOn").refuse("must name resources")),
        };
        let metadata = attributes.remove("Metadata").unwrap_or_default();
        let kept_on_aws_only = ["DeletionPolicy", "UpdateReplacePolicy"];
        match attributes
            .keys()
            .find(|name| !kept_on_aws_only.contains(&name.as_str()))
        {
            Some(other) => Err(place
                .within(other)
                .refuse("is not an attribute of a resource that this reader knows")),
            None => Ok(RawResource {
                type_name,
                kind,
                properties,
                condition,
                depends_on,
                metadata,
            }),
        }
    }
}
