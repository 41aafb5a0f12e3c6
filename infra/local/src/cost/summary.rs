//! Bills by operation, along traces, and by order.

use std::collections::{BTreeMap, HashMap};

use super::{Bill, Line, Terms};

/// What notes in the lines say that an order went through.
const PLACED: &str = "order-placed";
const PAID: &str = "order-paid";
const CLOSED: &str = "order-closed";
/// The service whose work comes before an order has a number.
const BEFORE_ORDERS: &str = "cart";

/// Everything that a log tells about cost.
#[derive(Debug)]
pub struct Summary {
    /// Each operation by itself.
    pub operations: Vec<Group>,
    /// Each operation that a client calls, with everything that its trace led to.
    pub traces: Vec<Group>,
    /// Orders, by what became of them.
    pub orders: Vec<OrderGroup>,
    /// Work on carts that no order's number is on, of everyone, whether an order followed or not.
    pub carts: Bill,
    /// Everything.
    pub total: Bill,
}

/// Things of one kind.
#[derive(Debug)]
pub struct Group {
    /// The kind.
    pub name: String,
    /// How many of them.
    pub count: u64,
    /// All of them together.
    pub bill: Bill,
}

/// Orders of one fate.
#[derive(Debug)]
pub struct OrderGroup {
    /// All of them.
    pub orders: Group,
    /// By operation.
    pub operations: Vec<Group>,
}

impl Summary {
    /// Sums lines up.
    pub fn of(lines: &[Line], terms: &Terms<'_>) -> Self {
        let carts = lines
            .iter()
            .filter(|line| line.service == BEFORE_ORDERS && line.subject.is_none());
        Self {
            operations: by_operation(lines, terms),
            traces: along_traces(lines, terms),
            orders: by_order(lines, terms),
            carts: Bill::of(carts, terms),
            total: Bill::of(lines, terms),
        }
    }

    /// How many orders were placed.
    pub fn orders_placed(&self) -> u64 {
        self.orders.iter().map(|group| group.orders.count).sum()
    }
}

fn by_operation<'l>(lines: impl IntoIterator<Item = &'l Line>, terms: &Terms<'_>) -> Vec<Group> {
    let mut bills: BTreeMap<&str, Bill> = BTreeMap::new();
    for line in lines {
        bills.entry(&line.operation).or_default().add(line, terms);
    }
    let groups = bills.into_iter().map(|(name, bill)| Group {
        name: name.to_owned(),
        count: bill.lines,
        bill,
    });
    groups.collect()
}

/// A trace is named for the first request in it; one without a request (its beginning is in another log) is left out.
fn along_traces(lines: &[Line], terms: &Terms<'_>) -> Vec<Group> {
    let mut roots: HashMap<&str, &str> = HashMap::new();
    for line in lines.iter().filter(|line| line.is_request()) {
        roots.entry(&line.trace_id).or_insert(&line.operation);
    }
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for root in roots.values() {
        let group = groups.entry(*root).or_insert_with(|| Group {
            name: (*root).to_owned(),
            count: 0,
            bill: Bill::default(),
        });
        group.count += 1;
    }
    for line in lines {
        let root = roots.get(line.trace_id.as_str());
        if let Some(group) = root.and_then(|root| groups.get_mut(root)) {
            group.bill.add(line, terms);
        }
    }
    groups.into_values().collect()
}

/// The lines that an order's number is on belong to it. Orders that the log does not see placed are left out.
fn by_order(lines: &[Line], terms: &Terms<'_>) -> Vec<OrderGroup> {
    let mut orders: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        if let Some(subject) = &line.subject {
            orders.entry(subject).or_default().push(line);
        }
    }
    let mut fates: BTreeMap<&str, (u64, Vec<&Line>)> = BTreeMap::new();
    for lines in orders.into_values() {
        if let Some(fate) = fate(&lines) {
            let (count, all) = fates.entry(fate).or_default();
            *count += 1;
            all.extend(lines);
        }
    }
    let groups = fates.into_iter().map(|(name, (count, lines))| OrderGroup {
        orders: Group {
            name: name.to_owned(),
            count,
            bill: Bill::of(lines.iter().copied(), terms),
        },
        operations: by_operation(lines, terms),
    });
    groups.collect()
}

fn fate(lines: &[&Line]) -> Option<&'static str> {
    let has = |outcome: &str| {
        lines
            .iter()
            .any(|line| line.outcome.as_deref() == Some(outcome))
    };
    match (has(PLACED), has(PAID), has(CLOSED)) {
        (false, ..) => None,
        (_, true, _) => Some("paid"),
        (_, _, true) => Some("closed"),
        _ => Some("open"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BilledTime, Prices};
    use super::*;

    fn line(operation: &str, trace: &str, subject: &str, outcome: &str, request: bool) -> Line {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Line {
            operation: operation.to_owned(),
            trace_id: trace.to_owned(),
            subject: some(subject),
            outcome: some(outcome),
            request_id: request.then(|| "r".to_owned()),
            write_units: 1,
            ..Line::default()
        }
    }

    #[test]
    fn messages_count_with_the_request_that_sent_them_and_with_the_order_they_are_about() {
        let lines = [
            line("submit-order", "t1", "A", PLACED, true),
            line("submit-order", "t2", "B", PLACED, true),
            // A repeat places nothing.
            line("submit-order", "t3", "A", "", true),
            line("close-order", "t2", "B", CLOSED, false),
            line("close-order", "t1", "A", "", false),
            line("take-alipay-notice", "t4", "A", PAID, true),
            line("take-alipay-notice", "t5", "A", "", true),
            line("close-order", "t9", "C", CLOSED, false),
        ];
        let prices = Prices::of_repository().unwrap();
        let terms = Terms {
            prices: &prices,
            memory_mb: &|_| 256,
            time: BilledTime::Fixed(1),
        };
        let summary = Summary::of(&lines, &terms);
        let figures = |groups: &[Group]| -> Vec<(String, u64, u64)> {
            let figures = |group: &Group| (group.name.clone(), group.count, group.bill.write_units);
            groups.iter().map(figures).collect()
        };
        let named = |name: &str, count, units| (name.to_owned(), count, units);
        assert_eq!(
            figures(&summary.traces),
            [
                named("submit-order", 3, 5),
                named("take-alipay-notice", 2, 2)
            ]
        );
        let orders: Vec<_> = summary.orders.iter().map(|group| &group.orders).collect();
        assert_eq!(orders.len(), 2);
        assert_eq!(
            (
                orders[0].name.as_str(),
                orders[0].count,
                orders[0].bill.write_units
            ),
            ("closed", 1, 2)
        );
        assert_eq!(
            (
                orders[1].name.as_str(),
                orders[1].count,
                orders[1].bill.write_units
            ),
            ("paid", 1, 5)
        );
        assert_eq!((summary.orders_placed(), summary.total.write_units), (2, 8));
    }
}
