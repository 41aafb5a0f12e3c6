//! A cookie never authorises an unsafe request from another origin.

use http::Method;
use kernel::{ConfigError, Environment};

use crate::{Problem, ProblemKind, Request};

/// The origins whose pages may act for a visitor, from `ALLOWED_ORIGINS` (comma-separated).
#[derive(Debug, Clone)]
pub struct Origins(Vec<String>);

impl Origins {
    pub(crate) fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        let list = environment.text("ALLOWED_ORIGINS")?;
        Ok(Self(
            list.split(',')
                .map(|origin| origin.trim().to_owned())
                .filter(|origin| !origin.is_empty())
                .collect(),
        ))
    }

    /// Refuses an unsafe request that a browser sent for a page of another origin. Browsers say so in `Origin` or
    /// `Sec-Fetch-Site`; a client that sends neither is no browser and carries nobody's cookies but its own.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Problem> {
        if matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        ) {
            return Ok(());
        }
        let allowed = match (request.header("origin"), request.header("sec-fetch-site")) {
            (Some(origin), _) => self.0.iter().any(|known| known == origin),
            (None, Some(site)) => matches!(site, "same-origin" | "none"),
            (None, None) => true,
        };
        if allowed {
            Ok(())
        } else {
            Err(ProblemKind::FOREIGN_ORIGIN.into())
        }
    }
}
