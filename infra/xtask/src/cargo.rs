//! Cargo, called from within a program that cargo itself has started.

use std::process::Command;

/// A call of the cargo that started this program. What it said to this program about its package (`CARGO_PKG_NAME`,
/// `CARGO_MANIFEST_DIR`, ...) is not passed on: build scripts watch some of it, and would build whatever stands on them anew
/// with every change between a call from here and one from a shell.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let about_package = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if about_package {
            cargo.env_remove(name);
        }
    }
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_told_a_test_about_its_package_is_not_passed_on() {
        let cargo = cargo();
        let removed: Vec<_> = cargo
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        assert!(
            removed.contains(&"CARGO_MANIFEST_DIR".as_ref()),
            "{removed:?}"
        );
        assert!(removed.contains(&"CARGO_PKG_NAME".as_ref()), "{removed:?}");
    }
}
