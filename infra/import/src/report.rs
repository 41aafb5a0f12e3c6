//! What a run tells: counts, refused lines, or why it could not go on.

use std::fmt;
use std::path::PathBuf;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;

/// What an import did. Refused lines are part of the result, not an error: the rest is imported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Pictures put into the bucket.
    pub pictures: u64,
    /// Categories the mall accepted.
    pub categories: Written,
    /// Brands, attributes and their groups that the products refer to.
    pub taxonomy: Written,
    /// Products the mall accepted, each with its SKUs.
    pub products: Written,
    /// Receipts of stock.
    pub receipts: Booked,
    /// Lines, or parts of a line, that were not imported, in the order of files and lines.
    pub refused: Vec<Refusal>,
}

/// Objects written by their id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Written {
    /// New in the mall.
    pub created: u64,
    /// There before, now as the file says.
    pub replaced: u64,
    /// As the file says already: not written.
    pub unchanged: u64,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} created, {} replaced, {} unchanged",
            self.created, self.replaced, self.unchanged
        )
    }
}

/// Receipts booked by their number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Booked {
    /// Booked now: the stock rose.
    pub booked: u64,
    /// Booked by an earlier run: nothing changed.
    pub unchanged: u64,
}

/// Something of a file that was not imported, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The file's name as it was given.
    pub file: String,
    /// Line in the file, counted from 1.
    pub line: u64,
    /// What was refused, such as `product 6946605`.
    pub what: String,
    /// The reason, from the importer or in the mall's own words.
    pub reason: String,
}

impl Report {
    /// Takes the refusals of one file in. Answers arrive in any order; a reader wants that of the file.
    pub(crate) fn refuse(&mut self, mut refused: Vec<Refusal>) {
        refused.sort_by_key(|refusal| refusal.line);
        self.refused.append(&mut refused);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pictures > 0 {
            writeln!(f, "pictures:   {} put", self.pictures)?;
        }
        writeln!(f, "categories: {}", self.categories)?;
        writeln!(f, "taxonomy:   {}", self.taxonomy)?;
        writeln!(f, "products:   {}", self.products)?;
        writeln!(
            f,
            "receipts:   {} booked, {} unchanged",
            self.receipts.booked, self.receipts.unchanged
        )?;
        write!(f, "refused:    {}", self.refused.len())?;
        for refusal in &self.refused {
            write!(f, "\n  {refusal}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.file, self.line, self.what, self.reason
        )
    }
}

/// Why a run ended early. What was sent before stays; a run can be repeated as it is, nothing doubles.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A source file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    ReadFile {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The first line of a CSV file is not the header of such a list.
    #[error("{file}:1: {reason}")]
    Header {
        /// The file's name.
        file: String,
        /// Which column is missing, doubled or unknown.
        reason: String,
    },
    /// The mall's address is not an `http` or `https` URL.
    #[error("{url} is not the http or https address of a mall")]
    Address {
        /// The address as it was given.
        url: String,
    },
    /// The session's cookie holds characters that no HTTP header can carry.
    #[error("the session has characters that a cookie cannot have")]
    MalformedSession,
    /// The HTTP client cannot be built.
    #[error("cannot set up the HTTP client")]
    Client(#[source] reqwest::Error),
    /// The mall does not let the account in.
    #[error("the mall does not let {login} in: {reason}")]
    SignIn {
        /// The account's login.
        login: String,
        /// What the mall says.
        reason: String,
    },
    /// The session is over, or its account lacks a permission.
    #[error("the mall refuses the session of its staff: {request} answered {status}")]
    Session {
        /// Method and path.
        request: String,
        /// HTTP status, 401 or 403.
        status: u16,
    },
    /// Something answers at the address, but not a mall.
    #[error("no mall at this address: {request} answered {status}")]
    NoMall {
        /// Method and path.
        request: String,
        /// HTTP status.
        status: u16,
    },
    /// The mall does not show what it must.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// In the mall's own words.
        reason: String,
    },
    /// A list cannot be written.
    #[error("cannot write the list")]
    WriteList(#[source] std::io::Error),
    /// The mall was busy, away or out of order at every attempt.
    #[error(
        "the mall is not available: {request} failed {attempts} times ({last}); repeat the run later, nothing doubles"
    )]
    Unavailable {
        /// Method and path.
        request: String,
        /// How often it was sent.
        attempts: u32,
        /// What the last attempt met.
        last: String,
        /// The failure of the connection, when that was it.
        source: Option<reqwest::Error>,
    },
    /// A picture of the demo catalogue cannot be drawn.
    #[error("cannot draw the picture {key}")]
    DrawPicture {
        /// Key of the object in the bucket.
        key: String,
        /// Why: the PNG cannot be written, or the thread that drew it ended.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A picture of the demo catalogue cannot be stored.
    #[error("cannot put {key} into the bucket {bucket}")]
    StorePicture {
        /// Key of the object.
        key: String,
        /// Name of the bucket.
        bucket: String,
        /// What S3 says.
        source: Box<SdkError<PutObjectError>>,
    },
}
