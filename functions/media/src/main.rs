//! The functions of the media service: one binary, the handler's name picks the operation.

fn main() -> std::process::ExitCode {
    edge::run(media::service())
}
