//! Each service stays under its own path prefix, staff under `admin`, and a route leads to one function.

use template::{Function, Stack, Trigger};

use super::{Finding, Subject};
use crate::services::Kind;

/// Service and prefix; the contract has a place of its own. The CDN in front sends each prefix to that service's API, so a route outside
/// it is never reached.
const PREFIXES: &[(&str, &str)] = &[
    ("auth", "/api/auth"),
    ("cart", "/api/cart"),
    ("catalog", "/api/catalog"),
    ("docs", "/api/docs"),
    ("docs", "/api/openapi.json"),
    ("flash-sale", "/api/flash-sales"),
    ("media", "/api/media"),
    ("member", "/api/members"),
    ("order", "/api/orders"),
    ("payment", "/api/payments"),
    ("promotion", "/api/promotions"),
    ("search", "/api/search"),
    ("staff", "/api/staff"),
    ("stock", "/api/stock"),
];

/// Staff's today, and members' too once they may: what is uploaded, by whomever, goes one way.
const NOT_ONLY_FOR_STAFF: &[&str] = &["/api/media/uploads", "/api/media/uploads/{upload_id}"];

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: Vec<(String, &Stack, &Function)> = Vec::new();
    for (stack, function) in subject.functions() {
        for trigger in &function.triggers {
            let Trigger::Http { method, path, .. } = trigger else {
                continue;
            };
            findings.extend(check_path(subject, stack, function, path));
            let shape = format!("{method} {}", without_names(path));
            if let Some((_, other_stack, other)) = seen.iter().find(|(known, ..)| *known == shape) {
                let what = format!(
                    "{method} {path} already leads to {} of {}; a route has one function",
                    other.id,
                    other_stack.file.display()
                );
                findings.push(Finding::of(stack, &function.id, what));
            }
            seen.push((shape, stack, function));
        }
    }
    findings
}

fn check_path(
    subject: &Subject<'_>,
    stack: &Stack,
    function: &Function,
    path: &str,
) -> Option<Finding> {
    let of_service = || {
        PREFIXES
            .iter()
            .filter(|(service, _)| *service == stack.name)
    };
    let Some((_, first)) = of_service().next() else {
        let what = format!(
            "the service `{}` has no path prefix; add it to the list of xtask and to the edge",
            stack.name
        );
        return Some(Finding::of(stack, &function.id, what));
    };
    let within = of_service().find_map(|(_, prefix)| {
        let rest = path.strip_prefix(prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((prefix, rest))
    });
    let Some((prefix, rest)) = within else {
        let what = format!(
            "its route {path} is outside `{first}`, the prefix of `{}`; move it there",
            stack.name
        );
        return Some(Finding::of(stack, &function.id, what));
    };
    let under_admin = rest == "/admin" || rest.starts_with("/admin/");
    let operations = &subject.service(&stack.name)?.operations;
    let kind = operations
        .iter()
        .find(|operation| operation.name == function.handler)?
        .kind;
    let what = match (kind, under_admin) {
        (Kind::BackOffice, false) if NOT_ONLY_FOR_STAFF.contains(&path) => return None,
        (Kind::BackOffice, false) => format!(
            "is for staff, but its route {path} is not under `{prefix}/admin/`; move it there"
        ),
        (Kind::Endpoint, true) => format!(
            "its route {path} is back office, but the code lets others than staff call it; let it take Staff"
        ),
        _ => return None,
    };
    Some(Finding::of(stack, &function.id, what))
}

/// To API Gateway `/skus/{id}` and `/skus/{sku_id}` are one path.
fn without_names(path: &str) -> String {
    let shape = |segment: &str| match (segment.starts_with('{'), segment.ends_with("+}")) {
        (true, true) => "{+}".to_owned(),
        (true, false) => "{}".to_owned(),
        (false, _) => segment.to_owned(),
    };
    path.split('/').map(shape).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;
    use crate::services::Kind;

    #[test]
    fn a_route_outside_its_services_prefix_is_found() {
        for path in ["/api/stock/orders", "/api/orders2", "/orders", "$default"] {
            let mut mall = SmallMall::new();
            mall.edit(
                "infra/order.yaml",
                "Path: /api/orders,",
                &format!("Path: {path},"),
            );
            let expected = format!(
                "infra/order.yaml: SubmitOrder: its route {path} is outside `/api/orders`, the prefix of `order`; move it there"
            );
            assert!(mall.findings().contains(&expected), "{path}");
        }
    }

    #[test]
    fn a_staff_operation_outside_admin_is_found() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/stock.yaml",
            "Path: /api/stock/admin/receipts",
            "Path: /api/stock/receipts",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReceiveStock: is for staff, but its route /api/stock/receipts is not under `/api/stock/admin/`; move it there"
            ]
        );
    }

    #[test]
    fn a_back_office_route_that_others_may_call_is_found() {
        let mut mall = SmallMall::new();
        mall.services[0].operations[1].kind = Kind::Endpoint;
        assert_eq!(
            mall.findings(),
            [
                "infra/stock.yaml: ReceiveStock: its route /api/stock/admin/receipts is back office, but the code lets others than staff call it; let it take Staff"
            ]
        );
    }

    #[test]
    fn a_service_without_a_prefix_is_found() {
        let mut mall = SmallMall::new();
        mall.rename_service("order", "gift");
        assert_eq!(
            mall.findings(),
            [
                "infra/gift.yaml: SubmitOrder: the service `gift` has no path prefix; add it to the list of xtask and to the edge"
            ]
        );
    }

    #[test]
    fn two_functions_on_one_route_are_found_whatever_their_parameters_are_called() {
        let mut mall = SmallMall::new();
        mall.edit(
            "infra/order.yaml",
            "Path: /api/orders, Method: POST}}",
            "Path: '/api/orders/{sn}', Method: GET}}\n        Again: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/api/orders/{order_sn}', Method: get}}",
        );
        assert_eq!(
            mall.findings(),
            [
                "infra/order.yaml: SubmitOrder: GET /api/orders/{sn} already leads to SubmitOrder of infra/order.yaml; a route has one function"
            ]
        );
    }
}
