//! How many files this process may have open. A function's instance takes about seven (three pipes, a listener, its connections),
//! and all functions together may have hundreds.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as macOS lets any process have.
const ENOUGH: u64 = 10_240;

/// Raises the limit as far as the mall may need and the system lets it. Some systems begin with 256.
pub(crate) fn allow_many() {
    let limit = getrlimit(Resource::Nofile);
    let Some(raised) = raised(&limit) else {
        return;
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        let limit = limit.current;
        tracing::warn!(%error, limit, "many functions at once may run out of open files");
    }
}

/// No limit is `None`.
fn raised(limit: &Rlimit) -> Option<Rlimit> {
    let wanted = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    (limit.current? < wanted).then_some(raised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_rises_to_what_is_needed_and_allowed_and_never_sinks() {
        for (current, maximum, expected) in [
            (Some(256), None, Some(ENOUGH)),
            (Some(1024), Some(524_288), Some(ENOUGH)),
            (Some(256), Some(4096), Some(4096)),
            (Some(4096), Some(4096), None),
            (Some(20_000), Some(524_288), None),
            (None, None, None),
        ] {
            let limit = Rlimit { current, maximum };
            let raised = raised(&limit);
            assert!(raised.is_none_or(|raised| raised.maximum == maximum));
            let current = raised.map(|raised| raised.current);
            assert_eq!(current, expected.map(Some), "{limit:?}");
        }
    }
}
