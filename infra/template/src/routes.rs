//! Which function a request goes to: API Gateway's rule for the routes of an HTTP API.
//!
//! Of the routes that match a request the most specific is taken: first those that match segment by segment (a plain segment
//! before a `{parameter}`), then those with a greedy `{parameter+}` (the longer one first), then `$default`; between two that
//! are equal so far, the one that names the method comes before `ANY`.
//!
//! A path is split before it is decoded, so a slash written `%2F` stays inside its segment.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::deployment::Deployment;
use crate::trigger::Trigger;

/// The routes of a deployment, the most specific first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    routes: Vec<Route>,
    account: String,
}

/// One route and the function behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Upper-case method, or `ANY`.
    pub method: String,
    /// Path with `{parameters}`, or `$default`.
    pub path: String,
    /// Handler of the function, as `submit-order`.
    pub function: String,
    /// Name of the function's stack: the service.
    pub stack: String,
    /// Id of the API, as [`Api::api_id`](crate::Api::api_id).
    pub api_id: String,
    /// Domain of the API on AWS, as [`Api::domain`](crate::Api::domain).
    pub domain: String,
}

/// The answer to "which function takes this request?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// This one.
    Found(Found),
    /// None: there are routes with this path, but not with this method. API Gateway answers 404, as for [`Match::NotFound`].
    MethodNotAllowed,
    /// None. API Gateway answers 404 with `{"message":"Not Found"}`.
    NotFound,
}

/// A request's route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Handler of the function, as `submit-order`.
    pub function: String,
    /// The route as API Gateway writes it: `GET /api/orders/{order_sn}`, or `$default`.
    pub route_key: String,
    /// Values of the path's parameters, percent-decoded.
    pub path_parameters: BTreeMap<String, String>,
    /// Id of the API.
    pub api_id: String,
    /// Domain of the API on AWS.
    pub domain: String,
    /// The account, for the event.
    pub account: String,
}

/// One segment of a route's path.
#[derive(Debug)]
enum Segment<'r> {
    Plain(&'r str),
    Parameter(&'r str),
    Greedy(&'r str),
}

impl Routes {
    pub(crate) fn of(deployment: &Deployment) -> Routes {
        let mut routes = Vec::new();
        for stack in &deployment.stacks {
            for function in &stack.functions {
                for trigger in &function.triggers {
                    let Trigger::Http { api, method, path } = trigger else {
                        continue;
                    };
                    let Some(api) = stack.apis.iter().find(|known| known.id == *api) else {
                        continue;
                    };
                    routes.push(Route {
                        method: method.clone(),
                        path: path.clone(),
                        function: function.handler.clone(),
                        stack: stack.name.clone(),
                        api_id: api.api_id.clone(),
                        domain: api.domain.clone(),
                    });
                }
            }
        }
        routes.sort_by_cached_key(Route::rank);
        Routes {
            routes,
            account: deployment.account.clone(),
        }
    }

    /// Every route, the most specific first.
    pub fn all(&self) -> &[Route] {
        &self.routes
    }

    /// Finds the route of a request. `raw_path` is the path as sent, without its query, still percent-encoded.
    pub fn find(&self, method: &str, raw_path: &str) -> Match {
        let mut path_is_known = false;
        for route in &self.routes {
            let Some(path_parameters) = route.parameters_of(raw_path) else {
                continue;
            };
            if route.method != "ANY" && !route.method.eq_ignore_ascii_case(method) {
                path_is_known = true;
                continue;
            }
            return Match::Found(Found {
                function: route.function.clone(),
                route_key: route.key(),
                path_parameters,
                api_id: route.api_id.clone(),
                domain: route.domain.clone(),
                account: self.account.clone(),
            });
        }
        if path_is_known {
            Match::MethodNotAllowed
        } else {
            Match::NotFound
        }
    }
}

impl Route {
    /// The route as API Gateway writes it: `GET /api/orders/{order_sn}`, or `$default`.
    pub fn key(&self) -> String {
        if self.is_default() {
            self.path.clone()
        } else {
            format!("{} {}", self.method, self.path)
        }
    }

    fn is_default(&self) -> bool {
        self.path == "$default"
    }

    fn segments(&self) -> Vec<Segment<'_>> {
        let inner = |segment: &'_ str| {
            segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
                .map(str::len)
        };
        self.path
            .split('/')
            .skip(1)
            .map(|segment| match inner(segment) {
                None => Segment::Plain(segment),
                Some(length) => {
                    let name = &segment[1..=length];
                    match name.strip_suffix('+') {
                        Some(name) => Segment::Greedy(name),
                        None => Segment::Parameter(name),
                    }
                }
            })
            .collect()
    }

    /// Routes sorted by this are tried in order; the text parts only make the order a fixed one.
    fn rank(&self) -> (bool, bool, Vec<u8>, bool, String, String) {
        let kinds: Vec<u8> = self
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Plain(_) => 0,
                Segment::Parameter(_) => 1,
                Segment::Greedy(_) => 2,
            })
            .collect();
        let greedy = kinds.contains(&2);
        (
            self.is_default(),
            greedy,
            kinds,
            self.method == "ANY",
            self.path.clone(),
            self.method.clone(),
        )
    }

    /// The values of the route's parameters, when the path is one of the route's.
    fn parameters_of(&self, raw_path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        if self.is_default() {
            return Some(parameters);
        }
        let mut rest = raw_path.split('/').skip(1);
        for segment in self.segments() {
            let sent = rest.next()?;
            match segment {
                Segment::Plain(plain) if decode(sent) == plain => {}
                Segment::Plain(_) => return None,
                Segment::Parameter(_) | Segment::Greedy(_) if sent.is_empty() => return None,
                Segment::Parameter(name) => drop(parameters.insert(name.to_owned(), decode(sent))),
                Segment::Greedy(name) => {
                    let all: Vec<String> = std::iter::once(sent)
                        .chain(rest.by_ref())
                        .map(decode)
                        .collect();
                    parameters.insert(name.to_owned(), all.join("/"));
                }
            }
        }
        rest.next().is_none().then_some(parameters)
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let mut routes: Vec<Route> = keys
            .iter()
            .map(|key| {
                let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
                Route {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    function: key.to_lowercase(),
                    stack: "order".to_owned(),
                    api_id: "orderapi".to_owned(),
                    domain: "orderapi.execute-api.us-east-1.amazonaws.com".to_owned(),
                }
            })
            .collect();
        routes.sort_by_cached_key(Route::rank);
        Routes {
            routes,
            account: "000000000000".to_owned(),
        }
    }

    fn key_of(found: Match) -> String {
        match found {
            Match::Found(found) => found.route_key,
            other => format!("{other:?}"),
        }
    }

    fn parameters_of(found: Match) -> Vec<(String, String)> {
        match found {
            Match::Found(found) => found.path_parameters.into_iter().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_most_specific_route_wins_whatever_the_order_of_declaration() {
        let routes = routes(&[
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/{kind}/1",
            "GET /pets/dog/1",
        ]);
        let find = |path| key_of(routes.find("GET", path));
        assert_eq!(find("/pets/dog/1"), "GET /pets/dog/1");
        assert_eq!(find("/pets/dog/2"), "GET /pets/dog/{id}");
        assert_eq!(find("/pets/cat/1"), "GET /pets/{kind}/1");
        assert_eq!(find("/pets/cat/2"), "GET /pets/{proxy+}");
        assert_eq!(find("/shops"), "ANY /{proxy+}");
        assert_eq!(find("/"), "$default");
    }

    #[test]
    fn a_route_with_another_method_does_not_hide_a_less_specific_one() {
        let routes = routes(&["GET /pets/{id}", "ANY /{proxy+}"]);
        assert_eq!(key_of(routes.find("POST", "/pets/1")), "ANY /{proxy+}");
    }

    #[test]
    fn a_named_method_comes_before_any() {
        let routes = routes(&["ANY /pets", "POST /pets"]);
        assert_eq!(key_of(routes.find("POST", "/pets")), "POST /pets");
        assert_eq!(key_of(routes.find("GET", "/pets")), "ANY /pets");
    }

    #[test]
    fn a_known_path_with_another_method_is_told_from_an_unknown_path() {
        let routes = routes(&["GET /pets/{id}"]);
        assert_eq!(routes.find("POST", "/pets/1"), Match::MethodNotAllowed);
        for path in [
            "/pets",
            "/pets/",
            "/pets/1/",
            "/pets/1/2",
            "/",
            "",
            "pets/1",
        ] {
            assert_eq!(routes.find("GET", path), Match::NotFound, "{path}");
        }
    }

    #[test]
    fn parameters_are_decoded_once_and_an_encoded_slash_stays_inside() {
        let routes = routes(&["GET /receipts/{number}", "GET /files/{name+}"]);
        let one = |path| parameters_of(routes.find("GET", path)).remove(0).1;
        assert_eq!(one("/receipts/import%2F69%2520%23"), "import/69%20#");
        assert_eq!(one("/receipts/%E6%89%8B%E6%9C%BA"), "手机");
        assert_eq!(one("/receipts/a+b"), "a+b");
        assert_eq!(one("/receipts/%FF"), "\u{fffd}");
        assert_eq!(one("/receipts/%zz"), "%zz");
        assert_eq!(one("/files/a%2Fb/c"), "a/b/c");
        assert_eq!(
            key_of(routes.find("GET", "/%72eceipts/1")),
            "GET /receipts/{number}"
        );
    }

    #[test]
    fn the_default_route_takes_what_nothing_else_takes_and_has_no_parameters() {
        let routes = routes(&["$default", "GET /pets/{id}"]);
        assert_eq!(parameters_of(routes.find("DELETE", "/pets/1")), []);
        assert_eq!(key_of(routes.find("DELETE", "/pets/1")), "$default");
    }
}
