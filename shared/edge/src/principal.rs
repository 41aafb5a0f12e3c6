//! Who calls. The first input of every endpoint says who may; there is no default, so a forgotten check does not compile.

use std::future::Future;

use kernel::{ConfigError, MemberId};

use crate::{
    AuditRecord, Boot, Cookies, GuestKey, Problem, ProblemKind, Request, Security, Session,
    SessionToken, Sessions, origin::Origins,
};

/// A kind of caller.
pub trait Principal: Sized + Send + 'static {
    /// What it needs to tell: made once, at start.
    type Guard: Send + Sync + 'static;
    /// How the OpenAPI document and the list of routes name it.
    const SECURITY: Security;
    /// The problems that a refused caller may see.
    const KINDS: &'static [ProblemKind];

    /// Prepares to tell, for one operation.
    ///
    /// # Errors
    /// When a variable is missing.
    fn guard(boot: &Boot, operation: &'static str) -> Result<Self::Guard, ConfigError>;

    /// Admits the caller of a request, or refuses.
    fn admit(
        guard: &Self::Guard,
        request: &Request,
    ) -> impl Future<Output = Result<Self, Problem>> + Send;

    /// Where the end of the request is to be written down; nowhere unless the caller is staff.
    fn record(&self) -> Option<AuditRecord> {
        None
    }
}

/// Anyone.
#[derive(Debug, Clone, Copy)]
pub struct Public;

/// A member who is signed in, a guest who comes back, or someone new.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The session, when signed in.
    pub session: Option<Session>,
    /// The guest key, when the request carries one; a member may still carry one from before the sign-in.
    pub guest: Option<GuestKey>,
}

/// A member who is signed in.
#[derive(Debug, Clone)]
pub struct Member {
    /// The member.
    pub id: MemberId,
    /// The session.
    pub session: Session,
}

/// Another machine, which proves itself by what it sends, such as a signed notice. The operation checks that proof.
#[derive(Debug, Clone, Copy)]
pub struct Machine;

/// What it takes to know a visitor.
#[derive(Debug)]
pub struct VisitorGuard {
    origins: Origins,
    cookies: Cookies,
    sessions: Sessions,
}

impl VisitorGuard {
    fn new(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            origins: Origins::from_env(boot.environment())?,
            cookies: Cookies::from_env(boot.environment())?,
            sessions: Sessions::from_env(boot)?,
        })
    }

    /// The token in the request's cookie. A cookie that was never made here is refused as of kind `malformed`.
    fn token(
        &self,
        request: &Request,
        malformed: ProblemKind,
    ) -> Result<Option<SessionToken>, Problem> {
        let Some(text) = request.cookie(self.cookies.session_name()) else {
            return Ok(None);
        };
        let token = SessionToken::parse(text)
            .ok_or_else(|| noise(malformed, "session").cookie(self.cookies.no_session()))?;
        Ok(Some(token))
    }

    fn guest(&self, request: &Request) -> Result<Option<GuestKey>, Problem> {
        let Some(text) = request.cookie(self.cookies.guest_name()) else {
            return Ok(None);
        };
        GuestKey::parse(text)
            .map(Some)
            .ok_or_else(|| noise(ProblemKind::INVALID, "guest").cookie(self.cookies.no_guest()))
    }
}

/// A cookie that was never made here. It is refused, and taken back so that the browser is not stuck with it.
fn noise(kind: ProblemKind, cookie: &str) -> Problem {
    Problem::from(kind).because(format!(
        "the {cookie} cookie is malformed and has been removed"
    ))
}

impl Principal for Public {
    type Guard = Origins;
    const SECURITY: Security = Security::Public;
    const KINDS: &'static [ProblemKind] = &[ProblemKind::FOREIGN_ORIGIN];

    fn guard(boot: &Boot, _: &'static str) -> Result<Origins, ConfigError> {
        Origins::from_env(boot.environment())
    }

    async fn admit(origins: &Origins, request: &Request) -> Result<Self, Problem> {
        origins.check(request).map(|()| Self)
    }
}

impl Principal for Visitor {
    type Guard = VisitorGuard;
    const SECURITY: Security = Security::Visitor;
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::FOREIGN_ORIGIN,
        ProblemKind::BUSY,
    ];

    fn guard(boot: &Boot, _: &'static str) -> Result<VisitorGuard, ConfigError> {
        VisitorGuard::new(boot)
    }

    async fn admit(guard: &VisitorGuard, request: &Request) -> Result<Self, Problem> {
        guard.origins.check(request)?;
        let guest = guard.guest(request)?;
        let session = match guard.token(request, ProblemKind::INVALID)? {
            // A cart is all that a session opens here.
            Some(token) => guard.sessions.glimpse(&token).await,
            None => Ok(None),
        };
        Ok(Self {
            session: session.map_err(|error| Problem::of_store(&error))?,
            guest,
        })
    }
}

impl Principal for Member {
    type Guard = VisitorGuard;
    const SECURITY: Security = Security::Member;
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::UNAUTHENTICATED,
        ProblemKind::FOREIGN_ORIGIN,
        ProblemKind::BUSY,
    ];

    fn guard(boot: &Boot, _: &'static str) -> Result<VisitorGuard, ConfigError> {
        VisitorGuard::new(boot)
    }

    async fn admit(guard: &VisitorGuard, request: &Request) -> Result<Self, Problem> {
        guard.origins.check(request)?;
        let token = guard
            .token(request, ProblemKind::UNAUTHENTICATED)?
            .ok_or(ProblemKind::UNAUTHENTICATED)?;
        let session = guard
            .sessions
            .find(&token)
            .await
            .map_err(|error| Problem::of_store(&error))?
            .ok_or(ProblemKind::UNAUTHENTICATED)?;
        Ok(Self {
            id: session.member.clone(),
            session,
        })
    }
}

impl Principal for Machine {
    type Guard = ();
    const SECURITY: Security = Security::Machine;
    const KINDS: &'static [ProblemKind] = &[];

    fn guard(_: &Boot, _: &'static str) -> Result<(), ConfigError> {
        Ok(())
    }

    async fn admit((): &(), _: &Request) -> Result<Self, Problem> {
        Ok(Self)
    }
}
