//! Staff as callers.

use std::marker::PhantomData;

use kernel::{ConfigError, StaffId};

use super::{
    access::{StaffAccess, StaffSession},
    audit::{AuditLog, AuditRecord, Trail},
    permissions::{Permission, Permissions},
};
use crate::{
    Boot, Cookies, Principal, Problem, ProblemKind, Request, Security, StaffToken, origin::Origins,
};

/// A member of staff who may do what `P` names.
#[derive(Debug)]
pub struct Staff<P> {
    /// The account.
    pub id: StaffId,
    /// All it may do.
    pub permissions: Permissions,
    record: Option<AuditRecord>,
    permission: PhantomData<fn() -> P>,
}

/// A member of staff, whatever they may do: for what everybody may do with their own account.
#[derive(Debug)]
pub struct AnyStaff {
    /// The account.
    pub id: StaffId,
    /// All it may do.
    pub permissions: Permissions,
    /// The session.
    pub session: StaffSession,
    record: Option<AuditRecord>,
}

/// What it takes to know staff, and to write down what they do.
#[derive(Debug)]
pub struct StaffGuard {
    operation: &'static str,
    origins: Origins,
    cookies: Cookies,
    access: StaffAccess,
    audit: AuditLog,
}

impl StaffGuard {
    fn new(boot: &Boot, operation: &'static str) -> Result<Self, ConfigError> {
        Ok(Self {
            operation,
            origins: Origins::from_env(boot.environment())?,
            cookies: Cookies::from_env(boot.environment())?,
            access: StaffAccess::from_env(boot)?,
            audit: AuditLog::from_env(boot)?,
        })
    }

    /// Admits whoever is signed in, if they may do what `permission` names, and writes down an unsafe request, also one that
    /// they may not send.
    async fn admit(
        &self,
        request: &Request,
        permission: Option<&'static str>,
    ) -> Result<AnyStaff, Problem> {
        self.origins.check(request)?;
        let token = self.token(request)?;
        let found = self.access.find(&token).await.map_err(of_store)?;
        let found = found.ok_or(ProblemKind::UNAUTHENTICATED)?;
        let id = &found.session.staff;
        let (permissions, record) = tokio::join!(
            self.access.permissions_of(&found.access.roles),
            self.begin(request, id, &found.access.login)
        );
        let record = record?;
        let refused = match permissions {
            Err(error) => Problem::of_store(&error),
            Ok(permissions) if permission.is_none_or(|name| permissions.allow(name)) => {
                return Ok(AnyStaff {
                    id: found.session.staff.clone(),
                    permissions,
                    session: found.session,
                    record,
                });
            }
            Ok(_) => Problem::from(ProblemKind::FORBIDDEN).because(format!(
                "it needs the permission {}",
                permission.unwrap_or_default()
            )),
        };
        if let Some(record) = record {
            record.complete(refused.kind().status).await;
        }
        Err(refused)
    }

    fn token(&self, request: &Request) -> Result<StaffToken, Problem> {
        let text = request
            .cookie(self.cookies.staff_name())
            .ok_or(ProblemKind::UNAUTHENTICATED)?;
        StaffToken::parse(text).ok_or_else(|| {
            Problem::from(ProblemKind::UNAUTHENTICATED)
                .because("the staff cookie is malformed and has been removed")
                .cookie(self.cookies.no_staff())
        })
    }

    async fn begin(
        &self,
        request: &Request,
        staff: &StaffId,
        login: &str,
    ) -> Result<Option<AuditRecord>, Problem> {
        if request.method().is_safe() {
            return Ok(None);
        }
        let begun = self
            .audit
            .begin((staff, login), self.operation, &Trail::of(request))
            .await;
        begun.map(Some).map_err(of_store)
    }
}

fn of_store(error: dynamo::DynamoError) -> Problem {
    Problem::of_store(&error)
}

impl<P: Permission> Principal for Staff<P> {
    type Guard = StaffGuard;
    const SECURITY: Security = Security::Staff(P::NAME);
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::UNAUTHENTICATED,
        ProblemKind::FORBIDDEN,
        ProblemKind::FOREIGN_ORIGIN,
        ProblemKind::BUSY,
    ];

    fn guard(boot: &Boot, operation: &'static str) -> Result<StaffGuard, ConfigError> {
        StaffGuard::new(boot, operation)
    }

    async fn admit(guard: &StaffGuard, request: &Request) -> Result<Self, Problem> {
        let staff = guard.admit(request, Some(P::NAME)).await?;
        Ok(Self {
            id: staff.id,
            permissions: staff.permissions,
            record: staff.record,
            permission: PhantomData,
        })
    }

    fn record(&self) -> Option<AuditRecord> {
        self.record.clone()
    }
}

impl Principal for AnyStaff {
    type Guard = StaffGuard;
    const SECURITY: Security = Security::AnyStaff;
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::UNAUTHENTICATED,
        ProblemKind::FOREIGN_ORIGIN,
        ProblemKind::BUSY,
    ];

    fn guard(boot: &Boot, operation: &'static str) -> Result<StaffGuard, ConfigError> {
        StaffGuard::new(boot, operation)
    }

    async fn admit(guard: &StaffGuard, request: &Request) -> Result<Self, Problem> {
        guard.admit(request, None).await
    }

    fn record(&self) -> Option<AuditRecord> {
        self.record.clone()
    }
}
