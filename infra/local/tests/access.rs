//! Who may call what: a row for every endpoint of every service, and every route tried as nobody, as a member, as staff who may do
//! everything but this, and as staff who may do this and nothing else. A route without a row, a row that says something else than
//! the code, and a door that is more open or more closed than its row fail.
#![allow(clippy::unwrap_used)]

/// Keys of a payment provider, as the tests of the payment service have them.
#[allow(dead_code)]
#[path = "../../../functions/payment/tests/payments/notice.rs"]
mod notice;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use edge::{Security, Service};
use kernel::{MemberId, StaffId};
use notice::{APP_ID, MERCHANT_PRIVATE, PROVIDER_PUBLIC, SELLER_ID};
use schemars::SchemaGenerator;
use template::Route;
use testkit::{Answer, Mall, Request};

use Security::{AnyStaff, Machine, Member, Public, Staff, Visitor};

/// Every endpoint and who may call it, by the name of the operation.
const ROWS: &[(&str, Security)] = &[
    ("add-address", Member),
    ("add-cart-item", Visitor),
    ("add-purchase-need", Staff("stock:purchase:write")),
    ("adjust-stock", Staff("stock:adjustment:write")),
    ("assign-purchase", Staff("stock:purchase:write")),
    ("attach-attributes", Staff("catalog:attribute:write")),
    ("cancel-order", Member),
    ("change-address", Member),
    ("change-brand-visibility", Staff("catalog:brand:write")),
    ("change-cart-item", Visitor),
    ("change-own-password", AnyStaff),
    ("change-staff", Staff("staff:account:write")),
    ("create-staff", Staff("staff:account:write")),
    ("create-upload", Staff("media:upload")),
    ("detach-attributes", Staff("catalog:attribute:write")),
    ("end-staff-sessions", Staff("staff:account:write")),
    ("finish-purchase", Staff("stock:purchase:receive")),
    ("list-addresses", Member),
    ("list-attribute-groups", Staff("catalog:read")),
    ("list-attributes", Staff("catalog:read")),
    ("list-audit-records", Staff("staff:audit:read")),
    ("list-availability", Public),
    ("list-brands", Staff("catalog:read")),
    ("list-categories", Public),
    ("list-category-brands", Public),
    ("list-orders", Member),
    ("list-permissions", Staff("staff:read")),
    ("list-pictures", Staff("media:upload")),
    ("list-product-changes", Staff("catalog:read")),
    ("list-products", Public),
    ("list-purchase-needs", Staff("stock:read")),
    ("list-purchases", Staff("stock:read")),
    ("list-roles", Staff("staff:read")),
    ("list-staff", Staff("staff:read")),
    ("list-staff-categories", Staff("catalog:read")),
    ("list-staff-products", Staff("catalog:read")),
    ("list-staff-skus", Staff("catalog:read")),
    ("list-stock-levels", Staff("stock:read")),
    ("list-stock-movements", Staff("stock:read")),
    ("list-warehouses", Staff("stock:read")),
    ("merge-purchase-needs", Staff("stock:purchase:write")),
    ("move-categories", Staff("catalog:category:write")),
    ("put-attribute", Staff("catalog:attribute:write")),
    ("put-attribute-group", Staff("catalog:attribute:write")),
    ("put-brand", Staff("catalog:brand:write")),
    ("put-category", Staff("catalog:category:write")),
    ("put-on-sale", Staff("catalog:product:publish")),
    ("put-product", Staff("catalog:product:write")),
    ("put-role", Staff("staff:role:write")),
    ("put-warehouse", Staff("stock:warehouse:write")),
    ("quote-order", Member),
    ("receive-purchase", Staff("stock:purchase:receive")),
    ("receive-stock", Staff("stock:receipt:write")),
    ("register-member", Public),
    ("remove-address", Member),
    ("remove-attribute", Staff("catalog:attribute:write")),
    ("remove-attribute-group", Staff("catalog:attribute:write")),
    ("remove-brand", Staff("catalog:brand:write")),
    ("remove-cart-item", Visitor),
    ("remove-categories", Staff("catalog:category:write")),
    ("remove-checked-items", Visitor),
    ("remove-picture", Staff("media:picture:remove")),
    ("remove-product", Staff("catalog:product:write")),
    ("remove-purchase-need", Staff("stock:purchase:write")),
    ("remove-role", Staff("staff:role:write")),
    ("remove-warehouse", Staff("stock:warehouse:write")),
    ("reset-staff-password", Staff("staff:account:write")),
    ("show-attribute", Staff("catalog:read")),
    ("show-brand", Staff("catalog:read")),
    ("show-cart", Visitor),
    ("show-category", Staff("catalog:read")),
    ("show-contract", Public),
    ("show-docs", Public),
    ("show-docs-file", Public),
    ("show-order", Member),
    ("show-own-account", AnyStaff),
    ("show-product", Public),
    ("show-profile", Member),
    ("show-publish-form", Staff("catalog:read")),
    ("show-purchase", Staff("stock:read")),
    ("show-sku", Public),
    ("show-staff", Staff("staff:read")),
    ("show-staff-product", Staff("catalog:read")),
    ("show-stock-audit", Staff("stock:read")),
    ("show-upload", Staff("media:upload")),
    ("sign-in", Visitor),
    ("sign-in-staff", Public),
    ("sign-out", Member),
    ("sign-out-staff", AnyStaff),
    ("start-payment", Member),
    ("submit-order", Member),
    ("take-alipay-notice", Machine),
    ("take-off-sale", Staff("catalog:product:publish")),
];

const SERVICES: &[fn() -> Service] = &[
    auth::service,
    cart::service,
    catalog::service,
    docs::service,
    media::service,
    member::service,
    order::service,
    payment::service,
    staff::service,
    stock::service,
];

async fn mall() -> Mall {
    let settings = [
        ("AlipayAppId", APP_ID),
        ("AlipaySellerId", SELLER_ID),
        ("AlipayPublicKey", PROVIDER_PUBLIC),
        ("MerchantPrivateKey", MERCHANT_PRIVATE),
    ];
    Mall::start_with(SERVICES, &settings).await
}

fn row(operation: &str) -> Security {
    let mut rows = ROWS.iter().filter(|(name, _)| *name == operation);
    let row = rows.next();
    row.unwrap_or_else(|| panic!("{operation} has a route and no row; say in ROWS who may call it"))
        .1
}

/// What the code says of each endpoint.
fn described() -> BTreeMap<&'static str, Security> {
    let mut generator = SchemaGenerator::default();
    let services: Vec<Service> = SERVICES.iter().map(|service| service()).collect();
    let operations = services.iter().flat_map(Service::operations);
    let endpoints = operations.filter_map(|operation| operation.describe(&mut generator));
    endpoints
        .map(|endpoint| (endpoint.operation, endpoint.security))
        .collect()
}

#[tokio::test]
async fn every_route_has_a_row_and_every_row_says_what_the_code_does() {
    let names =
        |services: Vec<Service>| -> Vec<&str> { services.iter().map(Service::name).collect() };
    let here = names(SERVICES.iter().map(|service| service()).collect());
    assert_eq!(
        here,
        names(mall::services()),
        "a service is missing in this test"
    );

    let routed: BTreeSet<String> = routes(&mall().await)
        .into_iter()
        .map(|route| route.function)
        .collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rows, routed, "rows on the left, routes on the right");
    assert_eq!(ROWS.len(), rows.len(), "an operation has two rows");
    for (operation, security) in described() {
        assert_eq!(row(operation), security, "{operation}");
    }
}

/// Who knocks.
#[derive(Clone, Copy, Debug)]
enum Caller {
    Nobody,
    Member,
    StaffWithout,
    StaffWith,
}

use Caller::{Nobody, StaffWith, StaffWithout};

#[tokio::test(flavor = "multi_thread")]
async fn every_door_opens_for_whom_its_row_names_and_for_nobody_else() {
    let mall = mall().await;
    for route in routes(&mall) {
        let security = row(&route.function);
        for caller in [Nobody, Caller::Member, StaffWithout, StaffWith] {
            let answer = knock(&mall, &route, security, caller).await;
            let what = format!("{} {} as {caller:?}", route.method, route.path);
            match refusal(security, caller) {
                Some((status, code)) => {
                    assert_eq!(
                        (answer.status, answer.problem_code().as_str()),
                        (status, code),
                        "{what}"
                    );
                    let calls = mall.wire().calls().without("mall-session").names();
                    assert!(calls.is_empty(), "{what} reached {calls:?}");
                }
                None => assert!(is_admitted(&answer), "{what}: {answer:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_of_the_back_office_extends_a_session_that_is_due() {
    let mall = mall().await;
    for route in routes(&mall) {
        let security = row(&route.function);
        if !matches!(security, Staff(_) | AnyStaff) {
            continue;
        }
        let session = fresh(&mall, &just(security)).await;
        mall.clock().advance(Duration::from_secs(600));
        mall.wire().forget();
        let path = route.path.replace(['{', '}', '+'], "");
        let request = Request::to(&mall, &route.method, &path).staff_session(&session);
        let answer = request.send().await;
        let calls = mall.wire().calls().0;
        let extended = calls.iter().any(|call| {
            call.name() == "UpdateItem mall-session"
                && call.status == 200
                && call.request.to_string().contains("extended_at")
        });
        assert!(
            answer.status < 500 && extended,
            "{} {}: {calls:?}",
            route.method,
            route.path
        );
    }
}

/// What somebody is told who may not.
fn refusal(security: Security, caller: Caller) -> Option<(u16, &'static str)> {
    match (security, caller) {
        (Public | Visitor | Machine, _)
        | (Member, Caller::Member)
        | (Staff(_) | AnyStaff, StaffWith)
        | (AnyStaff, StaffWithout) => None,
        (Staff(_), StaffWithout) => Some((403, "10006")),
        _ => Some((401, "10005")),
    }
}

/// Whether the caller came to where their input is looked at, which is none: no wonder that it is refused.
fn is_admitted(answer: &Answer) -> bool {
    let is_problem = answer.header("content-type") == Some("application/problem+json");
    let shut = is_problem && ["10005", "10006"].contains(&answer.problem_code().as_str());
    answer.status < 500 && !shut
}

async fn knock(mall: &Mall, route: &Route, security: Security, caller: Caller) -> Answer {
    let path = route.path.replace(['{', '}', '+'], "");
    let request = Request::to(mall, &route.method, &path);
    let request = match caller {
        Nobody => request,
        Caller::Member => {
            let member = MemberId::generate(mall.now());
            request.session(&mall.session_of(&member).await)
        }
        // A session of its own each time: some of these end it.
        StaffWithout => request.staff_session(&fresh(mall, &all_but(security)).await),
        StaffWith => request.staff_session(&fresh(mall, &just(security)).await),
    };
    mall.wire().forget();
    request.send().await
}

async fn fresh(mall: &Mall, permissions: &[&str]) -> String {
    let staff: StaffId = mall.staff_with(permissions).await;
    mall.session_of_staff(&staff).await
}

fn just(security: Security) -> Vec<&'static str> {
    match security {
        Staff(name) => vec![name],
        _ => Vec::new(),
    }
}

fn all_but(security: Security) -> Vec<&'static str> {
    let all = staff::PERMISSIONS.iter().map(|(name, _)| *name);
    match security {
        Staff(name) => all.filter(|known| *known != name).collect(),
        _ => Vec::new(),
    }
}

fn routes(mall: &Mall) -> Vec<Route> {
    mall.deployment().routes().all().to_vec()
}
