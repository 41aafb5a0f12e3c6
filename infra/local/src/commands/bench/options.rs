//! What can be said to `mall bench`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::cli::PlaceOptions;

/// Before the options: what the command is for. After them: how it is used.
pub(crate) const AFTER_HELP: &str = "\
Examples:
  mall bench product --clients 1             how long one product takes a single visitor
  mall bench checkout --clients 8            as many orders as eight members can place and pay
  mall bench browse --clients 32 --rate 200  what visitors see when 200 come each second
  mall bench race                            100 pieces, 300 buyers; proves that 100 get one
  mall bench cart --json > before.json       keep what was measured
  mall bench cart --compare before.json      ... and see what a change did

A closed loop (without --rate) has every client begin its next turn when the last one is over: it finds out how much the mall can
do. An open loop (--rate) has turns begin by the clock, ready or not, and a turn's time counts from when it was due: it finds out
what visitors see at that rate.

It puts products of its own on sale, registers members of its own and leaves both behind, with the orders: use a mall that is made
for it. On one machine, keep the two apart: `taskset -c 0 mall up` and `taskset -c 1 mall bench ...`. The exit code is 1 when a
request failed or, in the race, a promise did not hold.";

/// What a client does in one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flow {
    /// Look around: the categories, the list of one of them, a product
    Browse,
    /// Look at one product
    Product,
    /// Put one piece into a guest's cart; a new guest after ten
    Cart,
    /// Buy, as a member: cart, quote, order, payment at the practice provider, and wait for its notice
    Checkout,
    /// Let buyers race for the last 100 pieces, and prove that stock, orders and refusals agree
    Race,
    /// Of twenty turns: fourteen browse, five fill a cart, one buys
    Mixed,
}

#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// What the clients do, over and over
    #[arg(value_enum)]
    pub(crate) flow: Flow,
    /// Clients at once; each has one connection
    #[arg(long, short, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) clients: u16,
    /// Begin so many turns a second, whether or not the mall keeps up [default: as many as it answers]
    #[arg(long, value_name = "TURNS")]
    pub(crate) rate: Option<NonZeroU32>,
    /// Measure for so many seconds
    #[arg(long, short, default_value_t = 10, value_name = "SECONDS")]
    duration: u32,
    /// Measure so many turns instead; in a race, so many buyers try [default there: 300]
    #[arg(long, value_name = "TURNS", conflicts_with = "duration", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) turns: Option<u32>,
    /// Seconds to run before anything is counted
    #[arg(long, default_value_t = 2, value_name = "SECONDS")]
    warm_up: u32,
    /// URL of the mall [default: the one that runs here]
    #[arg(long, requires = "login")]
    pub(crate) url: Option<String>,
    /// Account of its staff; its password is asked for, or read from MALL_STAFF_PASSWORD [default: the account of this machine]
    #[arg(long)]
    pub(crate) login: Option<String>,
    /// Print JSON, for machines and for --compare
    #[arg(long)]
    pub(crate) json: bool,
    /// Print beside each figure its ratio to that of an earlier run (a file that --json wrote)
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) compare: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

/// When a load ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    After(Duration),
    Turns(u32),
}

impl BenchOptions {
    pub(crate) fn end(&self) -> End {
        let seconds = Duration::from_secs(self.duration.into());
        self.turns.map_or(End::After(seconds), End::Turns)
    }

    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up.into())
    }
}
