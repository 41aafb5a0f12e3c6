//! A file of lines, held in memory with the name a reader knows it by.

use std::borrow::Cow;
use std::path::Path;
use std::str;

use crate::report::{ImportError, Refusal};

/// What one run imports. Either part may be left out: a mall that has its categories needs only products.
#[derive(Debug, Default)]
pub struct Sources {
    /// Categories as CSV, see [`crate::import`].
    pub categories: Option<Source>,
    /// Products as JSON lines, see [`crate::import`].
    pub products: Option<Source>,
}

/// The bytes of one file and its name as it appears in the report.
#[derive(Debug)]
pub struct Source {
    name: String,
    bytes: Cow<'static, [u8]>,
}

impl Source {
    /// Reads a whole file. Its path, as given, is the name in the report.
    ///
    /// # Errors
    /// [`ImportError::ReadFile`] when the file cannot be read.
    pub fn read(path: &Path) -> Result<Source, ImportError> {
        let bytes = std::fs::read(path).map_err(|source| ImportError::ReadFile {
            path: path.to_owned(),
            source,
        })?;
        Ok(Source {
            name: path.display().to_string(),
            bytes: Cow::Owned(bytes),
        })
    }

    /// Text that is part of the program, or that it has made.
    #[must_use]
    pub fn embedded(name: &str, text: impl Into<Cow<'static, str>>) -> Source {
        let bytes = match text.into() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Source {
            name: name.to_owned(),
            bytes,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The content without the byte order mark that spreadsheet programs write.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.bytes)
    }

    /// The lines that hold something, with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<Result<&str, str::Utf8Error>>> {
        (1..)
            .zip(self.bytes().split(|byte| *byte == b'\n'))
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .map(|(number, line)| Line {
                number,
                value: str::from_utf8(line).map(str::trim),
            })
    }
}

/// A value and the line it stands in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line<T> {
    pub(crate) number: u64,
    pub(crate) value: T,
}

/// What reading a file gave: the lines worth sending and those refused at sight.
#[derive(Debug)]
pub(crate) struct Lines<T> {
    pub(crate) file: String,
    pub(crate) accepted: Vec<Line<T>>,
    pub(crate) refused: Vec<Refusal>,
}

impl<T> Lines<T> {
    pub(crate) fn of(source: &Source) -> Lines<T> {
        Lines {
            file: source.name().to_owned(),
            accepted: Vec::new(),
            refused: Vec::new(),
        }
    }

    pub(crate) fn accept(&mut self, number: u64, value: T) {
        self.accepted.push(Line { number, value });
    }

    pub(crate) fn refuse(&mut self, line: u64, what: impl Into<String>, reason: impl Into<String>) {
        self.refused.push(Refusal {
            file: self.file.clone(),
            line,
            what: what.into(),
            reason: reason.into(),
        });
    }
}

/// Why a line in another encoding is refused. GBK is what Excel writes on Chinese machines.
pub(crate) const NOT_UTF8: &str = "is not UTF-8: save the file as UTF-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_blank_ones_count_but_are_left_out() {
        let source = Source::embedded("file", "\u{feff}one\r\n\r\n  \n two \n");
        let lines: Vec<_> = source
            .lines()
            .map(|line| (line.number, line.value.unwrap()))
            .collect();
        assert_eq!(lines, [(1, "one"), (4, "two")]);
    }

    #[test]
    fn a_line_in_another_encoding_spoils_only_itself() {
        let source = Source {
            name: "file".to_owned(),
            bytes: Cow::Borrowed(b"a\n\xca\xd6\xbb\xfa\nb"),
        };
        let lines: Vec<_> = source.lines().map(|line| line.value.is_ok()).collect();
        assert_eq!(lines, [true, false, true]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Source::read(Path::new("no/such/file.csv")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no/such/file.csv");
    }
}
