//! The edge is the one address of the mall: every route leads through it to its own API, and nothing is kept there that is not for
//! everyone.
//!
//! The gateway of one machine sends each path to its function by the routes alone. On AWS the distribution of `infra/edge.yaml` decides
//! first, by patterns of its own, so what it decides has to be the same.

use template::{Distribution, Route};

use super::{Finding, Subject};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stacks = subject.deployment.stacks.iter();
    let distributions = stacks.flat_map(|stack| &stack.distributions);
    let routes = subject.deployment.routes();
    distributions
        .flat_map(|distribution| {
            let routes = routes.all().iter();
            routes.filter_map(|route| check_route(subject, distribution, route))
        })
        .collect()
}

fn check_route(
    subject: &Subject<'_>,
    distribution: &Distribution,
    route: &Route,
) -> Option<Finding> {
    let behaviour = distribution.behaviour(&sample(&route.path))?;
    let leads_here = distribution.origins.get(&behaviour.origin) == Some(&route.domain);
    let passes = behaviour.methods.contains(&route.method);
    let what = if !leads_here {
        format!(
            "the edge sends it to the origin `{}`; give it a behaviour that leads to its API",
            behaviour.origin
        )
    } else if !passes {
        format!(
            "the edge does not pass {} for `{}`; add it to its AllowedMethods",
            route.method, behaviour.pattern
        )
    } else if behaviour.caches && !is_for_everyone(subject, route) {
        format!(
            "the edge may keep its answer for others (`{}`); give it a behaviour that keeps nothing",
            behaviour.pattern
        )
    } else {
        return None;
    };
    let stack = subject.deployment.stack(&route.stack)?;
    let id = format!("{} {}", route.method, route.path);
    Some(Finding::of(stack, id, what))
}

/// A path that the route takes: its parameters have some value.
fn sample(path: &str) -> String {
    let segments = path.split('/');
    let filled = segments.map(|segment| {
        if segment.starts_with('{') {
            "1"
        } else {
            segment
        }
    });
    filled.collect::<Vec<_>>().join("/")
}

fn is_for_everyone(subject: &Subject<'_>, route: &Route) -> bool {
    let operations = subject
        .services
        .iter()
        .flat_map(|service| &service.operations);
    route.method == "GET"
        && operations
            .filter(|operation| operation.name == route.function)
            .all(|operation| operation.public)
}

#[cfg(test)]
mod tests {
    use super::super::small_mall::SmallMall;

    fn findings(from: &str, to: &str) -> Vec<String> {
        let mut mall = SmallMall::new();
        mall.edit("infra/edge.yaml", from, to);
        mall.findings()
    }

    #[test]
    fn a_route_that_the_edge_sends_elsewhere_is_found() {
        let expected = [
            "infra/order.yaml: POST /api/orders: the edge sends it to the origin `stock`; give it a behaviour that leads to its API",
        ];
        assert_eq!(
            findings("PathPattern: /api/orders*", "PathPattern: /api/order/*"),
            expected
        );
        assert_eq!(
            findings(
                "{Id: order, DomainName: !Sub '${OrderApi}.",
                "{Id: order, DomainName: !Sub '${StockApi}."
            ),
            [
                "infra/order.yaml: POST /api/orders: the edge sends it to the origin `order`; give it a behaviour that leads to its API"
            ]
        );
    }

    #[test]
    fn a_method_that_the_edge_does_not_pass_is_found() {
        assert_eq!(
            findings("AllowedMethods: [GET, POST]", "AllowedMethods: [GET]"),
            [
                "infra/order.yaml: POST /api/orders: the edge does not pass POST for `/api/orders*`; add it to its AllowedMethods"
            ]
        );
    }

    #[test]
    fn an_answer_that_the_edge_would_keep_for_others_is_found() {
        let keeps = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad # orders";
        let kept = [
            "infra/order.yaml: POST /api/orders: the edge may keep its answer for others (`/api/orders*`); give it a behaviour that keeps nothing",
        ];
        assert_eq!(findings(keeps, "!Ref Kept"), kept);

        let mut mall = SmallMall::new();
        mall.edit("infra/order.yaml", "Method: POST", "Method: GET");
        mall.edit("infra/edge.yaml", keeps, "!Ref Kept");
        assert_eq!(mall.findings().len(), 1, "{:?}", mall.findings());
        let order = mall
            .services
            .iter_mut()
            .find(|service| service.name == "order");
        order.expect("the service").operations[0].public = true;
        assert_eq!(mall.findings(), Vec::<String>::new(), "it is for everyone");
    }
}
