//! The rows of a CSV file, one at a time and with their lines; and cells that no spreadsheet takes for a formula.

use csv::{ReaderBuilder, StringRecord};

use crate::report::ImportError;
use crate::source::{NOT_UTF8, Reader, Source, TOO_LONG, read_line};

/// The longest row, in bytes: a quote that is never closed does not swallow the rest of the file.
const LONGEST_ROW: usize = 1 << 20;

/// A row: the line it begins in, and its cells, or why it has none.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) cells: Result<StringRecord, String>,
}

/// The rows of a file, one at a time: lines of text until no quoted cell is open.
pub(crate) struct Rows {
    reader: Reader,
    line: u64,
    source: Source,
}

impl Rows {
    /// Begins to read.
    pub(crate) fn of(source: &Source) -> Result<Rows, ImportError> {
        Ok(Rows {
            reader: source.open()?,
            line: 0,
            source: source.clone(),
        })
    }
}

impl Iterator for Rows {
    type Item = Result<Row, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut bytes, mut first, mut open) = (Vec::new(), 0, false);
        loop {
            let begin = bytes.len();
            match read_line(&mut self.reader, &mut bytes) {
                Err(error) => return Some(Err(self.source.unreadable(error))),
                Ok(0) if bytes.is_empty() => return None,
                Ok(0) => break,
                Ok(_) => self.line += 1,
            }
            if begin == 0 {
                let is_blank = bytes
                    .iter()
                    .all(|byte| byte.is_ascii_whitespace() || *byte == b',');
                if is_blank {
                    bytes.clear();
                    continue;
                }
                first = self.line;
            }
            open = is_open(&bytes[begin..], open);
            if !open || bytes.len() > LONGEST_ROW {
                break;
            }
        }
        Some(Ok(Row {
            line: first,
            cells: cells(&bytes, open),
        }))
    }
}

/// Whether a quoted cell is open at the end of a line of text.
fn is_open(line: &[u8], mut open: bool) -> bool {
    let mut begins_cell = !open;
    let mut bytes = line.iter().peekable();
    while let Some(byte) = bytes.next() {
        match (open, byte) {
            (true, b'"') if bytes.peek() == Some(&&b'"') => drop(bytes.next()),
            (true, b'"') => open = false,
            (true, _) => {}
            (false, b'"') if begins_cell => open = true,
            (false, byte) => begins_cell = *byte == b',',
        }
    }
    open
}

fn cells(bytes: &[u8], open: bool) -> Result<StringRecord, String> {
    if open {
        return Err("a quote is never closed".to_owned());
    }
    if bytes.len() > LONGEST_ROW {
        return Err(TOO_LONG.to_owned());
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => Ok(record),
        Err(_) => Err(NOT_UTF8.to_owned()),
    }
}

/// What makes a spreadsheet take a cell for a formula, or a text for what it is not.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn defused(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text of a cell that may have been defused.
pub(crate) fn undefused(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}
