//! `mall audit`: whether the stock adds up, by the code of the nightly audit.

use std::process::ExitCode;

use edge::Boot;
use kernel::{Clock, Environment};
use order::{Difference, StockAudit, StockAuditReport};

use super::{CommandError, block_on, say};
use crate::cli::AuditOptions;
use crate::launch::read_launches;

/// The function whose work this is: its environment says where the tables are, its role what may be read.
const FUNCTION: &str = "audit-stock";

pub(crate) fn run(options: &AuditOptions) -> Result<ExitCode, CommandError> {
    let environment = match &options.prefix {
        Some(prefix) => of_account(prefix),
        None => of_running_mall(options)?,
    };
    let boot = Boot::new(environment).map_err(CommandError::Config)?;
    let audit = StockAudit::from_env(&boot).map_err(CommandError::Config)?;
    let report = block_on(async { audit.run().await.map_err(CommandError::Audit) })?;
    say(told(&report).trim_end());
    Ok(match report.difference_count + report.unsettled {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn of_running_mall(options: &AuditOptions) -> Result<Environment, CommandError> {
    let launches = read_launches(&options.place.data()?)?;
    let launch = launches
        .into_iter()
        .find(|launch| launch.handler == FUNCTION);
    let launch = launch.ok_or_else(|| CommandError::UnknownFunction(FUNCTION.to_owned()))?;
    Ok(Environment::of(launch.environment, Clock::System))
}

/// The tables of a deployed mall; region and credentials are those of this process.
fn of_account(prefix: &str) -> Environment {
    let tables = [("ORDER_TABLE", "order"), ("STOCK_TABLE", "stock")];
    let tables = tables.map(|(name, table)| (name.to_owned(), format!("{prefix}-{table}")));
    Environment::of_process().with(tables)
}

fn told(report: &StockAuditReport) -> String {
    let mut text = String::new();
    if !report.differences.is_empty() {
        text += &table(&report.differences);
        text.push('\n');
    }
    text + &format!(
        "{} SKUs in warehouses, {} orders, {} pieces on their way back: {} differences, {} that never stood still\n",
        report.places, report.orders, report.returning, report.difference_count, report.unsettled
    )
}

const HEAD: [&str; 11] = [
    "SKU",
    "warehouse",
    "received",
    "adjusted",
    "available",
    "unpaid",
    "sold",
    "returning",
    "missing",
    "ledger",
    "unentered",
];

/// A row for each place: what came in, where it is, and what is wrong.
fn table(differences: &[Difference]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(differences.iter().map(row));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let line = |row: &[String; 11]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 | 1 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("{}\n", cells.collect::<Vec<_>>().join("  "))
    };
    rows.iter().map(line).collect()
}

fn row(difference: &Difference) -> [String; 11] {
    let Difference {
        sku_id,
        warehouse_id,
        received,
        adjusted,
        available,
        taken,
        entered,
        missing,
        unentered,
    } = difference;
    [
        sku_id.to_string(),
        warehouse_id.to_string(),
        received.to_string(),
        adjusted.to_string(),
        available.to_string(),
        taken.unpaid.to_string(),
        taken.sold.to_string(),
        taken.returning.to_string(),
        missing.to_string(),
        entered.to_string(),
        unentered.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use order::Taken;

    use super::*;

    #[test]
    fn a_difference_is_a_row_of_figures() {
        let difference = Difference {
            sku_id: kernel::SkuId::parse("a").unwrap(),
            warehouse_id: kernel::WarehouseId::parse("main").unwrap(),
            received: 20,
            adjusted: -1,
            available: 12,
            taken: Taken {
                unpaid: 1,
                sold: 3,
                returning: 4,
            },
            entered: 19,
            missing: -1,
            unentered: 0,
        };
        let expected = "SKU  warehouse  received  adjusted  available  unpaid  sold  returning  missing  ledger  unentered\n\
                        a    main             20        -1         12       1     3          4       -1      19          0\n";
        assert_eq!(table(&[difference]), expected);
    }
}
