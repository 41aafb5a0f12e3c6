//! What it costs to send goods.

use std::str::FromStr;

use kernel::Money;
use serde::Deserialize;

/// Freight by province and weight. Comes as JSON from the template, so that a mall sets its own without a release:
///
/// ```json
/// { "free_from_fen": 9900,
///   "regions": [{ "provinces": ["新疆", "西藏"], "rate": { "base_fen": 1800, "per_kg_fen": 1500 } }],
///   "elsewhere": { "base_fen": 800, "per_kg_fen": 200 } }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreightRules {
    /// Goods for this much or more go free; absent: nothing does.
    free_from_fen: Option<Money>,
    /// Where a rate of its own applies; the first region that names the province counts.
    #[serde(default)]
    regions: Vec<Region>,
    /// The rate of all other provinces.
    elsewhere: Rate,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    /// How the names of its provinces begin: addresses say 新疆 or 新疆维吾尔自治区.
    provinces: Vec<String>,
    rate: Rate,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    /// For the parcel with its first kilogram.
    base_fen: Money,
    /// For each further kilogram, started ones too.
    per_kg_fen: Money,
}

/// Rules that cannot be read, or that would charge less than nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidFreightRules {
    #[error("not freight rules: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("an amount is below zero")]
    Negative,
    #[error("a region has no province, or one without a name")]
    Nowhere,
}

impl FromStr for FreightRules {
    type Err = InvalidFreightRules;
    fn from_str(text: &str) -> Result<Self, InvalidFreightRules> {
        let rules: Self = serde_json::from_str(text)?;
        let rates = rules
            .regions
            .iter()
            .map(|region| &region.rate)
            .chain([&rules.elsewhere]);
        let amounts = rates
            .flat_map(|rate| [rate.base_fen, rate.per_kg_fen])
            .chain(rules.free_from_fen);
        if amounts.into_iter().any(|amount| amount < Money::ZERO) {
            return Err(InvalidFreightRules::Negative);
        }
        let nowhere = |region: &Region| {
            region.provinces.is_empty() || region.provinces.iter().any(String::is_empty)
        };
        if rules.regions.iter().any(nowhere) {
            Err(InvalidFreightRules::Nowhere)
        } else {
            Ok(rules)
        }
    }
}

impl FreightRules {
    /// The freight for goods of this price and weight (grams) to this province; `None` when it is beyond all numbers.
    pub(crate) fn freight(&self, province: &str, goods: Money, grams: u64) -> Option<Money> {
        if self.free_from_fen.is_some_and(|from| goods >= from) {
            return Some(Money::ZERO);
        }
        let rate = self.rate(province);
        let further = i64::try_from(grams.div_ceil(1000).saturating_sub(1)).ok()?;
        rate.per_kg_fen
            .checked_mul(further)?
            .checked_add(rate.base_fen)
    }

    fn rate(&self, province: &str) -> &Rate {
        let names = |region: &&Region| {
            region
                .provinces
                .iter()
                .any(|name| province.starts_with(name.as_str()))
        };
        self.regions
            .iter()
            .find(names)
            .map_or(&self.elsewhere, |region| &region.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"{
        "free_from_fen": 9900,
        "regions": [{ "provinces": ["新疆", "西藏"], "rate": { "base_fen": 1800, "per_kg_fen": 1500 } }],
        "elsewhere": { "base_fen": 800, "per_kg_fen": 200 }
    }"#;

    #[test]
    fn freight_is_by_province_and_started_kilogram_until_goods_go_free() {
        let rules: FreightRules = RULES.parse().unwrap();
        let cases = [
            ("浙江省", 9899, 0, 800),
            ("浙江省", 9899, 1, 800),
            ("浙江省", 9899, 1000, 800),
            ("浙江省", 9899, 1001, 1000),
            ("浙江省", 9899, 5000, 1600),
            ("浙江省", 9900, 5000, 0),
            ("新疆维吾尔自治区", 1, 1000, 1800),
            ("西藏", 1, 2500, 4800),
            ("西藏自治区", 9900, 99_000, 0),
        ];
        for (province, goods, grams, expected) in cases {
            let freight = rules.freight(province, Money::from_fen(goods), grams);
            assert_eq!(
                freight,
                Some(Money::from_fen(expected)),
                "{province} {goods} {grams}"
            );
        }
    }

    #[test]
    fn without_a_limit_nothing_goes_free_and_a_weight_beyond_all_numbers_has_no_freight() {
        let rules: FreightRules =
            r#"{ "elsewhere": { "base_fen": 1, "per_kg_fen": 9000000000000000 } }"#
                .parse()
                .unwrap();
        assert_eq!(
            rules.freight("浙江省", Money::from_fen(i64::MAX), 7),
            Some(Money::from_fen(1))
        );
        assert_eq!(rules.freight("浙江省", Money::ZERO, u64::MAX), None);
    }

    #[test]
    fn rules_that_mean_nothing_are_refused() {
        let texts = [
            "",
            "{}",
            r#"{ "elsewhere": { "base_fen": -1, "per_kg_fen": 0 } }"#,
            r#"{ "elsewhere": { "base_fen": 1.5, "per_kg_fen": 0 } }"#,
            r#"{ "free": 1, "elsewhere": { "base_fen": 1, "per_kg_fen": 0 } }"#,
            r#"{ "regions": [{ "provinces": [""], "rate": { "base_fen": 1, "per_kg_fen": 0 } }], "elsewhere": { "base_fen": 1, "per_kg_fen": 0 } }"#,
        ];
        for text in texts {
            assert!(text.parse::<FreightRules>().is_err(), "{text}");
        }
    }
}
