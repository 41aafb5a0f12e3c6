//! How a command is told a password: never as an argument, which every user of the machine can see.

use std::io;

use kernel::Environment;

use super::CommandError;

/// The variable that may hold it.
const VARIABLE: &str = "MALL_STAFF_PASSWORD";

/// Reads the password of a login: from standard input when asked to, else from the variable, else from the terminal.
pub(crate) fn read_password(login: &str, from_stdin: bool) -> Result<String, CommandError> {
    if from_stdin {
        return read_line();
    }
    if let Some(password) = Environment::of_process().optional(VARIABLE) {
        return Ok(password.to_owned());
    }
    rpassword::prompt_password(format!("Password of {login}: ")).map_err(CommandError::Password)
}

/// The first line of standard input.
pub(crate) fn read_line() -> Result<String, CommandError> {
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(CommandError::Password)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
