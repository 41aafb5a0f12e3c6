//! The functions of the member service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(member::service())
}
