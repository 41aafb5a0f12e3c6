//! The member table: its keys and attributes, here and nowhere else.

use dynamo::{
    Condition, Consistency, DynamoError, Key, Query, Table, Transaction, TransactionError, Write,
};
use edge::Boot;
use kernel::{AddressId, ConfigError, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    Address, AddressBook, AddressWrite, BookChange, Credentials, Destination, Login, LoginName,
    Phone, Profile,
};

/// The members, for this service and those above it.
#[derive(Debug, Clone)]
pub struct Members {
    table: Table,
}

/// What came of registering somebody.
pub(crate) enum Registered {
    /// They are a member now.
    Done,
    /// Somebody holds the phone number, or the name, or both.
    Held {
        /// Who holds the phone number.
        phone: Option<Box<Credentials>>,
        /// Who holds the name.
        name: Option<Box<Credentials>>,
    },
}

/// The book of a member: which address is the default, and which writing of the book this is. Every change of an address
/// writes it too, so two changes at once cannot both count on the same state.
#[derive(Serialize, Deserialize)]
struct BookRow {
    rev: String,
    #[serde(default)]
    default_id: Option<AddressId>,
}

#[derive(Serialize, Deserialize)]
struct AddressRow {
    added_at: Timestamp,
    destination: Destination,
}

/// What stands under the prefix of a member's addresses.
#[derive(Deserialize)]
#[serde(untagged)]
enum BookItem {
    Address {
        sk: String,
        #[serde(flatten)]
        row: AddressRow,
    },
    Book(BookRow),
}

/// How often a change of an address book is decided anew when others changed the book meanwhile.
const EDITS: u32 = 5;

impl Members {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// The members in the table that `MEMBER_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self::new(boot.table("MEMBER_TABLE")?))
    }

    /// Whose login this is and how they prove it, in one read whether it is anybody's or not; `None` when it is nobody's.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn credentials(&self, login: &Login) -> Result<Option<Credentials>, DynamoError> {
        let key = match login {
            Login::Phone(phone) => phone_key(phone),
            Login::Name(name) => name_key(name),
        };
        self.table.get(key, Consistency::Strong).await
    }

    /// An address of a member; `None` when they have no such address, be it someone else's or nobody's.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn address(
        &self,
        member: &MemberId,
        id: &AddressId,
    ) -> Result<Option<Address>, DynamoError> {
        let row: Option<AddressRow> = self
            .table
            .get(address_key(member, id), Consistency::Strong)
            .await?;
        Ok(row.map(|row| row.into_address(id.clone())))
    }

    /// All addresses of a member.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn addresses(&self, member: &MemberId) -> Result<AddressBook, DynamoError> {
        self.book(member).await.map(|(book, _)| book)
    }

    pub(crate) async fn profile(&self, member: &MemberId) -> Result<Option<Profile>, DynamoError> {
        self.table
            .get(profile_key(member), Consistency::Strong)
            .await
    }

    /// Makes a member: profile, phone number and name together or not at all. The phone number and the name carry the password's
    /// hash, so that a sign-in is one read and a profile holds no secret.
    pub(crate) async fn register(
        &self,
        profile: &Profile,
        credentials: &Credentials,
    ) -> Result<Registered, DynamoError> {
        let outcome = Transaction::new()
            .with(Write::put(&self.table, profile_key(&profile.member_id), profile).if_absent())
            .with(Write::put(&self.table, phone_key(&profile.phone), credentials).if_absent())
            .with(Write::put(&self.table, name_key(&profile.login_name), credentials).if_absent())
            .commit()
            .await;
        let Err(error) = outcome else {
            return Ok(Registered::Done);
        };
        let (phone, name) = (holder(&error, 1)?, holder(&error, 2)?);
        let mine = |held: &Option<Box<Credentials>>| {
            held.as_ref()
                .is_some_and(|held| held.member_id == profile.member_id)
        };
        if mine(&phone) || mine(&name) {
            // The call was repeated on the way; its first copy made this very member.
            return Ok(Registered::Done);
        }
        // A conflict says nothing about who will hold what: the whole is worth another try.
        if error.busy() || (phone.is_none() && name.is_none()) {
            return Err(error.otherwise());
        }
        Ok(Registered::Held { phone, name })
    }

    /// Changes a member's address book as `decide` says for the book as it is; when others changed it meanwhile, `decide`
    /// is asked again. `None` in place of a change leaves the book as it is.
    pub(crate) async fn edit_book<T, E: From<DynamoError>>(
        &self,
        member: &MemberId,
        decide: impl Fn(&AddressBook) -> Result<(T, Option<BookChange>), E>,
    ) -> Result<T, E> {
        for _ in 0..EDITS {
            let (book, rev) = self.book(member).await?;
            let (decided, change) = decide(&book)?;
            let Some(change) = change else {
                return Ok(decided);
            };
            if self.save(member, rev.as_deref(), change).await? {
                return Ok(decided);
            }
        }
        Err(DynamoError::Busy {
            code: "AddressBookChanged".to_owned(),
            source: None,
        }
        .into())
    }

    /// The book, and which writing of it this is; `None` for one that was never written.
    async fn book(&self, member: &MemberId) -> Result<(AddressBook, Option<String>), DynamoError> {
        let items = Query::partition(partition(member))
            .prefix(BOOK)
            .strong()
            .all::<BookItem>(&self.table)
            .await?;
        let (mut addresses, mut book) = (Vec::new(), None);
        for item in items {
            match item {
                BookItem::Address { sk, row } => addresses.push(row.into_address(address_id(&sk)?)),
                BookItem::Book(row) => book = Some(row),
            }
        }
        let (rev, default_id) = book.map_or((None, None), |row| (Some(row.rev), row.default_id));
        Ok((AddressBook::of(addresses, default_id), rev))
    }

    /// Whether the change was made: it is, if the book is still the one that was read.
    async fn save(
        &self,
        member: &MemberId,
        rev: Option<&str>,
        change: BookChange,
    ) -> Result<bool, DynamoError> {
        let row = BookRow {
            rev: fresh_rev(),
            default_id: change.default_id,
        };
        let book =
            Write::put(&self.table, Key::new(partition(member), BOOK), &row).when(match rev {
                Some(rev) => Condition::equals("rev", rev),
                None => Condition::item_absent(),
            });
        let transaction = match change.write {
            AddressWrite::Nothing => Transaction::new().with(book),
            AddressWrite::Put(Address {
                id,
                destination,
                added_at,
            }) => {
                let address = Write::put(
                    &self.table,
                    address_key(member, &id),
                    &AddressRow {
                        added_at,
                        destination,
                    },
                );
                Transaction::new().with(book).with(address)
            }
            AddressWrite::Remove(id) => Transaction::new()
                .with(book)
                .with(Write::delete(&self.table, address_key(member, &id))),
        };
        let Err(error) = transaction.commit().await else {
            return Ok(true);
        };
        match error.condition_failed(0) {
            // The call was repeated on the way; its first copy made the change.
            Some(Some(item)) => Ok(item.clone().read::<BookRow>()?.rev == row.rev),
            Some(None) => Ok(false),
            None => Err(error.otherwise()),
        }
    }
}

impl AddressRow {
    fn into_address(self, id: AddressId) -> Address {
        Address {
            id,
            destination: self.destination,
            added_at: self.added_at,
        }
    }
}

/// Who holds what the write at `index` wanted.
fn holder(error: &TransactionError, index: usize) -> Result<Option<Box<Credentials>>, DynamoError> {
    error
        .condition_failed(index)
        .flatten()
        .map(|item| item.clone().read().map(Box::new))
        .transpose()
}

/// A value that no other writing of a book has.
fn fresh_rev() -> String {
    format!("{:016x}", rand::random::<u64>())
}

/// Sort key of the book, and beginning of those of its addresses.
const BOOK: &str = "A";

fn partition(member: &MemberId) -> String {
    format!("M#{member}")
}

fn profile_key(member: &MemberId) -> Key {
    Key::new(partition(member), "PROFILE")
}

fn phone_key(phone: &Phone) -> Key {
    Key::new(format!("P#{}", phone.as_str()), "PHONE")
}

fn name_key(name: &LoginName) -> Key {
    Key::new(format!("N#{name}"), "NAME")
}

fn address_key(member: &MemberId, id: &AddressId) -> Key {
    Key::new(partition(member), format!("{BOOK}#{id}"))
}

fn address_id(sk: &str) -> Result<AddressId, DynamoError> {
    let id = sk
        .strip_prefix(BOOK)
        .and_then(|rest| rest.strip_prefix('#'));
    id.and_then(|id| AddressId::parse(id).ok())
        .ok_or_else(|| DynamoError::Malformed(format!("no address has the sort key {sk}")))
}

#[cfg(test)]
mod tests {
    use kernel::{Clock, Environment};
    use testkit::{Action, Mall};

    use super::*;
    use crate::domain::Registration;
    use credentials::Password;

    /// The members of a mall, by a client that repeats a call which brought no answer, as on AWS.
    fn repeating(mall: &Mall) -> Members {
        let boot = mall.boot("register-member");
        let names = [
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL_DYNAMODB",
            "MEMBER_TABLE",
        ];
        let variables = names.map(|name| {
            (
                name.to_owned(),
                boot.environment().text(name).unwrap().to_owned(),
            )
        });
        Members::from_env(&Boot::new(Environment::of(variables.into(), Clock::System)).unwrap())
            .unwrap()
    }

    #[tokio::test]
    async fn a_registration_that_is_repeated_on_the_way_finds_its_own_member_and_succeeds() {
        let mall = Mall::start(&[crate::service]).await;
        let registration = Registration {
            phone: Phone::parse("13800001234").unwrap(),
            login_name: LoginName::parse("alice_01").unwrap(),
            password: Password::parse("correct horse").unwrap(),
            nickname: None,
        };
        let profile = registration.profile(MemberId::generate(mall.now()), mall.now());
        let credentials = Credentials {
            member_id: profile.member_id.clone(),
            password_hash: registration.password.hash().unwrap(),
            registered_at: mall.now(),
        };
        mall.wire()
            .strike("TransactWriteItems mall-member", 0, Action::FailAfter);
        let outcome = repeating(&mall)
            .register(&profile, &credentials)
            .await
            .unwrap();
        assert!(matches!(outcome, Registered::Done));
        assert_eq!(
            mall.wire().calls().names(),
            ["TransactWriteItems mall-member"; 2]
        );
    }

    #[tokio::test]
    async fn a_change_of_the_book_that_is_repeated_on_the_way_is_made_once() {
        let mall = Mall::start(&[crate::service]).await;
        let member = MemberId::generate(mall.now());
        mall.wire()
            .strike("TransactWriteItems mall-member", 0, Action::FailAfter);
        let change = BookChange {
            default_id: None,
            write: AddressWrite::Nothing,
        };
        let decide = |_: &AddressBook| Ok::<_, DynamoError>(((), Some(change.clone())));
        repeating(&mall).edit_book(&member, decide).await.unwrap();
        let names = [
            "Query mall-member",
            "TransactWriteItems mall-member",
            "TransactWriteItems mall-member",
        ];
        assert_eq!(mall.wire().calls().names(), names);
    }
}
