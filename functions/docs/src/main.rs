//! The bootstrap of every function of this service.

fn main() -> std::process::ExitCode {
    edge::run(docs::service())
}
