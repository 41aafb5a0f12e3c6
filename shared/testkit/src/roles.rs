//! What every function of a role has to be tried for, so that no permission goes unused only because no test looked.

use std::time::Duration;

use kernel::MemberId;
use template::{Decision, Trigger};

use crate::{Mall, Request};

/// Older than a session may grow before it is extended, and younger than it may grow at all.
const DUE: Duration = Duration::from_secs(10 * 60);

impl Mall {
    /// Sends every endpoint of a service that may read sessions the request of a member whose session is due to be extended,
    /// and fails the test unless the endpoint extends it. What else the request brings about does not matter: it carries
    /// nothing of what the endpoint wants.
    pub async fn assert_endpoints_extend_sessions(&self, service: &str) {
        let reading: Vec<(String, String)> = self.session_readers(service);
        assert!(!reading.is_empty(), "{service} reads no sessions");
        for (method, path) in reading {
            let session = self.session_of(&MemberId::generate(self.now())).await;
            self.clock().advance(DUE);
            self.wire().forget();
            let request = Request::new(self, &method, &path).session(&session);
            let answer = request.send().await;
            assert!(answer.status < 500, "{method} {path}: {answer:?}");
            let calls = self.wire().calls().0;
            let extended = calls
                .iter()
                .any(|call| call.name() == "UpdateItem mall-session" && call.status == 200);
            assert!(extended, "{method} {path}: {calls:?}");
        }
    }

    /// Method and path of each endpoint whose role may read sessions, the names of path parameters being their values.
    fn session_readers(&self, service: &str) -> Vec<(String, String)> {
        let deployment = self.deployment();
        let sessions = deployment.stack("session").expect("no stack of sessions");
        let table = &sessions.tables[0].arn;
        let readers = deployment.functions().filter(|function| {
            let role = deployment.role_of(function);
            let reads = role.decide("dynamodb:GetItem", table);
            function.binary == service && matches!(reads, Decision::Allowed(_))
        });
        readers
            .flat_map(|function| &function.triggers)
            .filter_map(|trigger| match trigger {
                Trigger::Http { method, path, .. } => {
                    Some((method.clone(), path.replace(['{', '}'], "")))
                }
                _ => None,
            })
            .collect()
    }
}
