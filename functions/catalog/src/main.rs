//! The functions of the catalog service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(catalog::service())
}
