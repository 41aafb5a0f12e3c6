//! The typed deployment: what the templates say, resolved.

use std::path::PathBuf;

use crate::api::Api;
use crate::bucket::Bucket;
use crate::distribution::Distribution;
use crate::function::Function;
use crate::log_group::LogGroup;
use crate::nested::Nested;
use crate::queue::Queue;
use crate::role::Role;
use crate::routes::Routes;
use crate::table::Table;

/// Everything that the templates declare.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// The root stack (named `template`, it holds no functions) and the nested ones, each after those it reads outputs of.
    pub stacks: Vec<Stack>,
    /// The region it was read for.
    pub region: String,
    /// The account it was read for.
    pub account: String,
}

/// One stack: the root, or a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Name of the service: the stem of the file's name.
    pub name: String,
    /// The template, relative to the root folder.
    pub file: PathBuf,
    /// Names of the stacks that this one waits for, because it reads their outputs or says `DependsOn`.
    pub depends_on: Vec<String>,
    /// HTTP APIs.
    pub apis: Vec<Api>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Queues, dead-letter queues among them.
    pub queues: Vec<Queue>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// Log groups.
    pub log_groups: Vec<LogGroup>,
    /// Distributions.
    pub distributions: Vec<Distribution>,
    /// Templates that this stack nests, the applications of the root not among them: they are stacks of their own.
    pub nested: Vec<Nested>,
    /// Every resource that the file declares, those included that are not modelled or whose condition is false.
    pub resources: Vec<Resource>,
}

/// A resource as declared: enough to count it and to name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Logical id.
    pub id: String,
    /// CloudFormation's or SAM's type, as `AWS::SQS::Queue`.
    pub type_name: String,
}

impl Deployment {
    /// Every function, stack by stack.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.stacks.iter().flat_map(|stack| &stack.functions)
    }

    /// The function with this handler (`submit-order`) or logical id (`SubmitOrder`).
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions()
            .find(|function| function.handler == name || function.id == name)
    }

    /// The role of a function of this deployment.
    pub fn role_of(&self, function: &Function) -> Role {
        Role::of(function, &self.account)
    }

    /// The role of each function, in the same order.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.functions().map(|function| self.role_of(function))
    }

    /// Every table.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.stacks.iter().flat_map(|stack| &stack.tables)
    }

    /// Every queue.
    pub fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.stacks.iter().flat_map(|stack| &stack.queues)
    }

    /// The queue with this physical name.
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues().find(|queue| queue.name == name)
    }

    /// Every bucket.
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.stacks.iter().flat_map(|stack| &stack.buckets)
    }

    /// The bucket whose objects everybody may read, as the content delivery network shows them; known by its logical id.
    pub fn pictures_bucket(&self) -> Option<&Bucket> {
        self.buckets().find(|bucket| bucket.id == "Pictures")
    }

    /// The stack with this name.
    pub fn stack(&self, name: &str) -> Option<&Stack> {
        self.stacks.iter().find(|stack| stack.name == name)
    }

    /// The routes of all HTTP APIs, as if they stood behind one address.
    pub fn routes(&self) -> Routes {
        Routes::of(self)
    }
}
