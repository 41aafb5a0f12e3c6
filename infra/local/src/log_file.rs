//! `log.jsonl` in the data folder: one run of the mall at a time, in parts.
//!
//! A part that has grown large is put aside as `log.previous.jsonl`, as is that of the former run at a start: what a long run
//! logged first is gone. Each part begins with a line that says whose it is and which it is, for those who want the whole run.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::function::uuid;

/// A part that has grown to this many bytes is the last but one.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The log file in a data folder.
pub(crate) fn log_file(folder: &Path) -> PathBuf {
    folder.join("log.jsonl")
}

/// The part before it, or the last of the former run.
fn previous_log_file(folder: &Path) -> PathBuf {
    folder.join("log.previous.jsonl")
}

/// What is left of the log of the run that goes on in a data folder, or was the last there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LogOfRun {
    /// Its files, in order.
    pub(crate) files: Vec<PathBuf>,
    /// How many parts came before them and are gone.
    pub(crate) missing_parts: u64,
}

impl LogOfRun {
    /// Finds it.
    pub(crate) fn find(folder: &Path) -> Self {
        let (current, previous) = (log_file(folder), previous_log_file(folder));
        // A log of which nothing is known stands for itself.
        let before = Heading::read(&current).map_or(0, |heading| heading.part.saturating_sub(1));
        let is_before = |heading: &Heading| {
            Heading::read(&current).is_some_and(|current| current.follows(heading))
        };
        if Heading::read(&previous).as_ref().is_some_and(is_before) {
            return Self {
                files: vec![previous, current],
                missing_parts: before - 1,
            };
        }
        Self {
            files: vec![current],
            missing_parts: before,
        }
    }
}

/// The first line of a part.
#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    function: String,
    message: String,
    run: String,
    /// From 1.
    part: u64,
}

impl Heading {
    fn of(run: &str, part: u64) -> Self {
        Self {
            function: "mall".to_owned(),
            message: "a part of the log of a run".to_owned(),
            run: run.to_owned(),
            part,
        }
    }

    fn read(file: &Path) -> Option<Self> {
        let mut line = String::new();
        BufReader::new(File::open(file).ok()?)
            .read_line(&mut line)
            .ok()?;
        serde_json::from_str(&line).ok()
    }

    fn follows(&self, other: &Self) -> bool {
        self.run == other.run && self.part == other.part + 1
    }
}

/// Writes the log of one run.
pub(crate) struct LogFile {
    folder: PathBuf,
    limit: u64,
    run: String,
    part: u64,
    file: File,
    written: u64,
}

impl LogFile {
    /// Puts the log of the former run aside and begins one.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Self::open_with(folder, FILE_LIMIT)
    }

    fn open_with(folder: &Path, limit: u64) -> io::Result<Self> {
        let (run, part) = (uuid(), 1);
        Ok(Self {
            file: begin(folder, &run, part)?,
            folder: folder.to_owned(),
            limit,
            run,
            part,
            written: 0,
        })
    }

    pub(crate) fn write(&mut self, line: &str) {
        // One that cannot be put aside grows on.
        if self.written > self.limit
            && let Ok(file) = begin(&self.folder, &self.run, self.part + 1)
        {
            (self.file, self.part, self.written) = (file, self.part + 1, 0);
        }
        if writeln!(self.file, "{line}").is_ok() {
            self.written += line.len() as u64 + 1;
        }
    }
}

fn begin(folder: &Path, run: &str, part: u64) -> io::Result<File> {
    let path = log_file(folder);
    match std::fs::rename(&path, previous_log_file(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create(&path)?;
    let heading = serde_json::to_string(&Heading::of(run, part))?;
    writeln!(file, "{heading}")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a run that are found again, and how many parts are not.
    fn found(folder: &Path) -> (Vec<String>, u64) {
        let log = LogOfRun::find(folder);
        let text = log
            .files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap());
        let text: String = text.collect();
        let lines = text.lines().filter(|line| line.starts_with("line"));
        (lines.map(str::to_owned).collect(), log.missing_parts)
    }

    #[test]
    fn a_run_is_found_with_the_part_that_was_put_aside_and_what_is_gone_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        // A part is full with its second line.
        let mut file = LogFile::open_with(folder.path(), 6).unwrap();
        let mut write = |lines: std::ops::Range<usize>| {
            lines.for_each(|line| file.write(&format!("line {line}")));
        };
        let lines = |lines: std::ops::Range<usize>| -> Vec<String> {
            lines.map(|line| format!("line {line}")).collect()
        };
        write(0..1);
        assert_eq!(found(folder.path()), (lines(0..1), 0));
        write(1..2);
        assert_eq!(found(folder.path()), (lines(0..2), 0));
        write(2..5);
        assert_eq!(found(folder.path()), (lines(3..5), 3));
    }

    #[test]
    fn what_a_former_run_logged_is_no_part_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut former = LogFile::open(folder.path()).unwrap();
        former.write("line of the former");
        let mut file = LogFile::open(folder.path()).unwrap();
        file.write("line of this");
        assert_eq!(found(folder.path()), (vec!["line of this".to_owned()], 0));
        let aside = std::fs::read_to_string(previous_log_file(folder.path())).unwrap();
        assert!(aside.contains("line of the former"), "{aside}");
    }

    #[test]
    fn a_log_without_a_heading_stands_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        for file in [log_file(folder.path()), previous_log_file(folder.path())] {
            std::fs::write(file, "line 1\n").unwrap();
        }
        assert_eq!(found(folder.path()), (vec!["line 1".to_owned()], 0));
    }
}
