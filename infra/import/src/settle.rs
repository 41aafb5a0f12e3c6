//! Brings a thing of the mall to what a file says of it: what is so already is not written, and what the file does not say
//! stays as staff made it.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::Outcome;
use crate::client::{CHANGED_MEANWHILE, MallClient, Precondition, Put};
use crate::read::understood;
use crate::report::ImportError;

/// How often a thing is written before it counts as one that others change at the same time.
const ATTEMPTS: usize = 3;

/// What a file says of a thing.
pub(crate) trait Said {
    /// All that the mall takes and shows of such a thing.
    type Content: Clone + DeserializeOwned + PartialEq + Serialize;

    /// Whether the mall shows such a thing alone, and not in lists only.
    const SHOWN_ALONE: bool = true;

    /// The thing as the file wants it, given as it is now, if it is.
    fn over(&self, now: Option<Self::Content>) -> Self::Content;
}

/// A thing as the mall shows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shown<C> {
    #[serde(flatten)]
    pub(crate) content: C,
    version: u64,
}

/// Writes a thing unless `shown`, as a list of the mall had it, says that it is so already, or that it is there and the client
/// only adds.
pub(crate) async fn settle<S: Said>(
    mall: &MallClient,
    path: &str,
    said: &S,
    mut shown: Option<Shown<S::Content>>,
) -> Result<Put, ImportError> {
    for _ in 0..ATTEMPTS {
        if shown.is_some() && mall.adds_only() {
            return Ok(Put::Unchanged(()));
        }
        let wanted = said.over(shown.as_ref().map(|shown| shown.content.clone()));
        let precondition = match &shown {
            Some(shown) if shown.content == wanted => return Ok(Put::Unchanged(())),
            Some(shown) => Precondition::Version(shown.version),
            None => Precondition::Create,
        };
        match mall.put(path, &wanted, precondition).await? {
            Outcome::Created(_) => return Ok(Put::Created(())),
            Outcome::Done(_) => return Ok(Put::Replaced(())),
            Outcome::Refused(reason) => return Ok(Put::Refused(reason)),
            Outcome::Differs => {}
        }
        if !S::SHOWN_ALONE {
            return Ok(match shown {
                // The list was a moment old, and did not have it yet.
                None => Put::Unchanged(()),
                Some(_) => Put::Refused(CHANGED_MEANWHILE.to_owned()),
            });
        }
        // The list was a moment old, or somebody else changes the thing too.
        shown = match mall.act(Method::GET, path, None).await? {
            Outcome::Done(answer) => Some(understood(path, answer)?),
            _ => return put_at_any_rate(mall, path, &wanted).await,
        };
    }
    Ok(Put::Refused(CHANGED_MEANWHILE.to_owned()))
}

/// Writes what is neither there nor free: it was removed, and the mall says so in refusing.
async fn put_at_any_rate(
    mall: &MallClient,
    path: &str,
    wanted: &impl Serialize,
) -> Result<Put, ImportError> {
    Ok(match mall.put(path, wanted, Precondition::None).await? {
        Outcome::Created(_) => Put::Created(()),
        Outcome::Done(_) => Put::Replaced(()),
        Outcome::Refused(reason) => Put::Refused(reason),
        Outcome::Differs => Put::Refused(CHANGED_MEANWHILE.to_owned()),
    })
}
