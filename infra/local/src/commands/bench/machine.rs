//! What a mall on this machine costs: processor time and memory of its whole tree of processes, as Linux counts them in `/proc`.

use std::fs;
use std::time::Duration;

/// Linux reports processor time in ticks of a hundredth of a second, on every architecture (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The processes of a mall that runs here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree {
    pid: u32,
}

impl Tree {
    pub(crate) fn of(pid: u32) -> Self {
        Self { pid }
    }

    /// Processor time of the mall, its functions, and those of its functions that have ended; `None` where there is no `/proc`.
    pub(crate) fn processor_time(self) -> Option<Duration> {
        let own = ticks(self.pid, &["utime", "stime", "cutime", "cstime"])?;
        let children = children(self.pid);
        let theirs = children.filter_map(|pid| ticks(pid, &["utime", "stime"]));
        Some(TICK * u32::try_from(own + theirs.sum::<u64>()).ok()?)
    }

    /// Proportional memory (PSS), bytes: what is shared counts once, split among those who share it.
    pub(crate) fn memory(self) -> Option<u64> {
        let own = proportional_memory(self.pid)?;
        let theirs = children(self.pid).filter_map(proportional_memory);
        Some(own + theirs.sum::<u64>())
    }
}

fn children(pid: u32) -> impl Iterator<Item = u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let pids = lists.flat_map(|list| {
        let pids = list.split_whitespace().map(str::parse);
        pids.collect::<Vec<_>>()
    });
    pids.flatten()
}

/// The sum of these fields of `/proc/<pid>/stat`.
fn ticks(pid: u32, fields: &[&str]) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program comes second, in brackets, and may hold anything; the third field follows the last bracket.
    let (_, rest) = stat.rsplit_once(')')?;
    let all: Vec<&str> = rest.split_whitespace().collect();
    let place = |name: &str| match name {
        "utime" => 14,
        "stime" => 15,
        "cutime" => 16,
        _ => 17,
    };
    let read = |name: &&str| all.get(place(name) - 3)?.parse::<u64>().ok();
    fields.iter().map(read).sum()
}

fn proportional_memory(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_tree_is_larger_with_a_child() {
        let tree = Tree::of(std::process::id());
        let (alone, time) = (tree.memory().unwrap(), tree.processor_time().unwrap());
        let mut child = Command::new("sleep")
            .arg("60")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        assert!(children(std::process::id()).any(|pid| pid == child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(alone > 100_000 && tree.processor_time().unwrap() >= time);
    }
}
