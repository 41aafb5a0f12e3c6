//! The instances of every function: started at the first request, kept warm, never more at once than the function may have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use crate::function::{AccessKey, AccessKeys, BackendUrls, Definition};
use crate::instance::{Instance, InvokeError, Outcome, Program};
use crate::launch::Launch;
use crate::logs::Logs;
use crate::runtime_api::PAYLOAD_LIMIT;

/// Requests that may wait for an instance of one function. AWS starts more instances instead; beyond this, both throttle.
const WAITING_REQUESTS: usize = 1000;
/// Longest wait for an instance; API Gateway gives up after 30 seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(29);
/// An instance that has had nothing to do for this long is stopped.
const IDLE_LIMIT: Duration = Duration::from_secs(300);
const IDLE_CHECK: Duration = Duration::from_secs(30);

/// All functions of the mall, by handler.
#[derive(Debug)]
pub(crate) struct Functions {
    pools: BTreeMap<String, Arc<Pool>>,
}

impl Functions {
    /// Knows every function of the deployment; starts no process yet.
    pub(crate) fn new(
        deployment: &template::Deployment,
        mut keys: AccessKeys,
        urls: &BackendUrls,
        program: &Program,
        logs: &Logs,
    ) -> Self {
        let pool = |function: &template::Function| {
            let key = keys
                .remove(&function.handler)
                .unwrap_or_else(|| AccessKey::of(&function.handler));
            let definition = Definition::new(function, deployment, key, urls);
            (
                function.handler.clone(),
                Arc::new(Pool::new(definition, program.clone(), logs.clone())),
            )
        };
        Self {
            pools: deployment.functions().map(pool).collect(),
        }
    }

    /// How each is started.
    pub(crate) fn launches(&self) -> Vec<Launch> {
        self.pools
            .values()
            .map(|pool| pool.definition.launch())
            .collect()
    }

    /// A function by its handler (`submit-order`), its logical id (`SubmitOrder`) or its ARN.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Pool>> {
        let name = name.rsplit(':').next().unwrap_or(name);
        let by_id = || {
            self.pools
                .values()
                .find(|pool| pool.definition.logical_id == name)
        };
        self.pools.get(name).or_else(by_id)
    }

    /// What is known of each function, by handler.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.pools.values().map(|pool| &pool.definition)
    }

    /// Stops idle instances from time to time; runs until it is dropped.
    pub(crate) async fn stop_idle_instances(&self) {
        loop {
            tokio::time::sleep(IDLE_CHECK).await;
            for pool in self.pools.values() {
                pool.warm().retain(|instance| instance.idle() < IDLE_LIMIT);
            }
        }
    }

    /// Takes no more events, lets running ones end for at most `grace`, then ends every process that is idle.
    pub(crate) async fn stop(&self, grace: Duration) {
        let quiet = self
            .pools
            .values()
            .map(|pool| pool.slots.acquire_many(pool.definition.concurrency));
        let _ = tokio::time::timeout(grace, futures::future::join_all(quiet)).await;
        for pool in self.pools.values() {
            pool.slots.close();
            pool.warm().clear();
        }
    }
}

/// A task is cancelled only when the whole mall stops: the event comes again after the next start. One that panicked may do so at
/// every try, and counts.
fn cut_short(error: &JoinError) -> InvokeError {
    if error.is_panic() {
        InvokeError::Panicked
    } else {
        InvokeError::Throttled
    }
}

/// The instances of one function.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) definition: Definition,
    program: Program,
    logs: Logs,
    /// One per instance that may run.
    slots: Semaphore,
    /// One per request that may be in here.
    places: Semaphore,
    /// Instances without an event; the last used is used next, so that those not needed grow old.
    warm: Mutex<Vec<Instance>>,
}

impl Pool {
    fn new(definition: Definition, program: Program, logs: Logs) -> Self {
        let concurrency = definition.concurrency as usize;
        Self {
            program,
            logs,
            slots: Semaphore::new(concurrency),
            places: Semaphore::new(concurrency + WAITING_REQUESTS),
            warm: Mutex::default(),
            definition,
        }
    }

    /// Has the function handle one event. The function runs to its end even when the caller goes away, as on Lambda.
    pub(crate) async fn invoke(self: &Arc<Self>, event: Bytes) -> Result<Bytes, InvokeError> {
        if event.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::EventTooLarge);
        }
        let pool = Arc::clone(self);
        let invocation = tokio::spawn(async move { pool.invoke_to_end(event).await });
        let answer = invocation
            .await
            .unwrap_or_else(|error| Err(cut_short(&error)));
        if let Err(error) = &answer {
            tracing::warn!(function = self.definition.handler, error = %error, "a function gave no answer");
        }
        answer
    }

    async fn invoke_to_end(&self, event: Bytes) -> Result<Bytes, InvokeError> {
        let _place = self
            .places
            .try_acquire()
            .map_err(|_| InvokeError::Throttled)?;
        let Ok(Ok(_slot)) = tokio::time::timeout(LONGEST_WAIT, self.slots.acquire()).await else {
            return Err(InvokeError::Throttled);
        };
        while let Some(instance) = self.take_warm() {
            match self.use_instance(instance, event.clone()).await {
                Outcome::NotTaken => {}
                Outcome::Answered(answer) => return answer,
                Outcome::Lost(error) => return Err(error),
            }
        }
        let fresh = Instance::start(&self.program, &self.definition, &self.logs).await?;
        match self.use_instance(fresh, event).await {
            Outcome::Answered(answer) => answer,
            Outcome::Lost(error) => Err(error),
            Outcome::NotTaken => Err(InvokeError::NotStarted(
                "its process ended before the first event".to_owned(),
            )),
        }
    }

    /// Puts the instance back when it can take another event; ends its process otherwise.
    async fn use_instance(&self, mut instance: Instance, event: Bytes) -> Outcome {
        let outcome = instance.invoke(&self.definition, event).await;
        if matches!(outcome, Outcome::Answered(_)) {
            self.warm().push(instance);
        }
        outcome
    }

    fn take_warm(&self) -> Option<Instance> {
        self.warm().pop()
    }

    fn warm(&self) -> std::sync::MutexGuard<'_, Vec<Instance>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_a_function_has_an_event_is_a_failure_and_a_mall_that_stops_is_none() {
        let panicked = tokio::spawn(async { panic!("this panic belongs to the test") });
        let cut = cut_short(&panicked.await.unwrap_err());
        assert!(matches!(cut, InvokeError::Panicked), "{cut}");
        let stopped = tokio::spawn(std::future::pending::<()>());
        stopped.abort();
        let cut = cut_short(&stopped.await.unwrap_err());
        assert!(matches!(cut, InvokeError::Throttled), "{cut}");
    }
}
