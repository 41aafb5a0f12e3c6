//! The root template, then the nested ones, each with the parameters that the root hands down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::api::Api;
use crate::bucket::Bucket;
use crate::deployment::{Deployment, Resource, Stack};
use crate::distribution::Distribution;
use crate::document::{Document, RawResource};
use crate::error::{Place, TemplateError};
use crate::function::Function;
use crate::globals::merge;
use crate::intrinsics::Scope;
use crate::kinds::Kind;
use crate::log_group::LogGroup;
use crate::nested::Nested;
use crate::parameter::{Binding, Inputs, Parameter, bind};
use crate::properties::Properties;
use crate::queue::Queue;
use crate::references::references;
use crate::table::Table;

const ROOT: &str = "template";

/// Reads `template.yaml` in the folder `root` and every template that it nests.
///
/// # Errors
/// The first thing that is wrong; [`read_all`] gives all of them.
pub fn read(root: &Path, inputs: &Inputs) -> Result<Deployment, TemplateError> {
    read_all(root, inputs).map_err(|mut problems| problems.swap_remove(0))
}

/// As [`read`], but goes on after a resource or a file that is wrong.
///
/// # Errors
/// Everything that is wrong, at least one.
pub fn read_all(root: &Path, inputs: &Inputs) -> Result<Deployment, Vec<TemplateError>> {
    let document =
        Document::open(root, Path::new("template.yaml")).map_err(|problem| vec![problem])?;
    let mut reading = Reading {
        root,
        inputs,
        stacks: Vec::new(),
        problems: Vec::new(),
    };
    if let Err(problem) = reading.root_stack(&document) {
        reading.problems.push(problem);
    }
    if !reading.problems.is_empty() {
        return Err(reading.problems);
    }
    Ok(Deployment {
        stacks: reading.stacks,
        region: inputs.region.clone(),
        account: inputs.account.clone(),
    })
}

/// The parameters of `template.yaml`: what a caller may, and without a default must, put into [`Inputs::parameters`].
///
/// # Errors
/// When `template.yaml` cannot be read.
pub fn parameters(root: &Path) -> Result<Vec<Parameter>, TemplateError> {
    let document = Document::open(root, Path::new("template.yaml"))?;
    let declared = document.parameters.into_iter();
    let parameters = declared.map(|(name, declaration)| Parameter {
        name,
        default: declaration.default,
        no_echo: declaration.no_echo,
        description: declaration.description,
    });
    Ok(parameters.collect())
}

struct Reading<'a> {
    root: &'a Path,
    inputs: &'a Inputs,
    stacks: Vec<Stack>,
    problems: Vec<TemplateError>,
}

impl Reading<'_> {
    fn root_stack(&mut self, document: &Document) -> Result<(), TemplateError> {
        let given = self.inputs.parameters.iter();
        let given = given
            .map(|(name, text)| (name.clone(), Binding::Known(Value::from(text.as_str()))))
            .collect();
        let parameters = bind(
            &document.parameters,
            given,
            &document.place("Parameters", ""),
        )?;
        let order = application_order(document)?;
        let mut scope = Scope::new(document, ROOT, self.inputs, parameters);
        self.stacks.push(self.stack(document, ROOT, Vec::new()));
        for (id, resource) in &document.resources {
            if !matches!(resource.kind, Kind::Application | Kind::Unmodelled) {
                let place = document.place(id, "Type");
                self.problems.push(place.refuse(
                    "belongs in infra/<service>.yaml: the root holds parameters and applications",
                ));
            }
        }
        for id in order {
            match self.application(&scope, &id) {
                Ok(outputs) => scope.add_outputs(&id, outputs),
                Err(problem) => self.problems.push(problem),
            }
        }
        Ok(())
    }

    /// Reads one nested stack; gives its outputs.
    fn application(
        &mut self,
        root: &Scope<'_>,
        id: &str,
    ) -> Result<BTreeMap<String, Binding>, TemplateError> {
        let resource = &root.document.resources[id];
        let place = root.document.place(id, "Properties");
        if !is_wanted(root, id, resource)? {
            return Ok(BTreeMap::new());
        }
        let mut properties = Properties::new(root, place.clone(), resource.properties.clone());
        let location = PathBuf::from(properties.required_text("Location")?);
        let given = properties.take_raw("Parameters");
        properties.ignore(&["NotificationARNs", "Tags", "TimeoutInMinutes"]);
        properties.finish()?;
        let name = location
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if self.stacks.iter().any(|stack| stack.name == name) {
            return Err(place
                .within("Location")
                .refuse(format!("there is another stack `{name}`")));
        }
        let given = hand_down(root, given, &place)?;
        let document = Document::open(self.root, &location)?;
        let parameters = bind(&document.parameters, given, &place.within("Parameters"))?;
        let waits_for = dependencies(root.document, id)
            .into_iter()
            .filter_map(|id| stack_name(root.document, &id))
            .collect();
        let scope = Scope::new(&document, &name, self.inputs, parameters);
        let mut stack = self.stack(&document, &name, waits_for);
        for (id, resource) in &document.resources {
            if let Err(problem) = read_resource(&mut stack, self.root, &scope, id, resource) {
                self.problems.push(problem);
            }
        }
        self.stacks.push(stack);
        Ok(document
            .outputs
            .iter()
            .map(|(name, value)| (name.clone(), binding(&scope, name, value)))
            .collect())
    }

    fn stack(&self, document: &Document, name: &str, depends_on: Vec<String>) -> Stack {
        let declared = document.resources.iter();
        let resources = declared.map(|(id, resource)| Resource {
            id: id.clone(),
            type_name: resource.type_name.clone(),
        });
        Stack {
            name: name.to_owned(),
            file: document.file.clone(),
            depends_on,
            apis: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            queues: Vec::new(),
            buckets: Vec::new(),
            log_groups: Vec::new(),
            distributions: Vec::new(),
            nested: Vec::new(),
            resources: resources.collect(),
        }
    }
}

fn read_resource(
    stack: &mut Stack,
    root: &Path,
    scope: &Scope<'_>,
    id: &str,
    resource: &RawResource,
) -> Result<(), TemplateError> {
    if !is_wanted(scope, id, resource)? {
        return Ok(());
    }
    let place = scope.document.place(id, "Properties");
    let with = |common: &Map<String, Value>| {
        Properties::new(scope, place.clone(), merge(common, &resource.properties))
    };
    match resource.kind {
        Kind::Function => stack.functions.push(Function::read(
            with(&scope.document.function_globals),
            resource,
        )?),
        Kind::HttpApi => stack
            .apis
            .push(Api::read(with(&scope.document.api_globals))?),
        Kind::Table => stack.tables.push(Table::read(with(&Map::new()))?),
        Kind::Queue => stack.queues.push(Queue::read(with(&Map::new()))?),
        Kind::Bucket => stack.buckets.push(Bucket::read(with(&Map::new()))?),
        Kind::LogGroup => stack.log_groups.push(LogGroup::read(with(&Map::new()))?),
        Kind::Distribution => stack
            .distributions
            .push(Distribution::read(with(&Map::new()))?),
        Kind::Application => stack.nested.push(Nested::read(with(&Map::new()), root)?),
        Kind::Unmodelled => {}
    }
    Ok(())
}

fn is_wanted(scope: &Scope<'_>, id: &str, resource: &RawResource) -> Result<bool, TemplateError> {
    match &resource.condition {
        Some(name) => scope.condition(name, &scope.document.place(id, "Condition")),
        None => Ok(true),
    }
}

/// The parameters that an application is given. What has no value outside AWS matters only when something modelled uses it.
pub(crate) fn hand_down(
    scope: &Scope<'_>,
    given: Option<Value>,
    place: &Place,
) -> Result<BTreeMap<String, Binding>, TemplateError> {
    let place = place.within("Parameters");
    match given {
        None => Ok(BTreeMap::new()),
        Some(Value::Object(given)) => {
            let resolve = |(name, value): (String, Value)| match scope
                .resolve(&value, &place.within(&name))
            {
                Ok(value) => value.map(|value| (name, Binding::Known(value))),
                Err(problem) => Some((name, Binding::Unknown(problem.to_string()))),
            };
            Ok(given.into_iter().filter_map(resolve).collect())
        }
        Some(_) => Err(place.refuse("must be a mapping")),
    }
}

fn binding(scope: &Scope<'_>, name: &str, value: &Value) -> Binding {
    match scope.resolve(value, &scope.document.place("Outputs", name)) {
        Ok(value) => Binding::Known(value.unwrap_or_default()),
        Err(problem) => Binding::Unknown(problem.to_string()),
    }
}

/// The applications of the root, each after those whose outputs it is given.
fn application_order(document: &Document) -> Result<Vec<String>, TemplateError> {
    let mut order = Vec::new();
    for (id, resource) in &document.resources {
        if resource.kind == Kind::Application {
            visit(document, id, &mut Vec::new(), &mut order)?;
        }
    }
    Ok(order)
}

fn visit(
    document: &Document,
    id: &str,
    path: &mut Vec<String>,
    order: &mut Vec<String>,
) -> Result<(), TemplateError> {
    if order.iter().any(|done| done == id) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|open| open == id) {
        let mut stacks = path.split_off(start);
        stacks.push(id.to_owned());
        return Err(TemplateError::Cycle {
            file: document.file.clone(),
            stacks,
        });
    }
    path.push(id.to_owned());
    for next in dependencies(document, id) {
        visit(document, &next, path, order)?;
    }
    path.pop();
    order.push(id.to_owned());
    Ok(())
}

/// The applications that the application `id` waits for.
fn dependencies(document: &Document, id: &str) -> Vec<String> {
    let Some(resource) = document.resources.get(id) else {
        return Vec::new();
    };
    let mut names: Vec<String> = resource.properties.values().flat_map(references).collect();
    names.extend(resource.depends_on.iter().cloned());
    names.retain(|name| {
        document
            .resources
            .get(name)
            .is_some_and(|resource| resource.kind == Kind::Application)
    });
    names.sort();
    names.dedup();
    names
}

fn stack_name(document: &Document, id: &str) -> Option<String> {
    let location = document
        .resources
        .get(id)?
        .properties
        .get("Location")?
        .as_str()?;
    Some(
        Path::new(location)
            .file_stem()?
            .to_string_lossy()
            .into_owned(),
    )
}
