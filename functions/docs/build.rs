//! Takes the two files of Swagger UI that the page needs out of the archive that `utoipa-swagger-ui-vendored` carries.

use std::{env, error::Error, fs::File, io, path::PathBuf};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let mut archive = ZipArchive::new(io::Cursor::new(SWAGGER_UI_VENDORED))?;
    for name in FILES {
        let end = format!("/dist/{name}");
        let path = archive.file_names().find(|path| path.ends_with(&end));
        let path = path.ok_or("the archive has no such file")?.to_owned();
        io::copy(
            &mut archive.by_name(&path)?,
            &mut File::create(folder.join(name))?,
        )?;
    }
    Ok(())
}
