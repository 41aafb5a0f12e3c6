//! Rules of membership: values in, values out.

mod address_book;
mod destination;
mod login;
mod phone;
mod registration;

pub use address_book::{Address, AddressBook};
pub(crate) use address_book::{AddressWrite, BookChange, BookFull, Listed};
pub use destination::{Destination, PostalCode};
pub use login::{InvalidLogin, InvalidLoginName, Login, LoginName};
pub use phone::{InvalidPhone, Phone};
pub use registration::Credentials;
pub(crate) use registration::{Clash, Profile, Registration};
