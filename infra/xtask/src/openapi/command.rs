//! `cargo xtask openapi`: writes the document, or checks the one that is there.

use std::{fmt::Write as _, io, path::Path};

use serde_json::Value;

use super::{
    OpenApiError,
    breaking::{self, Break},
    document,
};

/// Why the OpenAPI document is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenApiCommandError {
    #[error("the OpenAPI document cannot be made")]
    Document(#[from] OpenApiError),
    #[error("{file} cannot be read or written")]
    File { file: String, source: io::Error },
    #[error("{file} is not JSON")]
    Json {
        file: String,
        source: serde_json::Error,
    },
    #[error("docs/openapi.json is stale: run `cargo xtask openapi`")]
    Stale,
    #[error(
        "{}these changes break clients; to make them on purpose, raise the first number of VERSION in infra/xtask/src/openapi/mod.rs",
        lines(.0)
    )]
    Breaks(Vec<Break>),
}

fn lines(breaks: &[Break]) -> String {
    breaks.iter().fold(String::new(), |mut text, found| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{found}");
        text
    })
}

/// Writes `docs/openapi.json`, or with `check` only compares it. Either way the document must not break clients of `base`,
/// which is the file that is there unless another is named, without its version saying so.
pub(crate) fn run(
    root: &Path,
    check: bool,
    base: Option<&Path>,
) -> Result<(), OpenApiCommandError> {
    let file = root.join("docs/openapi.json");
    let generated = document(root, &mall::services())?;
    if let Some(text) = read(base.unwrap_or(&file))? {
        let base = json(base.unwrap_or(&file), &text)?;
        let breaks = breaking::breaks(&base, &generated);
        if !breaks.is_empty() && !breaking::is_announced(&base, &generated) {
            return Err(OpenApiCommandError::Breaks(breaks));
        }
        eprint!("{}", lines(&breaks));
    }
    let text = format!("{generated:#}\n");
    if !check {
        return std::fs::write(&file, text).map_err(|source| failed(&file, source));
    }
    if read(&file)?.as_deref() != Some(&*text) {
        return Err(OpenApiCommandError::Stale);
    }
    Ok(())
}

/// The file's text; `None` where there is no file yet.
fn read(file: &Path) -> Result<Option<String>, OpenApiCommandError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(file, source)),
    }
}

fn json(file: &Path, text: &str) -> Result<Value, OpenApiCommandError> {
    serde_json::from_str(text).map_err(|source| OpenApiCommandError::Json {
        file: file.display().to_string(),
        source,
    })
}

fn failed(file: &Path, source: io::Error) -> OpenApiCommandError {
    OpenApiCommandError::File {
        file: file.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, path::PathBuf};

    use serde_json::json;

    use super::*;

    fn workspace() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn checked_in() -> Value {
        let text = std::fs::read_to_string(workspace().join("docs/openapi.json"));
        serde_json::from_str(&text.expect("the document")).expect("JSON")
    }

    #[test]
    fn a_change_that_breaks_clients_is_refused_until_the_version_announces_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("base.json");
        let mut base = checked_in();
        base["paths"]["/api/old"] = json!({ "get": { "operationId": "show-old" } });
        std::fs::write(&file, base.to_string()).expect("a file");
        let refused = run(&workspace(), true, Some(&file)).expect_err("it breaks clients");
        let lines = refused.to_string();
        assert!(
            lines.starts_with("GET /api/old: the operation is gone\n"),
            "{lines}"
        );
        base["info"]["version"] = "0.9.0".into();
        std::fs::write(&file, base.to_string()).expect("a file");
        run(&workspace(), true, Some(&file)).expect("the version announces it");
    }

    #[test]
    fn a_stale_document_is_found_and_written_anew() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["template.yaml", "infra", "events", "functions"] {
            symlink(
                workspace().join(name).canonicalize().expect("a place"),
                root.path().join(name),
            )
            .expect("a link");
        }
        let file = root.path().join("docs/openapi.json");
        std::fs::create_dir(root.path().join("docs")).expect("a folder");
        let mut stale = checked_in();
        stale["info"]["title"] = "Another".into();
        std::fs::write(&file, stale.to_string()).expect("a file");
        let found = run(root.path(), true, None);
        assert!(matches!(found, Err(OpenApiCommandError::Stale)));
        run(root.path(), false, None).expect("it is written");
        run(root.path(), true, None).expect("it is not stale any more");
        let written = std::fs::read_to_string(&file).expect("the file");
        assert_eq!(
            serde_json::from_str::<Value>(&written).ok(),
            Some(checked_in())
        );
    }
}
