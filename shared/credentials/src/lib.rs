//! Proving to be somebody by a password, for members and for staff: passwords and their hashes, and how fast they may be tried.
//!
//! Whoever signs somebody in counts the try first ([`TryCounter::count`]), looks the login up at the same time, asks [`proves`]
//! whether or not there is such a login, and forgets the tries when it does ([`TryCounter::forget`]). So a login of nobody and a
//! wrong password take the same time and the same words.

#![forbid(unsafe_code)]

mod counter;
mod password;
mod tries;

pub use counter::{CountError, TryCounter};
pub use password::{HashError, InvalidPassword, Password, PasswordHash, proves};
pub use tries::TooManyTries;
