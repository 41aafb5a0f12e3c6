//! The journal: what makes a trade outlive the process.
//!
//! One line of JSON for each change: the trade as it is after it. The last line of a trade counts. A line is
//! written before anyone is told of the change, so a killed process forgets nothing it has answered. Lines go to
//! the operating system, not through to the disk: the machine itself may lose the last ones when it loses power.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::trade::Trade;

/// The journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the journal {} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process uses it.
    #[error("another sandbox uses the journal {}", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A whole line is no trade: the file is damaged or of another version.
    #[error("line {line} of the journal {} is no trade", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// Where the line departs from a trade.
        source: serde_json::Error,
    },
}

/// An open journal, locked against a second process.
pub(crate) struct Journal {
    file: File,
    /// Bytes of whole lines: where the next one begins.
    length: u64,
}

impl Journal {
    /// Opens the journal and reads every trade in it, in the order of the changes. A last line without its end,
    /// torn by a kill, is cut off: nobody was told of it.
    pub(crate) fn open(path: &Path) -> Result<(Journal, Vec<Trade>), JournalError> {
        let failed = |source| JournalError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse {
                path: path.to_owned(),
            },
            TryLockError::Error(source) => failed(source),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let trades = read_lines(&bytes[..whole], path)?;
        let mut journal = Journal {
            file,
            length: whole as u64,
        };
        journal.cut_to_whole_lines().map_err(failed)?;
        Ok((journal, trades))
    }

    /// Writes a trade after its change. On an error nothing is kept.
    pub(crate) fn append(&mut self, trade: &Trade) -> io::Result<()> {
        let mut line = serde_json::to_vec(trade)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.cut_to_whole_lines()?;
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn cut_to_whole_lines(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(())
    }
}

fn read_lines(bytes: &[u8], path: &Path) -> Result<Vec<Trade>, JournalError> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|source| JournalError::Line {
                path: path.to_owned(),
                line: index + 1,
                source,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use time::macros::datetime;

    use super::*;
    use crate::amount::Amount;
    use crate::trade::{Addresses, Order};

    fn trade(number: &str) -> Trade {
        let order = Order {
            out_trade_no: number.to_owned(),
            subject: "两行\n标题".to_owned(),
            body: None,
            total_amount: Amount::parse("1").unwrap(),
            expires_at: datetime!(2026-03-02 12:15 UTC),
        };
        let addresses = Addresses {
            notify_url: None,
            return_url: None,
        };
        let noon = datetime!(2026-03-02 12:00 UTC);
        Trade::open(order, addresses, "1".repeat(28), noon).unwrap()
    }

    #[test]
    fn a_line_torn_by_a_kill_is_cut_off_and_the_next_one_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal");
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&trade("A")).unwrap();
        drop(journal);
        let mut torn = fs::read(&path).unwrap();
        torn.extend_from_slice(br#"{"trade_no":"11"#);
        fs::write(&path, torn).unwrap();

        let (mut journal, trades) = Journal::open(&path).unwrap();
        assert_eq!(trades, [trade("A")]);
        journal.append(&trade("B")).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().1, [trade("A"), trade("B")]);
    }

    #[test]
    fn a_damaged_line_is_named_and_a_second_opener_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal");
        let (journal, _) = Journal::open(&path).unwrap();
        assert!(matches!(
            Journal::open(&path),
            Err(JournalError::InUse { .. })
        ));
        drop(journal);
        fs::write(&path, "noise\n").unwrap();
        assert!(matches!(
            Journal::open(&path),
            Err(JournalError::Line { line: 1, .. })
        ));
    }
}
