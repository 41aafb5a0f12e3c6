//! The services of the mall. A new service crate is one more line here.

type MakeService = fn() -> edge::Service;

/// By the name of the crate, which is also that of the stack and of the bootstrap (`BuildProperties.Binary`).
const SERVICES: &[(&str, MakeService)] = &[
    ("auth", auth::service),
    ("cart", cart::service),
    ("catalog", catalog::service),
    ("docs", docs::service),
    ("media", media::service),
    ("member", member::service),
    ("order", order::service),
    ("payment", payment::service),
    ("staff", staff::service),
    ("stock", stock::service),
];

/// The service of this name.
pub(crate) fn service(name: &str) -> Option<edge::Service> {
    SERVICES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, make)| make())
}

/// Every service of the mall: the one list of them, also for the checks and generators over the templates.
#[must_use]
pub fn services() -> Vec<edge::Service> {
    SERVICES.iter().map(|(_, make)| make()).collect()
}
