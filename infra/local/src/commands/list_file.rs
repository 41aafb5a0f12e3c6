//! The file that an export writes: it has its name when it is whole, and not before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A list on its way to its place. Dropped before it is finished, it leaves that place as it was.
pub(super) struct ListFile {
    written: BufWriter<File>,
    place: Place,
}

/// Where the list is written.
enum Place {
    /// Beside the file that it replaces once it is whole.
    Beside { part: PathBuf, target: PathBuf },
    /// Right there: a pipe or a terminal has no place to put a whole file in.
    There,
}

impl ListFile {
    /// Begins a list that will be at `path`, or where that link leads.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let known = fs::metadata(&target).ok();
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            return Ok(Self {
                written: BufWriter::new(File::create(&target)?),
                place: Place::There,
            });
        }
        // Named for this process: two exports at once do not write into one another.
        let mut part = OsString::from(&target);
        part.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(part);
        let file = File::create(&part)?;
        if let Some(known) = known {
            file.set_permissions(known.permissions())?;
        }
        Ok(Self {
            written: BufWriter::new(file),
            place: Place::Beside { part, target },
        })
    }

    /// Puts the list in its place, once the disk has all of it.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.written.flush()?;
        if let Place::Beside { part, target } = &self.place {
            self.written.get_ref().sync_all()?;
            fs::rename(part, target)?;
            self.place = Place::There;
        }
        Ok(())
    }
}

impl Write for ListFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.written.flush()
    }
}

impl Drop for ListFile {
    fn drop(&mut self) {
        if let Place::Beside { part, .. } = &self.place {
            // A part that cannot be removed bears a name that says what it is.
            let _ = fs::remove_file(part);
        }
    }
}
