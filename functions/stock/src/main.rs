//! The functions of the stock service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(stock::service())
}
