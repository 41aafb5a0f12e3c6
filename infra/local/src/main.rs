//! `mall`: the whole mall on one machine. `mall --help` says more.

fn main() -> std::process::ExitCode {
    mall::run()
}
