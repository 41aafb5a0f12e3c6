//! The HTTP client of the mall's own commands.

/// A client that follows no redirects and uses no proxy: it talks to this machine.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails only when a provider is set already, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()
}
