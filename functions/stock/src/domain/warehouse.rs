//! Warehouses.

use kernel::{Text, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The id of the warehouse that a mall has without asking for one: the first receipt into it makes it. Every other has to
/// be put before goods come in, so that a mistyped id is refused and not stocked.
pub(crate) const FIRST: &str = "main";

/// What staff say about a warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WarehouseDetails {
    /// What people call it.
    pub(crate) name: Text<1, 100>,
    /// Where it stands.
    #[serde(default)]
    pub(crate) address: Text<0, 200>,
    /// The code of the area it stands in, such as `330106`.
    #[serde(default)]
    pub(crate) area_code: Text<0, 20>,
}

/// A warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Warehouse {
    /// Its id.
    pub(crate) warehouse_id: WarehouseId,
    /// What people call it.
    pub(crate) name: Text<1, 100>,
    /// Where it stands.
    pub(crate) address: Text<0, 200>,
    /// The code of the area it stands in.
    pub(crate) area_code: Text<0, 20>,
}

impl Warehouse {
    /// The warehouse of this id with these details.
    pub(crate) fn new(warehouse_id: WarehouseId, details: WarehouseDetails) -> Self {
        Self {
            warehouse_id,
            name: details.name,
            address: details.address,
            area_code: details.area_code,
        }
    }

    /// Whether this is the id, or part of the name, of the address or of the area's code, whatever the case of its letters.
    pub(crate) fn matches(&self, key: &str) -> bool {
        let key = key.to_lowercase();
        self.warehouse_id.as_str().to_lowercase() == key
            || [&*self.name, &*self.address, &*self.area_code]
                .iter()
                .any(|text| text.to_lowercase().contains(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warehouse_is_found_by_its_id_and_by_parts_of_what_is_said_about_it() {
        let details = WarehouseDetails {
            name: Text::parse("杭州 East 仓").unwrap(),
            address: Text::parse("文三路 90 号").unwrap(),
            area_code: Text::parse("330106").unwrap(),
        };
        let warehouse = Warehouse::new(WarehouseId::parse("hz-1").unwrap(), details);
        for key in ["hz-1", "HZ-1", "east", "三路", "3301"] {
            assert!(warehouse.matches(key), "{key}");
        }
        for key in ["hz", "west", "330107"] {
            assert!(!warehouse.matches(key), "{key}");
        }
    }
}
