//! How addresses are written and shown.

use kernel::{AddressId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Phone, PostalCode,
    domain::{Destination, Listed},
};

/// Which address.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AddressPath {
    /// The address's id.
    pub(crate) address_id: AddressId,
}

/// An address as a member writes it down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressInput {
    /// Who receives the goods.
    receiver: Text<1, 25>,
    /// The receiver's mobile number.
    phone: Phone,
    /// Province.
    province: Text<1, 20>,
    /// City.
    city: Text<1, 20>,
    /// District or county.
    district: Text<1, 20>,
    /// Street, house, room.
    street: Text<1, 100>,
    /// Postal code, six digits.
    #[serde(default)]
    postal_code: Option<PostalCode>,
    /// Whether orders go here unless told otherwise. The first address is the default in any case; a change without this
    /// leaves it as it is.
    #[serde(default)]
    is_default: Option<bool>,
}

/// An address in its owner's book.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AddressView {
    /// The address's id.
    pub(crate) id: AddressId,
    #[serde(flatten)]
    destination: Destination,
    /// Whether orders go here unless told otherwise; true for at most one address of a member.
    is_default: bool,
    /// When it was added.
    added_at: Timestamp,
}

impl AddressInput {
    /// Where to, and whether it is to be the default.
    pub(crate) fn into_parts(self) -> (Destination, Option<bool>) {
        let destination = Destination {
            receiver: self.receiver,
            phone: self.phone,
            province: self.province,
            city: self.city,
            district: self.district,
            street: self.street,
            postal_code: self.postal_code,
        };
        (destination, self.is_default)
    }
}

impl From<Listed> for AddressView {
    fn from(listed: Listed) -> Self {
        let Listed {
            address,
            is_default,
        } = listed;
        Self {
            id: address.id,
            destination: address.destination,
            is_default,
            added_at: address.added_at,
        }
    }
}
