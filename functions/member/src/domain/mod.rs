//! Rules of membership: values in, values out.

mod address;
mod login;
mod password;
mod phone;
mod registration;

pub use address::{Address, AddressBook, Destination, PostalCode};
pub(crate) use address::{AddressWrite, BookChange, BookFull, Listed};
pub use login::{InvalidLogin, InvalidLoginName, Login, LoginName};
pub(crate) use password::HashError;
pub use password::{InvalidPassword, Password, PasswordHash};
pub use phone::{InvalidPhone, Phone};
pub use registration::Credentials;
pub(crate) use registration::{Clash, Profile, Registration};
