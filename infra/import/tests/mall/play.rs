//! A mall and a bucket to play against: they keep the rules of the HTTP contract that an import can meet, and remember.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::sync::Barrier;

pub(crate) const SESSION: &str = "__Host-mall-staff=play";
/// With any login.
pub(crate) const PASSWORD: &str = "play";

/// A mall in memory, at an address of its own.
#[derive(Clone)]
pub(crate) struct PlayMall {
    pub(crate) url: String,
    state: Arc<Mutex<Mall>>,
}

#[derive(Default)]
struct Mall {
    /// Method, path and body of each request that was not put off, in the order of arrival.
    requests: Vec<(String, Value)>,
    /// The requests that changed something.
    writes: Vec<String>,
    levels: BTreeMap<u64, u64>,
    categories: BTreeMap<u64, Value>,
    /// Brands, attributes and groups by their path.
    taxonomy: BTreeMap<String, Value>,
    /// How often a category, or a thing of the taxonomy, was written.
    versions: BTreeMap<String, u64>,
    products: BTreeMap<String, Value>,
    /// Where products are in their lives.
    statuses: BTreeMap<String, String>,
    receipts: BTreeMap<String, Value>,
    put_off: BTreeSet<(String, Bytes)>,
    temper: Temper,
    under_way: usize,
    most_under_way: usize,
}

/// How the mall behaves besides its rules.
#[derive(Clone, Default)]
pub(crate) enum Temper {
    #[default]
    Even,
    /// Puts each request off once, with this status and `Retry-After: 0`.
    Busy(StatusCode),
    /// Does not know the session any more once it has so many products.
    LocksUpAtProducts(usize),
    /// Answers products only when so many of them have arrived.
    WaitsForCompany(Arc<Barrier>),
    /// Lists only what it had when it was opened: nothing.
    ListsLag,
    /// Is not a mall.
    Stranger,
}

impl PlayMall {
    pub(crate) async fn open(temper: Temper) -> PlayMall {
        let state = Arc::new(Mutex::new(Mall {
            temper,
            ..Mall::default()
        }));
        let router = Router::new().fallback(answer).with_state(state.clone());
        PlayMall {
            url: serve(router).await,
            state,
        }
    }

    pub(crate) fn client(&self) -> import::MallClient {
        import::MallClient::new(&self.url, SESSION).unwrap()
    }

    /// What staff do by hand meanwhile.
    pub(crate) fn change_product(&self, id: &str, change: impl FnOnce(&mut Value)) {
        change(self.state.lock().unwrap().products.get_mut(id).unwrap());
    }

    pub(crate) fn take_off_sale(&self, product: &str) {
        let mut mall = self.state.lock().unwrap();
        mall.statuses
            .insert(product.to_owned(), "off_sale".to_owned());
    }

    pub(crate) fn rename_category(&self, id: u64, name: &str) {
        let mut mall = self.state.lock().unwrap();
        mall.categories.get_mut(&id).unwrap()["name"] = json!(name);
        *mall.versions.get_mut(&format!("categories/{id}")).unwrap() += 1;
    }

    pub(crate) fn category(&self, id: u64) -> Value {
        self.state.lock().unwrap().categories[&id].clone()
    }

    pub(crate) fn calm_down(&self) {
        self.become_so(Temper::Even);
    }

    pub(crate) fn become_so(&self, temper: Temper) {
        self.state.lock().unwrap().temper = temper;
    }

    /// The requests since the last call, as `METHOD path` and body.
    pub(crate) fn take_requests(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// The requests since the last call that changed something.
    pub(crate) fn take_writes(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().writes)
    }

    /// Brands, attributes and groups by their path below `/api/catalog/admin`, with slugs as they are.
    pub(crate) fn taxonomy(&self) -> BTreeMap<String, Value> {
        self.state.lock().unwrap().taxonomy.clone()
    }

    pub(crate) fn statuses(&self) -> BTreeMap<String, String> {
        self.state.lock().unwrap().statuses.clone()
    }

    pub(crate) fn products(&self) -> BTreeMap<String, Value> {
        self.state.lock().unwrap().products.clone()
    }

    pub(crate) fn receipts(&self) -> BTreeMap<String, Value> {
        self.state.lock().unwrap().receipts.clone()
    }

    pub(crate) fn levels(&self) -> BTreeMap<u64, u64> {
        self.state.lock().unwrap().levels.clone()
    }

    pub(crate) fn most_under_way(&self) -> usize {
        self.state.lock().unwrap().most_under_way
    }
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn answer(
    State(state): State<Arc<Mutex<Mall>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = format!("{method} {}", uri.path());
    let temper = {
        let mut mall = state.lock().unwrap();
        mall.under_way += 1;
        mall.most_under_way = mall.most_under_way.max(mall.under_way);
        mall.temper.clone()
    };
    if let (Temper::WaitsForCompany(company), true) = (&temper, uri.path().contains("/products/")) {
        company.wait().await;
    }
    let mut mall = state.lock().unwrap();
    mall.under_way -= 1;
    match temper {
        Temper::Stranger => return (StatusCode::NOT_FOUND, "nothing here").into_response(),
        Temper::LocksUpAtProducts(products) if mall.products.len() >= products => {
            return problem(401, "no such session", &[]);
        }
        Temper::Busy(status) if mall.put_off.insert((request.clone(), body.clone())) => {
            return (status, [(header::RETRY_AFTER, "0")], "busy").into_response();
        }
        _ => {}
    }
    if request == "POST /api/staff/sessions" {
        return sign_in(&body);
    }
    if headers
        .get(header::COOKIE)
        .is_none_or(|cookie| cookie != SESSION)
    {
        return problem(401, "no such session", &[]);
    }
    let body: Value = if body.is_empty() {
        Value::Null
    } else {
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        serde_json::from_slice(&body).unwrap()
    };
    mall.requests.push((request.clone(), body.clone()));
    let known = (
        mall.taxonomy.clone(),
        mall.products.clone(),
        mall.statuses.clone(),
    );
    let (categories, receipts) = (mall.categories.clone(), mall.receipts.len());
    let answer = mall.answer(&method, &uri, &headers, body);
    if known
        != (
            mall.taxonomy.clone(),
            mall.products.clone(),
            mall.statuses.clone(),
        )
        || categories != mall.categories
        || receipts != mall.receipts.len()
    {
        mall.writes.push(request);
    }
    answer
}

fn sign_in(body: &[u8]) -> Response {
    let body: Value = serde_json::from_slice(body).unwrap();
    if body["password"] != PASSWORD {
        return problem(401, "wrong login or password", &[]);
    }
    let cookie = format!("{SESSION}; Path=/; Secure; HttpOnly");
    (StatusCode::CREATED, [(header::SET_COOKIE, cookie)]).into_response()
}

impl Mall {
    fn answer(&mut self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Value) -> Response {
        let path = uri.path();
        let only_new = headers.contains_key(header::IF_NONE_MATCH);
        let version = headers
            .get(header::IF_MATCH)
            .map(|tag| tag.to_str().unwrap().trim_matches('"').to_owned());
        let plain = percent_decode_str(path).decode_utf8().unwrap().into_owned();
        let place = plain.trim_start_matches("/api/catalog/admin/").to_owned();
        let current = self.versions.get(&place).map(ToString::to_string);
        if place.starts_with("brands") || place.starts_with("categories") {
            let changed = version.is_some() && version != current;
            if method == Method::PUT && (changed || only_new && current.is_some()) {
                return problem(412, "it is not as the request says", &[]);
            }
        }
        let parts: Vec<&str> = path.split('/').collect();
        match (method.as_str(), &parts[1..]) {
            ("GET", ["api", "catalog", "admin", _]) if matches!(self.temper, Temper::ListsLag) => {
                shown(&json!({ "items": [] }))
            }
            ("PUT", ["api", "catalog", "admin", "categories", id]) => {
                self.put_category(id.parse().unwrap(), body)
            }
            ("GET", ["api", "catalog", "admin", "categories"]) => {
                let rows = self.categories.iter();
                let rows = rows.map(|(id, body)| {
                    self.shown(&format!("categories/{id}"), body, "category_id", json!(id))
                });
                shown(&json!({ "items": rows.collect::<Vec<_>>() }))
            }
            ("GET", ["api", "catalog", "admin", "brands", _]) => self.show(&place, "brand_id"),
            ("GET", ["api", "catalog", "admin", "categories", _]) => {
                self.show(&place, "category_id")
            }
            ("GET", ["api", "catalog", "admin", "categories", _, "attributes", _]) => {
                self.show(&place, "attribute_id")
            }
            ("GET", ["api", "catalog", "admin", "brands"]) => self.list("brands/", "brand_id"),
            (
                "GET",
                [
                    "api",
                    "catalog",
                    "admin",
                    list @ ("attributes" | "attribute-groups"),
                ],
            ) => {
                let (_, category) = uri.query().unwrap().split_once("&category_id=").unwrap();
                let id = if *list == "attributes" {
                    "attribute_id"
                } else {
                    "group_id"
                };
                self.list(&format!("categories/{category}/{list}/"), id)
            }
            ("PUT", ["api", "catalog", "admin", "brands", _]) => self.put_taxonomy(place, body),
            ("PUT", ["api", "catalog", "admin", "categories", category, _, _]) => {
                if self.levels.get(&category.parse().unwrap()) != Some(&3) {
                    return problem(404, "there is no such category of the third level", &[]);
                }
                self.put_taxonomy(place, body)
            }
            ("GET", ["api", "catalog", "admin", "products", id]) => self.state_of(id, false),
            ("PUT", ["api", "catalog", "admin", "products", id])
                if only_new && self.products.contains_key(*id) =>
            {
                problem(412, "it is there", &[])
            }
            ("PUT", ["api", "catalog", "admin", "products", id]) => {
                self.put_product(id, body, version.is_some())
            }
            (method, ["api", "catalog", "admin", "products", id, "sale"]) => {
                let status = if method == "PUT" {
                    "on_sale"
                } else {
                    "off_sale"
                };
                self.statuses.insert((*id).to_owned(), status.to_owned());
                written(false)
            }
            ("POST", ["api", "stock", "admin", "receipts"]) => self.post_receipt(body),
            _ => panic!("no such endpoint: {method} {path}"),
        }
    }

    /// The things below a place, as lists show them.
    fn list(&self, below: &str, id_field: &str) -> Response {
        let rows = self.taxonomy.iter();
        let rows = rows.filter_map(|(place, body)| {
            let id = place.strip_prefix(below)?;
            Some(self.shown(place, body, id_field, json!(id)))
        });
        shown(&json!({ "items": rows.collect::<Vec<_>>() }))
    }

    /// A thing alone.
    fn show(&self, place: &str, id_field: &str) -> Response {
        let category = place
            .strip_prefix("categories/")
            .and_then(|id| self.categories.get(&id.parse().ok()?));
        match self.taxonomy.get(place).or(category) {
            Some(body) => {
                let (_, id) = place.rsplit_once('/').unwrap();
                shown(&self.shown(place, body, id_field, json!(id)))
            }
            None => problem(404, "there is no such thing", &[]),
        }
    }

    fn shown(&self, place: &str, body: &Value, id_field: &str, id: Value) -> Value {
        let mut row = body.clone();
        row[id_field] = id;
        row["version"] = json!(self.versions[place]);
        row
    }

    /// Puts a brand, an attribute or a group.
    fn put_taxonomy(&mut self, place: String, body: Value) -> Response {
        if let Some(group) = body["group_id"].as_str() {
            let (folder, _) = place.split_once("/attributes/").unwrap();
            let group = format!("{folder}/attribute-groups/{group}");
            assert!(
                self.taxonomy.contains_key(&group),
                "{group} comes after {place}"
            );
        }
        *self.versions.entry(place.clone()).or_default() += 1;
        written(self.taxonomy.insert(place, body).is_none())
    }

    fn put_category(&mut self, id: u64, body: Value) -> Response {
        let misplaced = |detail| {
            let errors = [("/parent_id", detail)];
            problem(422, "the category is not well formed", &errors)
        };
        let level = match body["parent_id"].as_u64() {
            None => 1,
            Some(parent) => match self.levels.get(&parent) {
                Some(level) if *level < 3 => level + 1,
                Some(_) => return misplaced("is of level 3"),
                None => return misplaced("does not exist"),
            },
        };
        self.levels.insert(id, level);
        *self.versions.entry(format!("categories/{id}")).or_default() += 1;
        let mut shown = body;
        // The mall leaves out what there is nothing to say of.
        shown
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        written(self.categories.insert(id, shown).is_none())
    }

    fn put_product(&mut self, id: &str, body: Value, replaces: bool) -> Response {
        if self.products.get(id) == Some(&body) {
            return self.state_of(id, false);
        }
        if self.levels.get(&body["category_id"].as_u64().unwrap()) != Some(&3) {
            return problem(
                422,
                "the product is not well formed",
                &[("/category_id", "is not of level 3"), ("/name", "is odd")],
            );
        }
        let codes = |product: &Value| -> BTreeSet<String> {
            product["skus"]
                .as_array()
                .unwrap()
                .iter()
                .map(|sku| sku["code"].as_str().unwrap().to_owned())
                .collect()
        };
        let own = codes(&body);
        if self
            .products
            .iter()
            .any(|(other, product)| other != id && !codes(product).is_disjoint(&own))
        {
            return problem(409, "a SKU code belongs to another product", &[]);
        }
        if self.products.contains_key(id) && !replaces {
            return problem(428, "say which version you have seen", &[]);
        }
        let new = self.products.insert(id.to_owned(), body).is_none();
        self.state_of(id, new)
    }

    fn state_of(&mut self, id: &str, new: bool) -> Response {
        let status = self.statuses.entry(id.to_owned());
        let status = status.or_insert_with(|| "draft".to_owned());
        let code = if new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let body = json!({"product_id": id, "status": status});
        (code, body.to_string()).into_response()
    }

    fn post_receipt(&mut self, body: Value) -> Response {
        let number = body["number"].as_str().unwrap().to_owned();
        match self.receipts.get(&number) {
            Some(booked) if *booked != body => {
                problem(409, "the receipt was booked with other content", &[])
            }
            Some(_) => written(false),
            None => {
                self.receipts.insert(number, body);
                written(true)
            }
        }
    }
}

fn shown(body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::OK, kind, body.to_string()).into_response()
}

fn written(new: bool) -> Response {
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    (status, [(header::CONTENT_TYPE, "application/json")], "{}").into_response()
}

fn problem(status: u16, detail: &str, errors: &[(&str, &str)]) -> Response {
    let errors: Vec<Value> = errors
        .iter()
        .map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail}))
        .collect();
    let body = json!({"type": "about:blank", "title": "Refused", "status": status, "detail": detail, "code": "10001",
        "request_id": "r-1", "errors": errors});
    let status = StatusCode::from_u16(status).unwrap();
    (
        status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        body.to_string(),
    )
        .into_response()
}

/// A bucket in memory that speaks as much of S3 as PutObject needs.
#[derive(Clone)]
pub(crate) struct PlayBucket {
    url: String,
    objects: Arc<Mutex<BTreeMap<String, Object>>>,
}

#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) content_type: String,
    pub(crate) cache_control: String,
    pub(crate) bytes: Bytes,
}

impl PlayBucket {
    pub(crate) async fn open() -> PlayBucket {
        let objects = Arc::new(Mutex::new(BTreeMap::new()));
        let router = Router::new()
            .fallback(put_object)
            .with_state(objects.clone());
        PlayBucket {
            url: serve(router).await,
            objects,
        }
    }

    /// Objects by `/bucket/key`.
    pub(crate) fn objects(&self) -> BTreeMap<String, Object> {
        self.objects.lock().unwrap().clone()
    }

    pub(crate) fn client(&self) -> aws_sdk_s3::Client {
        use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("play", "play", None, None, "play"))
            .endpoint_url(&self.url)
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

type Objects = Arc<Mutex<BTreeMap<String, Object>>>;

async fn put_object(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> StatusCode {
    assert_eq!(method, Method::PUT);
    let text = |name: header::HeaderName| headers[name].to_str().unwrap().to_owned();
    let object = Object {
        content_type: text(header::CONTENT_TYPE),
        cache_control: text(header::CACHE_CONTROL),
        bytes,
    };
    objects
        .lock()
        .unwrap()
        .insert(uri.path().to_owned(), object);
    StatusCode::OK
}
