//! A file of lines, read as it comes and never held whole, with the name a reader knows it by.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::report::{ImportError, Refusal};

/// What one run imports. Either part may be left out: a mall that has its categories needs only products.
#[derive(Debug, Default)]
pub struct Sources {
    /// Categories as CSV, see [`crate::import`].
    pub categories: Option<Source>,
    /// Products as JSON lines or as CSV, see [`crate::import`].
    pub products: Option<Source>,
}

/// A file, or a text that is part of the program, and its name as it appears in the report.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    File(PathBuf),
    Text(Cow<'static, [u8]>),
}

/// A source that is being read.
pub(crate) type Reader = Box<dyn BufRead + Send>;

impl Source {
    /// A file, which can be read now. Its path, as given, is the name in the report.
    ///
    /// # Errors
    /// [`ImportError::ReadFile`] when the file cannot be read.
    pub fn read(path: &Path) -> Result<Source, ImportError> {
        let source = Source {
            name: path.display().to_string(),
            content: Content::File(path.to_owned()),
        };
        source.open().map(drop)?;
        Ok(source)
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
            content: Content::Text(bytes),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The content from its beginning, without the byte order mark that spreadsheet programs write.
    pub(crate) fn open(&self) -> Result<Reader, ImportError> {
        let mut reader: Reader = match &self.content {
            Content::Text(bytes) => Box::new(io::Cursor::new(bytes.clone())),
            Content::File(path) => {
                let file = File::open(path).map_err(|source| self.unreadable(source))?;
                Box::new(BufReader::with_capacity(1 << 16, file))
            }
        };
        let begins = reader
            .fill_buf()
            .map_err(|source| self.unreadable(source))?;
        if begins.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(reader)
    }

    /// All of it, for what is small.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, ImportError> {
        let mut bytes = Vec::new();
        self.open()?
            .read_to_end(&mut bytes)
            .map_err(|source| self.unreadable(source))?;
        Ok(bytes)
    }

    /// The lines that hold something, with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> Result<TextLines, ImportError> {
        Ok(TextLines {
            reader: self.open()?,
            number: 0,
            source: self.clone(),
        })
    }

    pub(crate) fn unreadable(&self, source: io::Error) -> ImportError {
        let path = match &self.content {
            Content::File(path) => path.clone(),
            Content::Text(_) => PathBuf::from(&self.name),
        };
        ImportError::ReadFile { path, source }
    }
}

/// The lines of a source, one at a time.
pub(crate) struct TextLines {
    reader: Reader,
    number: u64,
    source: Source,
}

/// The longest line, in bytes: more than any product that the mall takes. What has no end does not fill the memory.
const LONGEST_LINE: usize = 1 << 20;

/// Reads on to the end of the line and keeps the beginning of it, at most a byte more than [`LONGEST_LINE`]. Answers how many bytes
/// were read, 0 at the end of the file.
pub(crate) fn read_line(reader: &mut Reader, line: &mut Vec<u8>) -> io::Result<usize> {
    let (mut read, mut room) = (0, LONGEST_LINE + 1);
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        let kept = length.min(room);
        line.extend_from_slice(&buffer[..kept]);
        reader.consume(length);
        room -= kept;
        read += length;
        if end.is_some() || length == 0 {
            return Ok(read);
        }
    }
}

/// The text of a line, or why it is none.
pub(crate) fn text_of(line: &[u8]) -> Result<&str, &'static str> {
    if line.len() > LONGEST_LINE {
        return Err(TOO_LONG);
    }
    std::str::from_utf8(line).map_err(|_| NOT_UTF8)
}

impl Iterator for TextLines {
    type Item = Result<Line<Result<String, &'static str>>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut bytes = Vec::new();
            match read_line(&mut self.reader, &mut bytes) {
                Err(error) => return Some(Err(self.source.unreadable(error))),
                Ok(0) => return None,
                Ok(_) => self.number += 1,
            }
            if !bytes.trim_ascii().is_empty() {
                return Some(Ok(Line {
                    number: self.number,
                    value: text_of(&bytes).map(|text| text.trim().to_owned()),
                }));
            }
        }
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
/// Why a line without an end is refused.
pub(crate) const TOO_LONG: &str = "is longer than 1 MiB";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_blank_ones_count_but_are_left_out() {
        let source = Source::embedded("file", "\u{feff}one\r\n\r\n  \n two \n");
        let lines: Vec<_> = source
            .lines()
            .unwrap()
            .map(|line| line.unwrap())
            .map(|line| (line.number, line.value.unwrap()))
            .collect();
        assert_eq!(lines, [(1, "one".to_owned()), (4, "two".to_owned())]);
    }

    #[test]
    fn a_line_in_another_encoding_spoils_only_itself() {
        let source = Source {
            name: "file".to_owned(),
            content: Content::Text(Cow::Borrowed(b"a\n\xca\xd6\xbb\xfa\nb")),
        };
        let lines: Vec<_> = source
            .lines()
            .unwrap()
            .map(|line| line.unwrap().value.is_ok())
            .collect();
        assert_eq!(lines, [true, false, true]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_not_held() {
        let source = Source::embedded("file", format!("a\n{}\nb", "x".repeat(3 << 20)));
        let lines: Vec<_> = source
            .lines()
            .unwrap()
            .map(|line| line.unwrap())
            .map(|line| (line.number, line.value))
            .collect();
        assert_eq!(
            lines,
            [
                (1, Ok("a".to_owned())),
                (2, Err(TOO_LONG)),
                (3, Ok("b".to_owned()))
            ]
        );
        let mut kept = Vec::new();
        let mut reader = source.open().unwrap();
        read_line(&mut reader, &mut kept).unwrap();
        kept.clear();
        assert_eq!(read_line(&mut reader, &mut kept).unwrap(), (3 << 20) + 1);
        assert_eq!(kept.len(), LONGEST_LINE + 1);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Source::read(Path::new("no/such/file.csv")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no/such/file.csv");
    }
}
