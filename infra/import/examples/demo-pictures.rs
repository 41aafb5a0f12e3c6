//! Writes the pictures of the demo catalogue into a folder, to look at them after a drawing was changed:
//! `cargo run -p import --example demo-pictures -- FOLDER`.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    for picture in import::demo_pictures() {
        let file = folder.join(picture.key());
        std::fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        std::fs::write(file, picture.draw()?)?;
    }
    Ok(())
}
