//! An API takes no more than it can, and speaks to pages of listed origins only.

use template::Api;

use super::{Finding, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stacks = subject.deployment.stacks.iter();
    let apis = stacks.flat_map(|stack| stack.apis.iter().map(move |api| (stack, api)));
    apis.flat_map(|(stack, api)| {
        let problems = check_api(api).into_iter();
        problems.map(|what| Finding::of(stack, &api.id, what))
    })
    .collect()
}

fn check_api(api: &Api) -> Vec<String> {
    let mut problems = Vec::new();
    if api.throttling.is_none() {
        problems.push(
            "takes all requests that the account may have; give DefaultRouteSettings both Throttling limits"
                .to_owned(),
        );
    }
    let Some(cors) = &api.cors else {
        problems.push(
            "names no origins in CorsConfiguration; write AllowOrigins: !Ref AllowedOrigins"
                .to_owned(),
        );
        return problems;
    };
    if cors.allow_origins.is_empty() {
        problems.push("its CorsConfiguration names no origins".to_owned());
    }
    let lists = [
        ("AllowOrigins", &cors.allow_origins),
        ("AllowMethods", &cors.allow_methods),
        ("AllowHeaders", &cors.allow_headers),
        ("ExposeHeaders", &cors.expose_headers),
    ];
    let open = lists
        .into_iter()
        .filter(|(_, values)| values.iter().any(|value| value.contains('*')));
    problems.extend(open.map(|(name, _)| {
        format!("its {name} has a wildcard, which lets strangers' pages in or means nothing with credentials; list them")
    }));
    problems
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    fn findings(file: &str, from: &str, to: &str) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit(file, from, to);
        mall.findings()
    }

    #[test]
    fn an_api_without_throttling_is_found() {
        let expected = [
            "infra/order.yaml: Api: takes all requests that the account may have; give DefaultRouteSettings both Throttling limits",
        ];
        let file = "infra/order.yaml";
        assert_eq!(
            findings(
                file,
                "ThrottlingBurstLimit: 100",
                "DetailedMetricsEnabled: true"
            ),
            expected
        );
    }

    #[test]
    fn an_api_that_lists_no_origins_is_found() {
        let file = "infra/order.yaml";
        let cors =
            "CorsConfiguration: {AllowOrigins: [https://mall.example], AllowCredentials: true}";
        assert_eq!(
            findings(file, cors, "Tags: {}"),
            [
                "infra/order.yaml: Api: names no origins in CorsConfiguration; write AllowOrigins: !Ref AllowedOrigins"
            ]
        );
        assert_eq!(
            findings(file, "AllowOrigins: [https://mall.example], ", ""),
            ["infra/order.yaml: Api: its CorsConfiguration names no origins"]
        );
    }

    #[test]
    fn an_api_that_lets_any_page_in_is_found() {
        for (to, name) in [
            ("AllowOrigins: ['*']", "AllowOrigins"),
            ("AllowOrigins: ['https://*']", "AllowOrigins"),
            (
                "AllowOrigins: [https://mall.example], AllowHeaders: ['*']",
                "AllowHeaders",
            ),
        ] {
            let from = "AllowOrigins: [https://mall.example]";
            let findings = findings("infra/order.yaml", from, to);
            assert_eq!(findings.len(), 1, "{to}: {findings:?}");
            let start = format!("infra/order.yaml: Api: its {name} has a wildcard");
            assert!(findings[0].starts_with(&start), "{}", findings[0]);
        }
    }
}
