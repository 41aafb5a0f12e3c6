//! `mall routes`: what the templates route where, and who may call it.

use std::process::ExitCode;

use edge::Security;
use schemars::SchemaGenerator;

use super::CommandError;
use crate::cli::PlaceOptions;
use crate::services;
use crate::templates::read_for_facts;

pub(crate) fn run(options: &PlaceOptions) -> Result<ExitCode, CommandError> {
    let deployment = read_for_facts(&options.root()?)?;
    let mut routes: Vec<_> = deployment.routes().all().to_vec();
    routes.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    let rows: Vec<[String; 4]> = routes
        .into_iter()
        .map(|route| {
            let binary = deployment
                .function(&route.function)
                .map(|function| function.binary.as_str());
            let caller = caller(binary.unwrap_or_default(), &route.function);
            [route.method, route.path, route.function, caller]
        })
        .collect();
    super::say(table(&rows).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Who may call the operation, from its types.
fn caller(service: &str, operation: &str) -> String {
    let service = services::service(service);
    let operation = service
        .as_ref()
        .and_then(|service| service.operation(operation));
    match operation.and_then(|operation| operation.describe(&mut SchemaGenerator::default())) {
        None => "no such operation".to_owned(),
        Some(description) => match description.security {
            Security::Public => "public".to_owned(),
            Security::Visitor => "visitor".to_owned(),
            Security::Member => "member".to_owned(),
            Security::Staff(permission) => format!("staff ({permission})"),
            Security::AnyStaff => "staff".to_owned(),
            Security::Machine => "machine".to_owned(),
        },
    }
}

fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    rows.iter()
        .map(|[method, path, function, caller]| {
            format!(
                "{method:0$}  {path:1$}  {function:2$}  {caller}\n",
                widths[0], widths[1], widths[2]
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            ["GET", "/a", "get-a", "public"],
            ["DELETE", "/a/{id}", "remove-a", "member"],
        ];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(
            table(&rows),
            "GET     /a       get-a     public\nDELETE  /a/{id}  remove-a  member\n"
        );
    }
}
