//! Who calls, and what they may do: the gate in front of the three services.
//!
//! The access key that a request is signed with names its [`Principal`]. What the request needs (an action on a resource, or
//! several) is derived by the module of its service; the role of a function says whether it may. Whatever a function was
//! allowed is noted in the [`PermissionRecord`], if there is one.

pub(crate) mod dynamodb;
mod record;
pub(crate) mod s3;
pub(crate) mod sqs;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use template::{Decision, Role};

pub use record::{Needed, PermissionRecord};

/// Whose an access key is.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// May do everything: whoever runs the back ends, and looks into them. On AWS, an administrator of the account.
    Administrator,
    /// A function, which may do what its role allows.
    Function(Role),
}

/// The secret half of an access key, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessKey {
    /// What requests are signed with. S3 checks the signature; DynamoDB and SQS believe the key's id.
    pub secret: String,
    /// Whose it is.
    pub holder: Principal,
}

/// One action on one resource that a request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// As IAM names it: `dynamodb:PutItem`.
    pub(crate) action: Cow<'static, str>,
    /// An ARN, or `*` where the action is on nothing in particular.
    pub(crate) resource: String,
}

impl Need {
    pub(crate) fn new(action: impl Into<Cow<'static, str>>, resource: impl Into<String>) -> Need {
        Need {
            action: action.into(),
            resource: resource.into(),
        }
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    user: String,
    need: Need,
    /// A statement forbids it, beyond that none allows it.
    forbidden: bool,
}

impl Refusal {
    /// What DynamoDB says.
    pub(crate) fn message(&self) -> String {
        self.worded(&self.need.action, &self.need.resource)
    }

    /// What SQS says, which writes actions in lower case.
    pub(crate) fn message_of_sqs(&self) -> String {
        self.worded(&self.need.action.to_ascii_lowercase(), &self.need.resource)
    }

    /// What S3 says, which puts the resource between quotes.
    pub(crate) fn message_of_s3(&self) -> String {
        self.worded(&self.need.action, &format!("\"{}\"", self.need.resource))
    }

    fn worded(&self, action: &str, resource: &str) -> String {
        let because = match self.forbidden {
            true => "with an explicit deny in an identity-based policy".to_owned(),
            false => format!("because no identity-based policy allows the {action} action"),
        };
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} {because}",
            self.user
        )
    }
}

/// The gate.
#[derive(Debug)]
pub(crate) struct Access {
    keys: BTreeMap<String, AccessKey>,
    record: Option<Arc<PermissionRecord>>,
}

impl Access {
    pub(crate) fn new(
        keys: BTreeMap<String, AccessKey>,
        record: Option<Arc<PermissionRecord>>,
    ) -> Access {
        Access { keys, record }
    }

    /// Every key's id and secret.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        let keys = self.keys.iter();
        keys.map(|(id, key)| (id.as_str(), key.secret.as_str()))
    }

    /// Whose the access key is; none when nobody has it.
    pub(crate) fn principal(&self, key_id: &str) -> Option<&Principal> {
        self.keys.get(key_id).map(|key| &key.holder)
    }

    /// Whether the principal may do all of `needs`, of which the first that is refused is told. Nobody asks what an
    /// administrator needs.
    pub(crate) fn authorise(
        &self,
        principal: &Principal,
        needs: impl FnOnce() -> Vec<Need>,
    ) -> Result<(), Refusal> {
        let Principal::Function(role) = principal else {
            return Ok(());
        };
        let needs = needs();
        for need in &needs {
            match role.decide(&need.action, &need.resource) {
                Decision::Allowed(_) | Decision::AllowedByEvents => {}
                refused @ (Decision::Denied | Decision::NotAllowed) => {
                    let refusal = Refusal {
                        user: role.user.clone(),
                        need: need.clone(),
                        forbidden: refused == Decision::Denied,
                    };
                    tracing::warn!(function = role.function, "{}", refusal.message());
                    return Err(refusal);
                }
            }
        }
        if let Some(record) = &self.record {
            for need in &needs {
                record.note(&role.function, &need.action, &need.resource);
            }
        }
        Ok(())
    }
}

/// The access key's id in a request's signature: in the header `Authorization`, or in the query of a presigned URL.
pub(crate) fn key_id<'r>(
    authorization: Option<&'r str>,
    query: Option<&'r str>,
) -> Option<&'r str> {
    let in_header = || Some(authorization?.split_once("Credential=")?.1);
    let in_query = || {
        let parameter = |part: &'r str| part.strip_prefix("X-Amz-Credential=");
        query?.split('&').find_map(parameter)
    };
    // `<id>/<day>/<region>/<service>/aws4_request`; in a query the slashes may be escaped.
    let credential = in_header().or_else(in_query)?;
    credential.split(['/', '%', ',']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_names_its_access_key_in_the_header_or_in_the_query() {
        let header = "AWS4-HMAC-SHA256 Credential=LOCALA/20261124/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(key_id(Some(header), None), Some("LOCALA"));
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=LOCALB%2F20261124%2Fus-east-1&X-Amz-Date=0";
        assert_eq!(key_id(None, Some(query)), Some("LOCALB"));
        assert_eq!(key_id(Some("Bearer x"), Some("a=b")), None);
        assert_eq!(key_id(None, None), None);
    }

    #[test]
    fn each_service_words_a_refusal_in_its_own_way() {
        let mut refusal = Refusal {
            user: "arn:aws:sts::1:assumed-role/r/f".to_owned(),
            need: Need::new("sqs:SendMessage", "arn:aws:sqs:us-east-1:1:q"),
            forbidden: false,
        };
        assert_eq!(
            refusal.message_of_sqs(),
            "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: sqs:sendmessage on resource: \
             arn:aws:sqs:us-east-1:1:q because no identity-based policy allows the sqs:sendmessage action"
        );
        refusal.forbidden = true;
        assert_eq!(
            refusal.message_of_s3(),
            "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: sqs:SendMessage on resource: \
             \"arn:aws:sqs:us-east-1:1:q\" with an explicit deny in an identity-based policy"
        );
    }
}
