//! The functions of the auth service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(auth::service())
}
