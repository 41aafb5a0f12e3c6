//! The functions of the staff service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(staff::service())
}
