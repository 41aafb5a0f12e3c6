//! The summary as a person and as a machine reads it.

use std::fmt;

use serde_json::{Value, json};

use super::{Bill, Cost, Group, Prices, Summary};

impl Summary {
    /// The summary as text, with the idle price of so many polled queues.
    pub fn to_text(&self, prices: &Prices, polled_queues: u64) -> String {
        let mut text = format!(
            "Prices of {} ({}), without free tier. Figures are means; $ per million of the row's things.\n\n",
            prices.as_of, prices.region
        );
        text += &rows("operation", self.operations.iter(), Some(&self.total));
        text += "\nRequests that led to messages, with all that followed in their traces\n\n";
        let led = self
            .traces
            .iter()
            .filter(|group| group.bill.lines > group.count);
        text += &rows("request", led, None);
        for group in &self.orders {
            let orders = &group.orders;
            text += &format!(
                "\n{} orders: {}; calls per order in the first column\n\n",
                capital(&orders.name),
                orders.count
            );
            text += &rows_per(
                "operation",
                &group.operations,
                Some(&orders.bill),
                orders.count,
            );
            text += &parts(&orders.bill.cost, orders.count);
        }
        if let Some(placed) = Some(self.orders_placed()).filter(|placed| *placed > 0) {
            text += &format!(
                "\nCarts, of everyone, for each of {placed} orders placed: {} calls, {} write units, $ {} per million orders\n",
                Hundredths::of(self.carts.lines, placed),
                Hundredths::of(self.carts.write_units, placed),
                dollars_per_million(self.carts.cost.total(), placed),
            );
        }
        text + &self.beside(prices, polled_queues)
    }

    /// What is not in any total.
    fn beside(&self, prices: &Prices, polled_queues: u64) -> String {
        let (beside, lines) = (&prices.beside, self.total.lines);
        let empty = EMPTY_RECEIVES * polled_queues;
        format!(
            "\nBeside the totals, $ per million requests and messages: logs {} (these lines alone), traces {} (if all were \
             recorded), answers sent to the internet {}.\nBeside the totals, $ a month: {} empty receives of {polled_queues} \
             polled queues {}.\n",
            dollars_per_million(self.total.log_bytes * beside.log_byte, lines),
            dollars_per_million(beside.trace, 1),
            dollars_per_million(self.total.bytes_out * beside.transfer_byte, lines),
            empty,
            Hundredths::of(empty * prices.pico_dollars.queue_request, PICO),
        )
    }

    /// The summary as JSON: sums, in whole numbers, in the units that the names say.
    pub fn to_json(&self, prices: &Prices) -> Value {
        let orders = self.orders.iter().map(|group| {
            json!({ "fate": group.orders.name, "count": group.orders.count, "sum": sums(&group.orders.bill),
                "operations": groups(&group.operations) })
        });
        json!({
            "prices": { "as_of": prices.as_of, "region": prices.region },
            "operations": groups(&self.operations),
            "traces": groups(&self.traces),
            "orders": orders.collect::<Vec<_>>(),
            "carts": sums(&self.carts),
            "total": sums(&self.total),
        })
    }
}

const PICO: u64 = 1_000_000_000_000;

/// Lambda polls a queue with five long receives of 20 seconds at a time: so many come back empty in 30 days at most.
const EMPTY_RECEIVES: u64 = 5 * 3 * 60 * 24 * 30;

const HEAD: [&str; 13] = [
    "count",
    "WRU",
    "RRU",
    "queue",
    "S3",
    "api",
    "lambda",
    "ms",
    "p99 ms",
    "wait ms",
    "B in",
    "B out",
    "$/million",
];

fn rows<'g>(
    title: &str,
    groups: impl Iterator<Item = &'g Group>,
    total: Option<&'g Bill>,
) -> String {
    let rows = groups.map(|group| {
        (
            group.name.as_str(),
            group.count.to_string(),
            group.count,
            &group.bill,
        )
    });
    let total = total.map(|bill| ("all", bill.lines.to_string(), bill.lines, bill));
    lay_out(title, rows.chain(total))
}

/// Every row for one of `things`, such as orders, however many calls that takes.
fn rows_per(title: &str, groups: &[Group], total: Option<&Bill>, things: u64) -> String {
    let per = |bill: &Bill| Hundredths::of(bill.lines, things).to_string();
    let rows = groups
        .iter()
        .map(|group| (group.name.as_str(), per(&group.bill), things, &group.bill));
    let total = total.map(|bill| ("all", per(bill), things, bill));
    lay_out(title, rows.chain(total))
}

fn lay_out<'r>(
    title: &str,
    rows: impl Iterator<Item = (&'r str, String, u64, &'r Bill)>,
) -> String {
    let head = std::iter::once(title).chain(HEAD).map(str::to_owned);
    let mut table: Vec<Vec<String>> = vec![head.collect()];
    for (name, first, count, bill) in rows {
        let mut row = vec![name.to_owned(), first];
        row.extend(figures(bill, count));
        table.push(row);
    }
    let width = |column: usize| table.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=HEAD.len()).map(width).collect();
    let mut text = String::new();
    for row in &table {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| {
            if column == 0 {
                format!("{cell:width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        text += &cells.collect::<Vec<_>>().join("  ");
        text.push('\n');
    }
    text
}

fn figures(bill: &Bill, count: u64) -> [String; 12] {
    let mean = |sum: u64, unit: u64| Hundredths::of(sum, count.max(1) * unit).to_string();
    [
        mean(bill.write_units, 1),
        mean(bill.half_read_units, 2),
        mean(bill.micro_queue_requests, 1_000_000),
        mean(bill.object_reads + bill.object_writes, 1),
        mean(bill.api_requests, 1),
        mean(bill.micro_invocations, 1_000_000),
        mean(bill.billed_micros, 1000),
        Hundredths::of(bill.p99_micros(), 1000).to_string(),
        mean(bill.waited_micros, 1000),
        (bill.bytes_in / count.max(1)).to_string(),
        (bill.bytes_out / count.max(1)).to_string(),
        dollars_per_million(bill.cost.total(), count),
    ]
}

fn parts(cost: &Cost, count: u64) -> String {
    let part = |sum| dollars_per_million(sum, count);
    format!(
        "of this: DynamoDB {}, SQS {}, API Gateway {}, Lambda {}, S3 {}\n",
        part(cost.dynamodb),
        part(cost.sqs),
        part(cost.api),
        part(cost.lambda),
        part(cost.s3)
    )
}

/// A pico-dollar each is a millionth of a dollar for a million.
fn dollars_per_million(pico_dollars: u64, count: u64) -> String {
    Hundredths::of(pico_dollars, count.max(1) * 1_000_000).to_string()
}

/// A quotient, rounded to two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hundredths(u128);

impl Hundredths {
    fn of(sum: u64, count: u64) -> Self {
        let count = u128::from(count.max(1));
        Self((u128::from(sum) * 100 + count / 2) / count)
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn groups(groups: &[Group]) -> Value {
    let one = |group: &Group| json!({ "name": group.name, "count": group.count, "sum": sums(&group.bill) });
    groups.iter().map(one).collect()
}

fn sums(bill: &Bill) -> Value {
    json!({
        "lines": bill.lines,
        "write_units": bill.write_units,
        "half_read_units": bill.half_read_units,
        "micro_queue_requests": bill.micro_queue_requests,
        "object_reads": bill.object_reads,
        "object_writes": bill.object_writes,
        "api_requests": bill.api_requests,
        "micro_invocations": bill.micro_invocations,
        "billed_micros": bill.billed_micros,
        "waited_micros": bill.waited_micros,
        "p99_micros": bill.p99_micros(),
        "bytes_in": bill.bytes_in,
        "bytes_out": bill.bytes_out,
        "log_bytes": bill.log_bytes,
        "pico_dollars": bill.cost.total(),
        "pico_dollars_by_service": { "dynamodb": bill.cost.dynamodb, "sqs": bill.cost.sqs, "api": bill.cost.api,
            "lambda": bill.cost.lambda, "s3": bill.cost.s3 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_rounded_to_two_places_without_a_float() {
        assert_eq!(Hundredths::of(2, 3).to_string(), "0.67");
        assert_eq!(dollars_per_million(15_264_999, 1), "15.26");
        assert_eq!(dollars_per_million(31_000_000, 2), "15.50");
        assert_eq!(Hundredths::of(1, 0).to_string(), "1.00");
    }
}
