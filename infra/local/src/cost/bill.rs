//! Counts and money of some lines together.

use super::{Line, Prices};

/// A whole one, where an invocation is shared by several messages.
const WHOLE: u64 = 1_000_000;

/// By what lines are priced.
pub struct Terms<'t> {
    /// The prices.
    pub prices: &'t Prices,
    /// The memory of an operation's function in MB.
    pub memory_mb: &'t dyn Fn(&str) -> u32,
    /// The time that Lambda bills.
    pub time: BilledTime,
}

/// The time that Lambda bills for an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BilledTime {
    /// What was measured, rounded up to a millisecond.
    Measured,
    /// So many milliseconds whatever was measured: for figures that are the same on every machine.
    Fixed(u64),
}

/// Pico-dollars, by who charges them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// DynamoDB: write and read units.
    pub dynamodb: u64,
    /// SQS: requests.
    pub sqs: u64,
    /// API Gateway: requests.
    pub api: u64,
    /// Lambda: invocations and time.
    pub lambda: u64,
    /// S3: requests.
    pub s3: u64,
}

impl Cost {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.dynamodb + self.sqs + self.api + self.lambda + self.s3
    }

    fn add(&mut self, other: Self) {
        self.dynamodb += other.dynamodb;
        self.sqs += other.sqs;
        self.api += other.api;
        self.lambda += other.lambda;
        self.s3 += other.s3;
    }
}

/// Sums over lines. Where several messages share an invocation, each has an equal part of it.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    /// Requests and messages.
    pub lines: u64,
    /// Requests to API Gateway.
    pub api_requests: u64,
    /// Invocations, in millionths.
    pub micro_invocations: u64,
    /// Billed milliseconds, in thousandths.
    pub billed_micros: u64,
    /// Milliseconds spent waiting for AWS, in thousandths.
    pub waited_micros: u64,
    /// DynamoDB write units, those of failed conditions included.
    pub write_units: u64,
    /// DynamoDB read units, in halves.
    pub half_read_units: u64,
    /// Requests to SQS, in millionths: what was sent, and for messages how they were received and deleted.
    pub micro_queue_requests: u64,
    /// Requests to S3 that read.
    pub object_reads: u64,
    /// Other requests to S3.
    pub object_writes: u64,
    /// Bytes of requests and messages.
    pub bytes_in: u64,
    /// Bytes of answers.
    pub bytes_out: u64,
    /// Bytes of the lines themselves.
    pub log_bytes: u64,
    /// What it costs.
    pub cost: Cost,
    /// Time of each line.
    pub(crate) micros: Vec<u64>,
}

impl Bill {
    /// The bill of these lines.
    pub fn of<'l>(lines: impl IntoIterator<Item = &'l Line>, terms: &Terms<'_>) -> Self {
        let mut bill = Self::default();
        for line in lines {
            bill.add(line, terms);
        }
        bill
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, line: &Line, terms: &Terms<'_>) {
        let one = Self::of_line(line, terms);
        self.lines += one.lines;
        self.api_requests += one.api_requests;
        self.micro_invocations += one.micro_invocations;
        self.billed_micros += one.billed_micros;
        self.waited_micros += one.waited_micros;
        self.write_units += one.write_units;
        self.half_read_units += one.half_read_units;
        self.micro_queue_requests += one.micro_queue_requests;
        self.object_reads += one.object_reads;
        self.object_writes += one.object_writes;
        self.bytes_in += one.bytes_in;
        self.bytes_out += one.bytes_out;
        self.log_bytes += one.log_bytes;
        self.cost.add(one.cost);
        self.micros.push(line.micros);
    }

    fn of_line(line: &Line, terms: &Terms<'_>) -> Self {
        let share = line.batch.unwrap_or(1).max(1);
        // A batch is received in one request and deleted in one; a message that failed is not deleted.
        let received_and_deleted = match (line.is_message(), line.failed) {
            (false, _) => 0,
            (true, true) => WHOLE,
            (true, false) => 2 * WHOLE,
        };
        let measured = line.batch_micros.unwrap_or(line.micros);
        let millis = match terms.time {
            BilledTime::Measured => measured.div_ceil(1000).max(1),
            BilledTime::Fixed(millis) => millis,
        };
        let mut bill = Self {
            lines: 1,
            api_requests: u64::from(line.is_request()),
            micro_invocations: WHOLE / share,
            billed_micros: 1000 * millis / share,
            waited_micros: line.waited_micros,
            write_units: line.write_units + line.failed_write_units,
            half_read_units: line.half_read_units,
            micro_queue_requests: WHOLE * line.queue_calls + received_and_deleted / share,
            object_reads: line.object_reads,
            object_writes: line.object_writes,
            bytes_in: line.bytes_in,
            bytes_out: line.bytes_out,
            log_bytes: line.log_bytes,
            ..Self::default()
        };
        bill.cost = bill.price(terms, (terms.memory_mb)(&line.operation));
        bill
    }

    fn price(&self, terms: &Terms<'_>, memory_mb: u32) -> Cost {
        let price = &terms.prices.pico_dollars;
        let time = u64::from(memory_mb) * self.billed_micros * price.gigabyte_second;
        Cost {
            dynamodb: self.write_units * price.write_unit
                + self.half_read_units * price.read_unit / 2,
            sqs: self.micro_queue_requests * price.queue_request / WHOLE,
            api: self.api_requests * price.api_request,
            lambda: self.micro_invocations * price.function_request / WHOLE
                + time / (1024 * 1_000_000),
            s3: self.object_reads * price.object_read + self.object_writes * price.object_write,
        }
    }

    /// The time under which 99 of 100 lines stayed, in microseconds.
    pub fn p99_micros(&self) -> u64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(line: Line) -> Bill {
        let prices = Prices::of_repository().unwrap();
        let terms = Terms {
            prices: &prices,
            memory_mb: &|_| 256,
            time: BilledTime::Measured,
        };
        Bill::of(&[line], &terms)
    }

    #[test]
    fn a_request_costs_its_gateway_its_invocation_its_time_and_what_it_used() {
        let line = Line {
            request_id: Some("r".to_owned()),
            micros: 3_200,
            write_units: 4,
            half_read_units: 3,
            queue_calls: 2,
            ..Line::default()
        };
        let bill = bill(line);
        // 4 ms with a quarter of a GB are a thousandth of a GB-second.
        let expected = 1_000_000 + 200_000 + 16_666 + 4 * 625_000 + 3 * 62_500 + 2 * 400_000;
        assert_eq!((bill.cost.total(), bill.billed_micros), (expected, 4_000));
    }

    #[test]
    fn messages_of_a_batch_share_its_invocation_and_its_requests_and_pay_for_what_they_use_themselves()
     {
        let line = Line {
            message_id: Some("m".to_owned()),
            batch: Some(10),
            batch_micros: Some(9_500),
            micros: 4_000,
            write_units: 1,
            failed_write_units: 1,
            ..Line::default()
        };
        let bill = bill(line.clone());
        // A tenth of the invocation and of 10 ms, two units, and a tenth of two requests to the queue.
        let expected = 20_000 + 4_166 + 2 * 625_000 + 80_000;
        assert_eq!((bill.api_requests, bill.cost.total()), (0, expected));
        assert_eq!(
            (
                bill.micro_invocations,
                bill.billed_micros,
                bill.micro_queue_requests
            ),
            (100_000, 1_000, 200_000)
        );
        let failed = self::bill(Line {
            failed: true,
            ..line
        });
        assert_eq!(failed.micro_queue_requests, 100_000);
    }

    #[test]
    fn changes_of_a_table_share_their_invocation_and_are_read_for_nothing() {
        let line = Line {
            batch: Some(10),
            batch_micros: Some(9_500),
            write_units: 1,
            ..Line::default()
        };
        let bill = bill(line);
        assert_eq!(bill.cost.total(), 20_000 + 4_166 + 625_000);
        assert_eq!((bill.api_requests, bill.micro_queue_requests), (0, 0));
    }
}
